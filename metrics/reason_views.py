"""The Reasons page and its files: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from base import clock
from base.address import WrongAddress
from base.downloads import download
from base.pages import page, viewer
from metrics.pages.downloads import BEHIND, behind_lines
from metrics.pages.frame import begin, part_of, show, show_list
from metrics.pages.reasons import CSV, count, mix_lines, read_board, read_reasons_list, rows_behind, whose
from metrics.pages.reasons_address import ReasonsAsked, read_reasons_address
from metrics.pages.scope import Scope, read_scope
from metrics.query import derived
from metrics.reasons import Z, count_reasons


def _asked(request: HttpRequest, scope: Scope) -> ReasonsAsked:
    zone = scope.settings.organisation.zone
    return read_reasons_address(request.GET, zone=zone, now=clock.now())


@page
def reasons(request: HttpRequest) -> HttpResponseBase:
    """Why cycles ended, whose mix stands out, who is behind the selected number."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    context = begin(asked)
    with derived(asked.selection(scope.reps)) as state:
        counted = count(asked, scope, state)
        context["list"] = read_reasons_list(asked, scope, state, counted.here)
        if part_of(request) == "behind":
            return show_list(request, "reasons", asked, context)
        context["board"] = read_board(asked, scope, counted, state)
    closed = asked.query(kind=None, reason=None, show=None, untouched=False, rep=None)
    context |= {"z": Z, "csv_href": f"mix.csv{closed}"}
    return show(request, "reasons", asked, scope, context)


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
