"""The audit log, for managers and operations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from alerts.pages.audit import COLUMNS, audit_lines, read_audit_address, view_audit
from alerts.pages.auditor import view_auditor
from base import clock
from base.downloads import download
from base.models import User
from base.ops_pages import ops_page
from base.pages import page, viewer, viewer_zone
from leadmodel.access import sees_all
from leadmodel.may_act import only_who_assigns
from leadmodel.pages.shell import read_shell


@page
def audit(request: HttpRequest) -> HttpResponseBase:
    """What people and automation did."""
    user, now = _reader(request), clock.now()
    asked = read_audit_address(user, request.GET)
    context: dict[str, object] = {
        "shell": read_shell(user, current="audit", now=now),
        "view": view_audit(user, asked, now=now),
    }
    if sees_all(user):
        context["auditor"] = view_auditor(now=now, zone=viewer_zone(user))
    return render(request, "alerts/audit.html", context)


@ops_page
def auditor(request: HttpRequest) -> HttpResponseBase:
    """What the auditor found, for a page it is part of."""
    found = view_auditor(now=clock.now(), zone=viewer_zone(viewer(request)))
    return render(request, "alerts/auditor.html", {"auditor": found})


@page
def audit_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    user = _reader(request)
    asked = read_audit_address(user, request.GET)
    return download(f"audit log {clock.now():%Y-%m-%dT%H%M}", COLUMNS, audit_lines(user, asked))


def _reader(request: HttpRequest) -> User:
    return only_who_assigns(viewer(request), "The audit log")
