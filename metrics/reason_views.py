"""The Reasons page and its files: parse the address, gather within the viewer's scope, show."""

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
from metrics.pages.reasons import CSV, count, mix_lines, read_board, read_reasons_list, rows_behind, whose
from metrics.pages.reasons_address import ReasonsAsked, read_reasons_address
from metrics.pages.scope import Scope, known_at, read_choices, read_scope, told_at, total_name
from metrics.query import derived
from metrics.reasons import Z, count_reasons


def _asked(request: HttpRequest, scope: Scope) -> ReasonsAsked:
    zone = scope.settings.organisation.zone
    return read_reasons_address(request.GET, zone=zone, now=timezone.now())


@page
def reasons(request: HttpRequest) -> HttpResponseBase:
    """Why cycles ended, whose mix stands out, who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context: dict[str, object] = {"asked": asked, "kept": asked.kept()}
    here = reverse("reasons") + asked.query(after=asked.after)
    target = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    with derived(asked.selection(scope.reps)) as state:
        counted = count(asked, scope, state)
        context["list"] = read_reasons_list(asked, scope, state, counted.here)
        if target == "behind":
            return at_address(render(request, "team/behind.html", context | {"is_fragment": True}), here)
        context["board"] = read_board(asked, scope, counted, state)
    teams, sources = read_choices(asked.selection(scope.reps))
    context |= {
        "shell": read_shell(scope.user, current="reasons", now=asked.now),
        "scope": scope,
        "title": total_name(scope, asked),
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
        "csv_href": "mix.csv" + asked.query(kind=None, reason=None, show=None, untouched=False, rep=None),
    }
    template = "reasons/board.html" if target == "board" else "reasons/page.html"
    return at_address(render(request, template, context), here)


@page
def mix_csv(request: HttpRequest) -> HttpResponseBase:
    """Every disposition, reason and rep of the selection: its cycles, and those that exceptions leave out."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    selection = asked.selection(scope.reps)
    with derived(selection) as state:
        tallies = count_reasons(selection, state)
        left_out = count_reasons(selection, state, excluded=True)
    lines = mix_lines(tallies, left_out)
    return download(f"reasons {asked.first} through {asked.through}", CSV, lines)


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """All people behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    if not asked.is_selecting:
        raise WrongAddress("The address names no number: open one of the page, then its CSV.")
    rows = rows_behind(asked, scope)
    what = asked.reason or asked.show or asked.kind or "untouched"
    name = f"reasons {what} {whose(asked, scope)} {asked.first} through {asked.through}"
    return download(name, BEHIND, behind_lines(rows))
