"""Why: a person's story and stage in sentences, each with the record it rests on. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadmodel.lifecycle.cycles import COUNTING, Cycle, Person, Touch, Why
from leadmodel.lifecycle.lead_types import LeadTypes, Relation
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Ending, Entry, Handling, Outcome, Path, Trigger

Names = Callable[[str | None], str]
"""A user's or queue's Id to the name people know."""


class Mark(StrEnum):
    """How a moment is drawn."""

    START = "start"
    TOUCH = "touch"
    HAND_OVER = "hand_over"
    END = "end"
    QUIET = "quiet"


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `cycle` is the cycle's number, None between cycles; `source` a Salesforce Id."""

    at: datetime
    mark: Mark
    text: str
    detail: str = ""
    source: str | None = None
    cycle: int | None = None


TRIGGERS = {
    Trigger.STATUS: "the status entered an Assigned one",
    Trigger.ASSIGNED_DATE: "the Assigned Date was set",
    Trigger.OWNER: "a rep took over from a queue or machine",
    Trigger.OUTBOUND_PULL: "an outbound rep's first touch pulled the person",
}
ENDINGS = {
    Ending.STATUS: "by status",
    Ending.CONVERSION: "by conversion",
    Ending.OPPORTUNITY: "by the opportunity's stage",
    Ending.BACK_TO_RAW: "the status went back to Raw",
    Ending.MERGED: "the person was merged into another whose cycle runs on",
}
ENTRIES = {
    Entry.FIRST: "",
    Entry.TIMED_RETURN: "came back by a machine's timed return",
    Entry.INBOUND_ACTION: "came back by an action of their own",
    Entry.MANUAL: "was brought back by hand",
}
WHYS = {
    Why.COUNTED: "a touch",
    Why.ANSWERED_AT_ONCE: "automatic, but the person answered at once: it counts",
    Why.LOGGED_LATE: "logged shortly after the same rep's disposition: it counts, at the disposition's time",
    Why.AUTOMATIC_USER: "not a touch: its owner is no human of the sales organisation",
    Why.AUTOMATIC_SUBTYPE: "not a touch: its subtype is an automatic one",
    Why.AUTOMATIC_SUBJECT: "not a touch: its subject is an engagement tool's",
    Why.INBOUND: "not a touch: it came from the person",
    Why.NOT_DONE: "not a touch: the task is not completed",
    Why.NO_CYCLE: "counted in no cycle: none was open",
}


def tell(person: Person, names: Names) -> list[Moment]:
    """The person's story, latest first."""
    moments = [Moment(person.created_at, Mark.QUIET, "First known in Salesforce")]
    for cycle in person.cycles:
        moments += _of_cycle(cycle, names)
    moments += [_of_touch(touch, names, None) for touch in person.loose_touches]
    return sorted(moments, key=lambda m: (m.at, _ORDER[m.mark], m.source or ""), reverse=True)


_ORDER = {Mark.START: 0, Mark.HAND_OVER: 1, Mark.QUIET: 2, Mark.TOUCH: 3, Mark.END: 4}


def _of_cycle(cycle: Cycle, names: Names) -> Iterator[Moment]:
    first = cycle.spans[0]
    detail = [TRIGGERS[cycle.trigger], ENTRIES[cycle.entry]]
    if cycle.broke_hold:
        detail.append("before its hold had passed")
    text = f"Assigned to {names(first.holder)} by {names(cycle.assigned_by)}"
    yield Moment(cycle.assigned_at, Mark.START, text, _joined(detail), None, cycle.number)
    for span in cycle.spans[1:]:
        yield Moment(
            span.started_at, Mark.HAND_OVER, f"Handed over to {names(span.holder)}", "", None, cycle.number
        )
    if cycle.claimed_at is not None:
        detail_of_claim = "a status alone is no work; only a touch is"
        yield Moment(
            cycle.claimed_at,
            Mark.QUIET,
            "Salesforce says Working: claimed, no touch",
            detail_of_claim,
            None,
            cycle.number,
        )
    for touch in cycle.touches:
        yield _of_touch(touch, names, cycle)
    if cycle.closed_at is not None and cycle.ending is not None:
        kind = (
            "Withdrawn" if cycle.outcome is Outcome.WITHDRAWN else str(cycle.latest_kind or "").capitalize()
        )
        text = kind + (f": {cycle.reason}" if cycle.reason else "")
        by = f"by {names(cycle.closed_by)}" if cycle.closed_by else ""
        yield Moment(
            cycle.closed_at, Mark.END, text, _joined([ENDINGS[cycle.ending], by]), None, cycle.number
        )


