"""The Replay page and its file, for those who answer for what reps do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from base import clock
from base.downloads import download
from base.pages import page, viewer
from leadmodel.may_act import only_who_assigns
from leadmodel.pages.shell import read_shell
from metrics.pages.replay import CSV, DAYS, read_replay_address, replay_lines, view_replay
from metrics.pages.scope import Scope, read_scope


@page
def replay(request: HttpRequest) -> HttpResponseBase:
    """What the promises in force would have done, by rep; about whom, behind the open number."""
    scope, now = _scope(request), clock.now()
    asked = read_replay_address(scope, request.GET, now=now)
    context = {
        "shell": read_shell(scope.user, current="escalations", now=now),
        "days": DAYS,
        "view": view_replay(scope, asked),
    }
    return render(request, "replay/page.html", context)


@page
def replay_csv(request: HttpRequest) -> HttpResponseBase:
    """The whole list behind the open number."""
    scope, now = _scope(request), clock.now()
    asked = read_replay_address(scope, request.GET, now=now)
    name = f"replay of {asked.days} days {now:%Y-%m-%dT%H%M}"
    return download(name, CSV, replay_lines(scope, asked))


def _scope(request: HttpRequest) -> Scope:
    """The viewer, who answers for what reps do."""
    return read_scope(only_who_assigns(viewer(request), "What automation would have done"))
