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
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.mapping.gather import gather
from leadmodel.pages.shell import read_shell
from leadmodel.settings_file import WrongSettings
from leadmodel.settings_store import Overtaken, enter, latest_version, number_of, settings_in_force
from leadmodel.settings_template import written
from metrics.moving import DAYS_TRIED, would_move
from metrics.pages.mapping import WrongChoice, read_answers, read_based_on, view_map
from sync.fields import UnknownField


@ops_page
def map_page(request: HttpRequest) -> HttpResponseBase:
    """What the organisation's words mean, as its data suggest."""
    return _shown(request)


@ops_action
def map_preview(request: HttpRequest) -> HttpResponseBase:
    """The figures as the answers would make them; nothing is kept."""
    context: dict[str, object] = {}
    try:
        settings = _answered(request)
        context["moving"] = would_move(viewer(request), settings, now=clock.now())
    except WrongChoice as error:
        context["problem"] = str(error)
    if is_htmx(request):
        return render(request, "settings/would_move.html", context | {"days": DAYS_TRIED})
    return _shown(request, context)


@ops_action
def map_save(request: HttpRequest) -> HttpResponseBase:
    """Put the answers in force: everybody is derived anew. Where somebody entered a version since, nothing is."""
    user = viewer(request)
    try:
        text, based_on = written(_answered(request)), read_based_on(request.POST)
    except WrongChoice as error:
        return _shown(request, {"problem": str(error)}, status=400)
    try:
        enter(text, by=user, why="Map page", based_on=based_on)
    except (WrongSettings, Overtaken, UnknownField) as error:
        return _shown(request, {"problem": str(error)}, status=422)
    messages.success(
        request,
        "Saved. Everybody is derived anew now; the figures follow within minutes. History keeps what was before.",
    )
    return redirect("map")


def _answered(request: HttpRequest) -> ModelSettings:
    """The settings that the form's answers make. Raises WrongChoice."""
    return read_answers(request.POST, settings_in_force(), in_force=number_of(latest_version()))


def _shown(request: HttpRequest, told: Mapping[str, object] = {}, status: int = 200) -> HttpResponseBase:
    user, now = viewer(request), clock.now()
    # the version first: one that is entered in between is somebody's since
    in_force, answers = number_of(latest_version()), request.POST if request.method == "POST" else None
    context: dict[str, object] = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "map",
        "map": view_map(gather(), settings_in_force(), answers, in_force=in_force),
        "days": DAYS_TRIED,
        **told,
    }
    return render(request, "settings/map.html", context, status=status)
