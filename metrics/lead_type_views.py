"""Settings → Lead types: the rules, whom they catch, and a form for each; saved as a version of the model."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase, QueryDict
from django.shortcuts import render

from base import clock
from base.ops_pages import ops_action, ops_page
from base.pages import viewer
from leadmodel.actions import NotPossible
from leadmodel.lifecycle.conditions import Rule
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.ops.lead_types import (
    OPERATORS,
    CatchesView,
    EditView,
    known_fields,
    read_catches,
    read_lead_types,
)
from leadmodel.ops.rule_form import PLACES, is_flat, read_rule, rule_at, shown, told, with_rule
from leadmodel.pages.shell import read_shell
from leadmodel.settings_edit import with_lead_types
from leadmodel.settings_file import WrongSettings
from leadmodel.settings_store import latest_version, number_of, settings_in_force
from leadmodel.settings_template import shipped_yaml
from metrics.model_views import show_tried
from metrics.pages.model_text import Draft


@ops_page
def lead_types(request: HttpRequest) -> HttpResponseBase:
    """Every rule in words, with its count and what conflicts."""
    now = clock.now()
    context = {
        "shell": read_shell(viewer(request), current="salesforce", now=now),
        "section": "lead-types",
        "view": read_lead_types(settings_in_force(), now=now),
    }
    return render(request, "settings/lead_types.html", context)


@ops_page
def rule(request: HttpRequest, place: str) -> HttpResponseBase:
    """The form of one rule."""
    return _shown(request, place)


@ops_page
def rule_count(request: HttpRequest, place: str) -> HttpResponseBase:
    """The part of the form that tells whom it catches as it stands."""
    return render(request, "settings/rule_count.html", {"catches": _catches(request.GET, place)})


@ops_action
def rule_try(request: HttpRequest, place: str) -> HttpResponseBase:
    """What the rule, or its removal, would move, and the way to apply it; nothing is kept."""
    if "more" in request.POST:  # without a script: count, and give another row
        return _shown(request, place, request.POST)
    settings, latest = settings_in_force(), latest_version()
    number = number_of(latest)
    try:
        if request.POST.get("based_on") != str(number):
            raise NotPossible(
                "Somebody entered another version of the settings since you opened this form: look at the list of"
                " rules again, and repeat your change."
            )
        is_removed = "remove" in request.POST
        found = None if is_removed else read_rule(told(request.POST), place)
        rules = with_rule(settings.lead_types, place, found)
        text = with_lead_types(latest.text if latest else shipped_yaml(), rules)
    except NotPossible as error:
        return _shown(request, place, request.POST, problem=str(error))
    except WrongSettings as error:
        return _shown(request, place, request.POST, problem=error.problems[0])
    why = f"{PLACES[place]}: {'rule removed' if is_removed else 'rule changed'}"
    return show_tried(request, Draft(text, number, why=why))


def _shown(
    request: HttpRequest, place: str, entered: QueryDict | None = None, problem: str = ""
) -> HttpResponseBase:
    now, settings = clock.now(), settings_in_force()
    current = rule_at(settings.lead_types, place)
    nested = current is not None and not is_flat(current)
    if problem:
        catches = CatchesView(problem=problem)
    elif entered is not None:
        catches = _catches(entered, place)
    else:
        catches = read_catches(settings, place, now=now) if current else CatchesView()
    context = {
        "shell": read_shell(viewer(request), current="salesforce", now=now),
        "section": "lead-types",
        "operators": OPERATORS,
        "catches": catches,
        "view": EditView(
            place=place,
            label=PLACES[place],
            form=told(entered) if entered is not None else shown(None if nested else current),
            fields=known_fields(),
            catches=catches,
            nested=str(current) if nested else "",
            exists=current is not None,
            based_on=number_of(latest_version()),
        ),
    }
    return render(request, "settings/rule.html", context, status=422 if problem else 200)


def _catches(entered: QueryDict, place: str) -> CatchesView:
    """What the rows catch; without any there is nothing to tell yet."""
    form = told(entered)
    if not form.rows:
        return CatchesView()
    try:
        found = read_rule(form, place)
    except NotPossible as error:
        return CatchesView(problem=str(error))
    return read_catches(_with(settings_in_force(), place, found), place, now=clock.now())


def _with(settings: ModelSettings, place: str, found: Rule) -> ModelSettings:
    rules = with_rule(settings.lead_types, place, found)
    return settings.model_copy(update={"lead_types": rules})
