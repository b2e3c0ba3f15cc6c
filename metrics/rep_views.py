"""The Rep page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from base.address import WrongAddress
from base.downloads import download
from base.pages import at_address, page, viewer
from leadmodel.pages.shell import read_shell
from metrics.pages.address import CUSTOM, PERIODS, PRIORITIES, RELATIONS
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.rep import CSV, read_board, read_rep_choices, rep_asked, step_lines
from metrics.pages.rep_address import RepAsked, read_rep_address
from metrics.pages.rep_list import open_asked, read_rep_list, rows_behind
from metrics.pages.scope import Scope, known_at, read_choices, read_scope, told_at
from metrics.query import derived
from metrics.reasons import Z
from metrics.report import names_of
from metrics.selection import By

NO_REP = "The address names no rep: open a rep's page, then its CSV."


def _asked(request: HttpRequest, scope: Scope) -> RepAsked:
    zone = scope.settings.organisation.zone
    return read_rep_address(request.GET, zone=zone, now=timezone.now())


@page
def rep(request: HttpRequest) -> HttpResponseBase:
    """One rep over time beside the team, what they hold and are used to do; who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    who = rep_asked(asked, scope)
    context: dict[str, object] = {"asked": asked, "kept": asked.kept()}
    here = reverse("rep") + asked.query(after=asked.after)
    target = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    title = "Choose a rep"
    if who is not None:
        title = names_of(By.REP, [who])[who]
        with derived(asked.selection(scope.reps)) as state:
            context["list"] = read_rep_list(asked, who, scope, state)
            if target == "behind":
                return at_address(render(request, "team/behind.html", context | {"is_fragment": True}), here)
            context["board"] = read_board(asked, who, scope, state)
    teams, sources = read_choices(asked.selection(scope.reps))
    context |= {
        "shell": read_shell(scope.user, current="rep", now=asked.now),
        "scope": scope,
        "title": title,
        "choices": read_rep_choices(asked, scope),
        "periods": [(name, label, asked.period == name) for name, (label, _) in PERIODS.items()]
        + [(CUSTOM, "Days of your own", asked.period == CUSTOM)],
        "teams": teams,
        "sources": sources,
        "priorities": PRIORITIES,
        "relations": RELATIONS,
        "told_at": told_at(asked, scope),
        "known_at": known_at(asked, scope),
        "now_href": asked.query(as_of=None, known_by=None),
        "z": Z,
        "csv_href": "steps.csv" + asked.query(figure=None, step=None, habit=None) if who else "",
    }
    template = "rep/board.html" if target == "board" else "rep/page.html"
    return at_address(render(request, template, context), here)


@page
def steps_csv(request: HttpRequest) -> HttpResponseBase:
    """The rep's figures of each step of the period, and the team's for who looks after it."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    who = rep_asked(asked, scope)
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
    who = rep_asked(asked, scope)
    if who is None:
        raise WrongAddress(NO_REP)
    rows = rows_behind(asked, who, scope)
    what = open_asked(asked, who, scope).figure.label
    name = f"rep {names_of(By.REP, [who])[who]} {what} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(rows))