def _of_touch(touch: Touch, names: Names, cycle: Cycle | None) -> Moment:
    counts = touch.why in COUNTING and cycle is not None
    first = cycle is not None and touch.activity_id == cycle.first_touch_id
    text = ("First touch" if first else "Touch" if counts else "Activity") + f" · {names(touch.by)}"
    detail = [WHYS[touch.why]]
    if touch.is_backdated:
        detail.append("dated more than a day before it was logged: it counts when it was logged")
    mark = Mark.TOUCH if counts else Mark.QUIET
    return Moment(touch.at, mark, text, _joined(detail), touch.activity_id, cycle.number if cycle else None)


def _joined(parts: list[str]) -> str:
    return " · ".join(part for part in parts if part)


def why_stage(person: Person, names: Names, when: Callable[[datetime], str]) -> list[str]:
    """Why the person's stage is what it is, in sentences. `when` writes an instant."""
    if not person.cycles:
        if person.stage == "raw":
            return ["Never assigned: no signal that opens a cycle has come yet."]
        return [
            f"Salesforce's status says {person.stage}, on {when(person.stage_since)}, without any assignment before."
        ]
    cycle = person.cycles[-1]
    sentences = [
        f"Cycle {cycle.number} began on {when(cycle.assigned_at)}, because {TRIGGERS[cycle.trigger]}."
        + (f" The person {ENTRIES[cycle.entry]}." if cycle.entry is not Entry.FIRST else "")
    ]
    if cycle.first_touch_at is not None:
        sentences.append(
            f"{names(cycle.first_touch_by)}'s touch on {when(cycle.first_touch_at)} is the first that counts:"
            f" {cycle.touch_count} in all."
        )
    else:
        sentences.append("No activity since then counts as a touch, so nobody works on it.")
    if cycle.claimed_at is not None and cycle.first_touch_at is None:
        sentences.append(f"Salesforce says Working since {when(cycle.claimed_at)}: claimed, but no touch.")
    if cycle.closed_at is None:
        sentences.append("No disposition since.")
    elif cycle.ending is not None:
        by = f" by {names(cycle.closed_by)}" if cycle.closed_by else ""
        sentences.append(f"It ended on {when(cycle.closed_at)}{by}: {ENDINGS[cycle.ending]}.")
        if cycle.outcome is Outcome.QUALIFIED and cycle.latest_kind != "qualified":
            sentences.append("It stays counted as qualified, as it once was.")
    return sentences


RELATIONS = {
    Relation.OPEN_OPPORTUNITY: "An opportunity was open when the cycle began",
    Relation.CUSTOMER: "The person, or the company, was a customer when the cycle began",
}


def why_type(cycle: Cycle, rules: LeadTypes, names: Names) -> list[str]:
    """What type of lead a cycle is about, and which rule or fact says so (A16)."""
    sentences = []
    if cycle.priority is not None:
        sentences.append(f"It is {cycle.priority}, because {rules.priorities[cycle.priority]}.")
    elif rules.priorities:
        sentences.append("It has no priority: no rule for one held when the cycle began.")
    if cycle.is_target_account and rules.target_account is not None:
        sentences.append(f"A target account, because {rules.target_account}.")
    if cycle.relation is Relation.NEW_BUSINESS:
        return sentences
    fact = RELATIONS[cycle.relation]
    if cycle.wanted_rep is None:
        return [*sentences, f"{fact}."]
    went = "and it did" if cycle.first_rep == cycle.wanted_rep else f"but it went to {names(cycle.first_rep)}"
    return [*sentences, f"{fact}, so it should have gone to {names(cycle.wanted_rep)}, {went}."]


def counted_in(cycle: Cycle, settings: ModelSettings) -> tuple[list[str], list[str]]:
    """Which figures a cycle counts in, and which not and why."""
    yes, no = ["assigned"], []
    if cycle.path is Path.OUTBOUND:
        no.append("response time and pick-up: outbound")
    elif cycle.handling is Handling.TOUCHED:
        yes += ["pick-up", "response time"]
        target = settings.response.target_minutes * 60
        assert cycle.first_touch_at is not None
        in_time = (cycle.first_touch_at - cycle.assigned_at).total_seconds() <= target
        (yes if in_time else no).append("in time" if in_time else "in time: answered past the target")
    elif cycle.handling is Handling.BYPASSED:
        yes += ["pick-up", "touchless"]
        no.append("response time: closed without a touch")
    elif cycle.handling is Handling.BY_AUTOMATION:
        no += ["pick-up: closed by automation", "response time: never touched"]
    else:
        no += ["pick-up: nobody touched it yet", "response time: still waiting"]
    if cycle.outcome is Outcome.OPEN:
        no.append("outcomes: still open")
    elif cycle.outcome is Outcome.WITHDRAWN:
        no.append("any rate: withdrawn")
    else:
        yes.append(cycle.outcome.value)
    return yes, no
