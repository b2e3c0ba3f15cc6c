"""*What changed since* and its file: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from base.address import WrongAddress
from base.downloads import download
from base.pages import at_address, page, viewer
from base.words import instant
from leadmodel.access import sees_all
from leadmodel.pages.shell import read_shell
from leadmodel.since import MOST
from metrics.pages.address import CUSTOM, PERIODS, PRIORITIES, RELATIONS
from metrics.pages.scope import Scope, read_choices, read_scope, total_name
from metrics.pages.since import CSV, lines, read_board, read_changed, settings_since
from metrics.pages.since_address import SinceAsked, read_since_address


def _asked(request: HttpRequest, scope: Scope) -> SinceAsked:
    zone = scope.settings.organisation.zone
    return read_since_address(request.GET, zone=zone, now=timezone.now())


@page
def since(request: HttpRequest) -> HttpResponseBase:
    """Which figures moved between two instants, and which late facts moved them."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    here = reverse("since") + asked.query()
    target = request.headers.get("HX-Target") if request.headers.get("HX-Request") else None
    changed = read_changed(asked, scope)
    teams, sources = read_choices(asked.selection(scope.reps))
    between = asked.between
    context = {
        "asked": asked,
        "kept": asked.kept(),
        "board": read_board(asked, scope, changed) if changed else None,
        "most": MOST,
        "shell": read_shell(scope.user, current="team", now=asked.now),
        "scope": scope,
        "title": total_name(scope, asked),
        "periods": [(name, label, asked.period == name) for name, (label, _) in PERIODS.items()]
        + [(CUSTOM, "Days of your own", asked.period == CUSTOM)],
        "teams": teams,
        "sources": sources,
        "priorities": PRIORITIES,
        "relations": RELATIONS,
        "since": instant(between.since, now=asked.now, zone=scope.zone),
        "until": instant(between.until, now=asked.now, zone=scope.zone),
        "versions": settings_since(asked),
        "sees_settings": sees_all(scope.user),
        "all_href": asked.query(figure=None),
    }
    template = "since/board.html" if target == "board" else "since/page.html"
    return at_address(render(request, template, context), here)


@page
def rows_csv(request: HttpRequest) -> HttpResponseBase:
    """Every fact behind the cycles that differ, or that differ in the figure that is open."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    changed = read_changed(asked, scope)
    if changed is None:
        raise WrongAddress(
            f"More than {MOST:,} people have something learned since then: choose a later instant as since."
        )
    what = asked.figure or "all"
    return download(f"changed {what} since {asked.between.since:%Y-%m-%dT%H%M}", CSV, lines(asked, changed))
