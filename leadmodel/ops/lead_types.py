"""What the page of lead types shows: each rule in words, whom it catches now, what is in each other's way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from base.words import counted
from leadmodel.lifecycle.conditions import Operator
from leadmodel.lifecycle.lead_types import ACCOUNT, OWN_FIELDS
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.ops.rule_form import PLACES, PRIORITIES, RuleForm, is_flat, rule_at
from leadmodel.rule_counts import Counts, TooSlow, count_people, unread
from sync.models import CustomField
from sync.salesforce.objects import BY_NAME


@dataclass(frozen=True)
class RuleView:
    """A rule. `words` empty: there is none; `people` None: not counted; `is_flat`: the form can edit it."""

    place: str
    label: str
    words: str
    people: int | None
    is_flat: bool
    warnings: list[str]


@dataclass(frozen=True)
class LeadTypesView:
    """The page. `problem`: why nothing could be counted."""

    rules: list[RuleView]
    overlaps: list[str]
    people: int
    problem: str


@dataclass(frozen=True)
class EditView:
    """A rule's form. `catches` tells its count in words, or what is wrong with it; `nested`: its words, no form."""

    place: str
    label: str
    form: RuleForm
    fields: list[str]
    catches: CatchesView
    nested: str
    exists: bool
    based_on: int


@dataclass(frozen=True)
class CatchesView:
    """What a rule catches as it stands in the form. `problem`: what is wrong with it; `hints`: what else to know."""

    words: str = ""
    problem: str = ""
    hints: tuple[str, ...] = ()


OPERATORS = [operator.value for operator in Operator]


def read_lead_types(settings: ModelSettings, *, now: datetime) -> LeadTypesView:
    """Count every rule, and tell what conflicts."""
    found, problem = _count(settings, now)
    lacking = unread(settings)
    rules = [_rule(settings, place, found, lacking) for place in PLACES]
    overlaps = _overlaps(found)
    return LeadTypesView(rules, overlaps, found.people if found else 0, problem)


def read_catches(settings: ModelSettings, place: str, *, now: datetime) -> CatchesView:
    """What the rule at a place catches under settings that have it."""
    found, problem = _count(settings, now)
    if found is None:
        return CatchesView(problem=problem)
    name = _file_place(place)
    words = f"Catches {counted(found.by_rule[name], 'person', 'people')} of {found.people:,} now."
    rule = rule_at(settings.lead_types, place)
    asked = {condition.field for condition in rule.conditions()} if rule else set()
    hints = [why for field, why in unread(settings).items() if field in asked]
    hints += [words for pair, words in _both(found) if name in pair]
    return CatchesView(words=words, hints=tuple(hints))


def known_fields() -> list[str]:
    """The fields to choose from: our own, those mirrored of Lead and Contact, and of their account."""
    custom = list(CustomField.objects.values_list("object_name", "api_name"))
    own: set[str] = set()
    for name in ("Lead", "Contact"):
        own |= {*BY_NAME[name].columns, *(field for of, field in custom if of == name)}
    account = {*BY_NAME["Account"].columns, *(field for of, field in custom if of == "Account")}
    return [*OWN_FIELDS, *sorted(own), *sorted(ACCOUNT + field for field in account)]


def _count(settings: ModelSettings, now: datetime) -> tuple[Counts | None, str]:
    try:
        return count_people(settings, now=now), ""
    except TooSlow as error:
        return None, str(error)


def _rule(settings: ModelSettings, place: str, found: Counts | None, lacking: dict[str, str]) -> RuleView:
    rule = rule_at(settings.lead_types, place)
    if rule is None:
        return RuleView(place, PLACES[place], "", None, is_flat=True, warnings=[])
    people = found.by_rule[_file_place(place)] if found else None
    asked = {condition.field for condition in rule.conditions()}
    warnings = [why for field, why in lacking.items() if field in asked]
    if people == 0:
        warnings.insert(0, "Catches nobody.")
    return RuleView(place, PLACES[place], str(rule), people, is_flat=is_flat(rule), warnings=warnings)


def _overlaps(found: Counts | None) -> list[str]:
    return [words for _, words in _both(found)] if found else []


def _both(found: Counts) -> list[tuple[tuple[str, str], str]]:
    """Pairs of priorities that somebody meets both of, and the sentence about them."""
    return [(pair, _overlap(*pair, people)) for pair, people in found.both.items() if people]


def _overlap(first: str, second: str, people: int) -> str:
    told = counted(people, "person meets", "people meet")
    return f"{told} {_short(first)} and {_short(second)}: {_short(first)} counts."


def _short(place: str) -> str:
    return place.removeprefix("priorities.")


def _file_place(place: str) -> str:
    """A rule's place in the file."""
    return f"priorities.{place}" if place in PRIORITIES else place
