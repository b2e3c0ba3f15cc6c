"""The Rep page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from base import clock
from base.address import WrongAddress
from base.downloads import download
from base.pages import page, viewer
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.frame import begin, part_of, show, show_list
from metrics.pages.rep import CSV, of_whom, read_board, read_rep_choices, step_lines
from metrics.pages.rep_address import RepAsked, read_rep_address
from metrics.pages.rep_list import open_asked, read_rep_list
from metrics.pages.scope import Scope, read_scope
from metrics.query import derived
from metrics.reasons import Z
from metrics.report import names_of
from metrics.selection import By

NO_REP = "The address names no rep: open a rep's page, then its CSV."


def _asked(request: HttpRequest, scope: Scope) -> RepAsked:
    zone = scope.settings.organisation.zone
    return of_whom(read_rep_address(request.GET, zone=zone, now=clock.now()), scope)


@page
def rep(request: HttpRequest) -> HttpResponseBase:
    """One rep over time beside the team, what they hold and are used to do; who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    who = asked.rep
    context = begin(asked) | {"title": "Choose a rep", "choices": read_rep_choices(asked, scope), "z": Z}
    if who is not None:
        with derived(asked.selection(scope.reps)) as state:
            context["list"] = read_rep_list(asked, who, scope, state)
            if part_of(request) == "behind":
                return show_list(request, "rep", asked, context)
            context["board"] = read_board(asked, who, scope, state)
        closed = asked.query(figure=None, step=None, habit=None)
        context |= {"title": names_of(By.REP, [who])[who], "csv_href": f"steps.csv{closed}"}
    return show(request, "rep", asked, scope, context)


@page
def steps_csv(request: HttpRequest) -> HttpResponseBase:
    """The rep's figures of each step of the period, and the team's for who looks after it."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    who = asked.rep
    if who is None:
        raise WrongAddress(NO_REP)
    with derived(asked.selection(scope.reps)) as state:
        lines = list(step_lines(asked, who, scope, state))
    name = f"rep {names_of(By.REP, [who])[who]} {asked.first} through {asked.through}"
    return download(name, CSV, lines)


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All people behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    who = asked.rep
    if who is None:
        raise WrongAddress(NO_REP)
    told = open_asked(asked, who, scope)
    name = f"rep {names_of(By.REP, [who])[who]} {told.figure.label} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(told.rows()))
