"""The Map page: what an organisation's words mean, proposed from its data, tried on its figures, saved once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from pydantic import ValidationError

from base.address import whole_number
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Path, Stage
from leadmodel.mapping.evidence import Evidence
from leadmodel.mapping.propose import (
    Chosen,
    Proposed,
    apply,
    contact_statuses,
    date_fields,
    propose,
    reason_fields,
)


class WrongChoice(Exception):
    """The answers do not go together. The text is a sentence: what, and what to choose instead."""


@dataclass(frozen=True)
class Option:
    """One of the things to choose from."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class Choice:
    """One question. `name` is the form's field; `people` how many it concerns."""

    name: str
    label: str
    people: int
    why: str
    options: list[Option]
    is_unsure: bool


@dataclass(frozen=True)
class MapView:
    """The page's questions; `unmapped` counts the people whose status means nothing yet.

    `based_on` is the version that the answers began with.
    """

    statuses: list[Choice]
    sources: list[Choice]
    programs: list[Choice]
    subjects: list[Choice]
    fields: list[Choice]
    unmapped: int
    based_on: str
    in_force: int

    @property
    def is_overtaken(self) -> bool:
        """Whether somebody entered a version since."""
        return self.based_on != str(self.in_force)


_STAGES = [("", "not mapped"), *((stage.value, stage.value.capitalize()) for stage in Stage)]
_PATHS = [("", "as ops set it"), (Path.INBOUND.value, "Inbound"), (Path.OUTBOUND.value, "Outbound")]
_PROGRAM = [("", "a person"), ("program", "a program")]
_SUBJECTS = [("", "a person's words"), ("automatic", "written by a tool"), ("inbound", "came from the lead")]
_TEAMS = [("manager", "their manager"), ("role", "their role"), ("app", "lists kept here")]


def view_map(evidence: Evidence, now: ModelSettings, told: QueryDict | None, *, in_force: int) -> MapView:
    """The questions with what the data suggest, or with what was answered (`told`). `in_force`: 0 for no version."""
    proposal = propose(evidence, now, is_first=in_force == 0)
    chosen = proposal.settings
    statuses = _choices("stage", proposal.statuses, _STAGES, told)
    return MapView(
        statuses=statuses,
        sources=_choices("path", proposal.sources, _PATHS, told),
        programs=_choices("user", proposal.programs, _PROGRAM, told),
        subjects=_choices("subject", proposal.subjects, _SUBJECTS, told),
        fields=_fields(evidence, chosen, told, why_teams="as ops set it" if in_force else "what most reps have"),
        unmapped=sum(one.people for one in statuses if one.is_unsure),
        based_on=told.get("based_on", str(in_force)) if told is not None else str(in_force),
        in_force=in_force,
    )  # fmt: skip


def _fields(
    evidence: Evidence, chosen: ModelSettings, told: QueryDict | None, *, why_teams: str
) -> list[Choice]:
    reasons, stages = chosen.reasons, chosen.stages
    fields = [
        ("nurture_field", "Reason for nurture", reason_fields(evidence), reasons.nurture_field),
        ("unqualified_field", "Reason for unqualified", reason_fields(evidence), reasons.unqualified_field),
        (
            "assigned_date_field",
            "Date of assignment",
            date_fields(evidence),
            chosen.assignment.assigned_date_field,
        ),
        (
            "contact_status_field",
            "Status of contacts",
            contact_statuses(evidence),
            stages.contact_status_field,
        ),
    ]
    teams = _choice("teams", "A rep's team is", 0, why_teams, _TEAMS, chosen.teams.source, told)
    return [*(_field(*one, told) for one in fields), teams]


def _choices(
    kind: str, proposed: Sequence[Proposed], options: list[tuple[str, str]], told: QueryDict | None
) -> list[Choice]:
    return [
        _choice(f"{kind}:{one.name}", one.name, one.people, one.why, options, one.value, told)
        for one in proposed
    ]


def _choice(
    name: str,
    label: str,
    people: int,
    why: str,
    options: list[tuple[str, str]],
    value: str,
    told: QueryDict | None,
) -> Choice:
    chosen = told.get(name, value) if told is not None else value
    shown = [Option(one, words, one == chosen) for one, words in options]
    return Choice(name, label, people, why, shown, is_unsure=not chosen)


def _field(name: str, label: str, fields: list[str], value: str | None, told: QueryDict | None) -> Choice:
    # one that is named already is offered even where nothing told us of it yet
    offered = sorted({*fields, value} if value else {*fields})
    options = [("", "none"), *((field, field) for field in offered)]
    why = "by its name" if value else "no field's name says so"
    return _choice(name, label, 0, why, options, value or "", told)


def read_based_on(told: QueryDict) -> int:
    """The version that the form's answers began with. Raises WrongChoice."""
    based_on = whole_number(told.get("based_on", ""))
    if based_on is None:
        raise WrongChoice("The form does not say which version it began with: open the page again.")
    return based_on


def read_answers(told: QueryDict, now: ModelSettings, *, in_force: int) -> ModelSettings:
    """The settings that the form's answers make of those in force, version `in_force`. Raises WrongChoice."""
    chosen = Chosen(
        stages=_answers(told, "stage:", {stage.value for stage in Stage}),
        paths=_answers(told, "path:", {Path.INBOUND.value, Path.OUTBOUND.value}),
        users=_answers(told, "user:", {"program"}),
        subjects=_answers(told, "subject:", {"automatic", "inbound"}),
        nurture_field=told.get("nurture_field") or None,
        unqualified_field=told.get("unqualified_field") or None,
        assigned_date_field=told.get("assigned_date_field") or None,
        contact_status_field=told.get("contact_status_field") or None,
        teams=told.get("teams", now.teams.source),
    )
    try:
        return apply(chosen, now, is_first=in_force == 0)
    except ValidationError as error:
        first = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise WrongChoice(f"These answers do not go together: {first}.") from error


def _answers(told: QueryDict, prefix: str, possible: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key in told:
        answer = told.get(key, "")
        if key.startswith(prefix):
            if answer and answer not in possible:
                raise WrongChoice(
                    f"“{answer}” is no answer for {key.removeprefix(prefix)}: choose one of the list."
                )
            found[key.removeprefix(prefix)] = str(answer)
    return found
