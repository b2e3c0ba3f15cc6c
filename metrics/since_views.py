"""*What changed since* and its file: parse the address, gather within the viewer's scope, show."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase

from base import clock
from base.address import WrongAddress
from base.downloads import download
from base.pages import page, viewer
from base.words import instant
from leadmodel.access import sees_all
from leadmodel.since import MOST
from metrics.pages.frame import begin, show
from metrics.pages.scope import Scope, read_scope
from metrics.pages.since import CSV, lines, read_board, read_changed, settings_since
from metrics.pages.since_address import SinceAsked, read_since_address


def _asked(request: HttpRequest, scope: Scope) -> SinceAsked:
    zone = scope.settings.organisation.zone
    return read_since_address(request.GET, zone=zone, now=clock.now())


@page
def since(request: HttpRequest) -> HttpResponseBase:
    """Which figures moved between two instants, and which late facts moved them."""
    scope = read_scope(viewer(request))
    asked = _asked(request, scope)
    changed, between = read_changed(asked, scope), asked.between
    context = begin(asked) | {
        "board": read_board(asked, scope, changed) if changed else None,
        "most": MOST,
        "since": instant(between.since, now=asked.now, zone=scope.zone),
        "until": instant(between.until, now=asked.now, zone=scope.zone),
        "versions": settings_since(asked),
        "sees_settings": sees_all(scope.user),
        "all_href": asked.query(figure=None),
    }
    return show(request, "since", asked, scope, context, current="team")


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
