"""Pages of figures that operations work with: the Map."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from base import clock
from base.leaving import is_htmx
from base.ops_pages import ops_action, ops_page
from base.pages import viewer
from leadmodel.mapping.gather import gather
from leadmodel.pages.shell import read_shell
from leadmodel.settings_store import enter, settings_in_force
from leadmodel.settings_template import written
from metrics.moving import DAYS_TRIED, would_move
from metrics.pages.mapping import WrongChoice, read_answers, view_map


@ops_page
def map_page(request: HttpRequest) -> HttpResponseBase:
    """What the organisation's words mean, as its data suggest."""
    return _shown(request)


@ops_action
def map_preview(request: HttpRequest) -> HttpResponseBase:
    """The figures as the answers would make them; nothing is kept."""
    context: dict[str, object] = {}
    try:
        settings = read_answers(request.POST, settings_in_force())
        context["moving"] = would_move(viewer(request), settings, now=clock.now())
    except WrongChoice as error:
        context["problem"] = str(error)
    if is_htmx(request):
        return render(request, "settings/would_move.html", context | {"days": DAYS_TRIED})
    return _shown(request, context)


@ops_action
def map_save(request: HttpRequest) -> HttpResponseBase:
    """Put the answers in force: everybody is derived anew."""
    user = viewer(request)
    try:
        settings = read_answers(request.POST, settings_in_force())
    except WrongChoice as error:
        return _shown(request, {"problem": str(error)}, status=400)
    enter(written(settings), by=user, why="Map page")
    messages.success(
        request,
        "Saved. Everybody is derived anew now; the figures follow within minutes. History keeps what was before.",
    )
    return redirect("map")


def _shown(request: HttpRequest, told: Mapping[str, object] = {}, status: int = 200) -> HttpResponseBase:
    user, now = viewer(request), clock.now()
    context: dict[str, object] = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "map",
        "map": view_map(gather(), settings_in_force(), request.POST if request.method == "POST" else None),
        "days": DAYS_TRIED,
        **told,
    }
    return render(request, "settings/map.html", context, status=status)
