"""The Pulls page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from base import clock
from base.downloads import download
from base.pages import page, viewer
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.frame import begin, part_of, show, show_list
from metrics.pages.pulls import (
    DAY_COLUMNS,
    day_lines,
    open_asked,
    read_board,
    read_found,
    read_pulls_list,
    whose,
)
from metrics.pages.pulls_address import PullsAsked, read_pulls_address
from metrics.pages.scope import Scope, read_scope
from metrics.query import derived


def _asked(request: HttpRequest, scope: Scope) -> PullsAsked:
    zone = scope.settings.organisation.zone
    return read_pulls_address(request.GET, zone=zone, now=clock.now())


@page
def pulls(request: HttpRequest) -> HttpResponseBase:
    """Pulls per rep and day against the band, what the data say about it; who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context = begin(asked)
    with derived(asked.selection(scope.reps)) as state:
        found = read_found(asked, scope, state)
        context["list"] = read_pulls_list(asked, scope, found, state)
    if part_of(request) == "behind":
        return show_list(request, "pulls", asked, context)
    board = read_board(asked, scope, found)
    closed = asked.query(part=None, rep=None, day=None, left_out=None)
    context |= {"board": board, "teams": board.teams, "csv_href": f"days.csv{closed}", "only_reps": True}
    return show(request, "pulls", asked, scope, context)


@page
def days_csv(request: HttpRequest) -> HttpResponseBase:
    """Every day of every rep the viewer may see, a line each."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    with derived(asked.selection(scope.reps)) as state:
        found = read_found(asked, scope, state)
    return download(f"pulls {asked.first} through {asked.through}", DAY_COLUMNS, day_lines(found))


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All people behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    with derived(asked.selection(scope.reps)) as state:
        found = read_found(asked, scope, state)
        told = open_asked(asked, scope, found)
    name = f"{told.figure.label} {whose(asked, scope, found)} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(told.rows()))
