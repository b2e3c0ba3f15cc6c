"""The way in: log-in, and from `/` to where the user's day begins."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from base.models import Role
from base.pages import page, viewer


@page
def home(request: HttpRequest) -> HttpResponseBase:
    """The queue for a rep, the team for everybody else."""
    return redirect("queue" if viewer(request).role == Role.REP else "team")
