"""Settings → Model: its versions, and a new one: edited, checked, tried, applied."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from base import clock
from base.address import WrongAddress, given, read_place, whole_number
from base.downloads import download
from base.leaving import is_htmx
from base.ops_pages import ops_action, ops_page
from base.pages import viewer, viewer_zone
from leadmodel.actions import NotPossible
from leadmodel.ops.versions import COLUMNS, read_version, read_versions, version_lines
from leadmodel.pages.shell import read_shell
from leadmodel.settings_file import WrongSettings
from leadmodel.settings_store import Overtaken, enter, latest_version, number_of
from metrics.moving import DAYS_TRIED, would_move
from metrics.pages.model_text import (
    Draft,
    DraftView,
    against_force,
    checked,
    first_draft,
    problems_of,
    read_draft,
)
from sync.fields import UnknownField


@ops_page
def versions(request: HttpRequest) -> HttpResponseBase:
    """The versions, the latest first."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "model",
        "view": read_versions(read_place(request.GET), now=now, zone=viewer_zone(user)),
    }
    return render(request, "settings/model.html", context)


@ops_page
def versions_csv(_request: HttpRequest) -> HttpResponseBase:
    """All versions."""
    return download(f"model versions {clock.now():%Y-%m-%dT%H%M}", COLUMNS, version_lines())


@ops_page
def version(request: HttpRequest, number: int) -> HttpResponseBase:
    """One version, and what it changed."""
    user, now = viewer(request), clock.now()
    context = {
        "shell": read_shell(user, current="salesforce", now=now),
        "section": "model",
        "view": read_version(number, now=now, zone=viewer_zone(user)),
    }
    return render(request, "settings/model_version.html", context)


@ops_page
def edit(request: HttpRequest) -> HttpResponseBase:
    """The text in force to be edited, or an earlier one to go back to."""
    text = given(request.GET, "version")
    number = whole_number(text) if text is not None else None
    if text is not None and number is None:
        raise WrongAddress(f"“{text[:40]}” is no version: choose one from the list.")
    return show_draft(request, DraftView(first_draft(number), _in_force()))


@ops_action
def check(request: HttpRequest) -> HttpResponseBase:
    """The text's mistakes; nothing is kept."""
    try:
        draft = read_draft(request.POST)
    except NotPossible as error:
        return _refused(request, str(error))
    found = checked(draft)
    view = DraftView(draft, _in_force(), problems=found if isinstance(found, list) else [])
    if is_htmx(request):
        return render(request, "settings/model_checked.html", {"view": view})
    return show_draft(request, view)


@ops_action
def preview(request: HttpRequest) -> HttpResponseBase:
    """What the text would move, and the way to apply it; nothing is kept."""
    try:
        draft = read_draft(request.POST)
    except NotPossible as error:
        return _refused(request, str(error))
    return show_tried(request, draft)


@ops_action
def apply(request: HttpRequest) -> HttpResponseBase:
    """Put a text in force that was tried, for a reason."""
    try:
        draft = read_draft(request.POST)
    except NotPossible as error:
        return _refused(request, str(error))
    try:
        if draft.tried != draft.digest:
            raise NotPossible(
                "The text is not the one you saw the effects of: look at what would move again."
            )
        if not draft.why:
            raise NotPossible(
                "Say why, in a few words: whoever reads the list of versions will want to know."
            )
        before = number_of(latest_version())
        enter(draft.text, by=viewer(request), why=draft.why, based_on=draft.based_on)
    except WrongSettings as error:
        view = DraftView(draft, _in_force(), problems=problems_of(error, draft.text))
        return show_draft(request, view, status=422)
    except (NotPossible, Overtaken, UnknownField) as error:
        return show_draft(request, DraftView(draft, _in_force()), problem=str(error), status=422)
    if number_of(latest_version()) == before:
        messages.success(request, "This text is in force already: nothing was changed.")
    else:
        messages.success(
            request,
            "Applied. Everybody is derived anew now; the figures follow within minutes. Any earlier version can be"
            " applied again.",
        )
    return redirect("model")


def show_tried(request: HttpRequest, draft: Draft) -> HttpResponseBase:
    """A draft with what it would move, or with its mistakes."""
    settings = checked(draft)
    if isinstance(settings, list):
        return show_draft(request, DraftView(draft, _in_force(), problems=settings), status=422)
    view = DraftView(
        draft,
        _in_force(),
        problems=[],
        moving=would_move(viewer(request), settings, now=clock.now()),
        difference=against_force(draft),
    )
    return show_draft(request, view)


def show_draft(
    request: HttpRequest, view: DraftView, *, problem: str = "", status: int = 200
) -> HttpResponseBase:
    """The page of a draft."""
    context = {
        "shell": read_shell(viewer(request), current="salesforce", now=clock.now()),
        "section": "model",
        "view": view,
        "draft_problem": problem,
        "moving": view.moving,
        "days": DAYS_TRIED,
    }
    return render(request, "settings/model_edit.html", context, status=status)


def _refused(request: HttpRequest, problem: str) -> HttpResponseBase:
    """The page anew where a form could not be read."""
    return show_draft(request, DraftView(first_draft(None), _in_force()), problem=problem, status=422)


def _in_force() -> int:
    return number_of(latest_version())
