"""Pages of what automation did about people: of everything for everybody, of the steps for managers and operations."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from alerts.pages.assignments import CSV as ASSIGNMENTS
from alerts.pages.assignments import assignment_lines, read_assignments_address, view_assignments
from alerts.pages.did import CSV as DID
from alerts.pages.did import did_lines, read_did_address, view_did
from alerts.pages.escalations import CSV as ESCALATIONS
from alerts.pages.escalations import escalation_lines, read_escalations_address, view_escalations
from base import clock
from base.downloads import download
from base.models import User
from base.pages import page, viewer
from leadmodel.may_act import only_who_assigns
from leadmodel.pages.shell import read_shell


@page
def assignments(request: HttpRequest) -> HttpResponseBase:
    """Whom automation gave to whom, and whom nobody could take over."""
    user, now = _manager(request), clock.now()
    asked = read_assignments_address(user, request.GET)
    context = {
        "shell": read_shell(user, current="assignments", now=now),
        "view": view_assignments(user, asked, now=now),
    }
    return render(request, "alerts/assignments.html", context)


@page
def assignments_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    user = _manager(request)
    asked = read_assignments_address(user, request.GET)
    name = f"re-assignments {asked.part.name} {clock.now():%Y-%m-%dT%H%M}"
    return download(name, ASSIGNMENTS, assignment_lines(user, asked))


@page
def escalations(request: HttpRequest) -> HttpResponseBase:
    """What automation did about whoever waited, and what comes next."""
    user, now = _manager(request), clock.now()
    asked = read_escalations_address(user, request.GET)
    context = {
        "shell": read_shell(user, current="escalations", now=now),
        "view": view_escalations(user, asked, now=now),
    }
    return render(request, "alerts/escalations.html", context)


@page
def escalations_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    user, now = _manager(request), clock.now()
    asked = read_escalations_address(user, request.GET)
    name = f"escalations {asked.part.name} {now:%Y-%m-%dT%H%M}"
    return download(name, ESCALATIONS, escalation_lines(user, asked, now=now))


@page
def did(request: HttpRequest) -> HttpResponseBase:
    """What automation did about the viewer's people between two instants."""
    user, now = viewer(request), clock.now()
    asked = read_did_address(user, request.GET, now=now)
    context = {
        "shell": read_shell(user, current="did", now=now),
        "view": view_did(user, asked, now=now),
    }
    return render(request, "alerts/did.html", context)


@page
def did_csv(request: HttpRequest) -> HttpResponseBase:
    """A whole list."""
    user, now = viewer(request), clock.now()
    asked = read_did_address(user, request.GET, now=now)
    return download(f"automation {asked.narrowed.part.name} {now:%Y-%m-%dT%H%M}", DID, did_lines(user, asked))


def _manager(request: HttpRequest) -> User:
    return only_who_assigns(viewer(request), "What automation did")
