"""Why: a person's stage and cycles in sentences, each with its rule and the facts it stands on. Pure.

What decided is what the trace saw decide; nothing here decides anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.conditions import Rule
from leadmodel.lifecycle.cycles import Cycle, Person, Touch, Why, came_from
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.lead_types import OWN_FIELDS, Relation
from leadmodel.lifecycle.moments import Names
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Entry, Handling, Outcome, Trigger
from leadmodel.lifecycle.trace import Turn
from leadmodel.lifecycle.words import ENDINGS, ENTRIES, RELATIONS, RULE_OF_ENDING, RULE_OF_WHY, TRIGGERS, WHYS


class Topic(StrEnum):
    """What a sentence about a cycle is about: other explanations lead to it."""

    ASSIGNMENT = "assignment"
    PATH = "path"
    TYPE = "type"
    ENTRY = "entry"
    HOLDER = "holder"
    TOUCH = "touch"
    NO_TOUCH = "no_touch"
    CLAIM = "claim"
    ENDING = "ending"
    MEETING = "meeting"
    EXCEPTION = "exception"


@dataclass(frozen=True)
class Sentence:
    """One sentence, the rule of the lead model it follows, and the facts it stands on: never none.

    What did not happen stands on what it did not happen since.
    """

    text: str
    rule: str
    topic: Topic
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Teller:
    """What it takes to explain a person: grounds, settings, names of users, and how an instant is written."""

    grounds: Grounds
    settings: ModelSettings
    names: Names
    when: Callable[[datetime], str]

    def of_person(self, person: Person) -> list[Sentence]:
        """Why a person without any cycle is where they are."""
        if person.stage == "raw":
            facts = tuple(self.grounds.facts.creation(record_id) for record_id in person.record_ids)
            return [
                Sentence(
                    "Never assigned: no signal that opens a cycle has come yet.",
                    "M5",
                    Topic.ASSIGNMENT,
                    facts,
                )
            ]
        text = (
            f"Salesforce's status says {person.stage}, on {self.when(person.stage_since)},"
            " without any assignment before."
        )
        facts = self.grounds.standing(person.stage, person.stage_since)
        return [Sentence(text, "M8", Topic.ENDING, facts)]

    def of_cycle(self, cycle: Cycle, person: Person) -> list[Sentence]:
        """Why one of a person's cycles is what it is, in the order things happened."""
        before = came_from(cycle, person.cycles)
        return [
            *self._opening(cycle),
            *self._coming_back(cycle, before),
            *self._type(cycle, person),
            *self._holders(cycle),
            *self._touches(cycle),
            *self._no_touches(cycle, person),
            *self._handling(cycle),
            *self._ending(cycle),
        ]

    def _opening(self, cycle: Cycle) -> Iterator[Sentence]:
        yield Sentence(
            f"Cycle {cycle.number} began on {self.when(cycle.assigned_at)}, because {TRIGGERS[cycle.trigger]}.",
            "M5",
            Topic.ASSIGNMENT,
            self.grounds.of(cycle, Turn.OPENED),
        )
        if cycle.trigger is Trigger.OUTBOUND_PULL:
            yield Sentence(
                "It is outbound: we went to them.", "M5", Topic.PATH, self.grounds.of(cycle, Turn.OPENED)
            )
            return
        source = f"the source {cycle.source}" if cycle.source else "a source that nothing tells"
        yield Sentence(
            f"It is {cycle.path}, by {source}.",
            "M5",
            Topic.PATH,
            _each(
                (
                    *self.grounds.facts.source(cycle.assigned_at, cycle.source),
                    *self.grounds.of(cycle, Turn.OPENED),
                )
            ),
        )

    def _coming_back(self, cycle: Cycle, before: Cycle | None) -> Iterator[Sentence]:
        if before is None:
            return
        since = before.closed_at
        assert since is not None
        facts = self.grounds.of(cycle, Turn.OPENED)
        if cycle.entry is Entry.INBOUND_ACTION:
            facts = tuple(self.grounds.facts.campaign_answers(since, cycle.assigned_at))
        yield Sentence(f"The person {ENTRIES[cycle.entry]}.", "M13", Topic.ENTRY, facts)
        if cycle.broke_hold:
            closing = self.grounds.of(before, Turn.KIND)[-1:]
            hold = (
                f"{self.settings.recycling.nurture_hold_days} days of nurture had not passed since {self.when(since)}"
                if before.latest_kind == "nurture"
                else "the cycle before ended as unqualified, and unqualified people do not come back"
            )
            yield Sentence(
                f"That broke a hold: {hold}.",
                "M13",
                Topic.ENTRY,
                (*closing, *self.grounds.of(cycle, Turn.OPENED)),
            )

    def _type(self, cycle: Cycle, person: Person) -> Iterator[Sentence]:
        """What type of lead the cycle is about, and which rule or fact says so (A16)."""
        rules = self.settings.lead_types
        opened = self.grounds.of(cycle, Turn.OPENED)

        def said(text: str, *by: Rule) -> Sentence:
            return Sentence(text, "M5", Topic.TYPE, _each((*opened, *self._read_by(by, cycle, person))))

        if cycle.priority is not None:
            rule = rules.priorities[cycle.priority]
            yield said(f"It is {cycle.priority}, because {rule}.", rule)
        elif rules.priorities:
            text = "It has no priority: no rule for one held when the cycle began."
            yield said(text, *rules.priorities.values())
        if cycle.is_target_account and rules.target_account is not None:
            yield said(f"A target account, because {rules.target_account}.", rules.target_account)
        if cycle.relation is Relation.NEW_BUSINESS:
            return
        text = RELATIONS[cycle.relation]
        facts = (*opened, *self.grounds.facts.deals(cycle.assigned_at))
        if cycle.relation is Relation.CUSTOMER and rules.customer is not None:
            facts = (*facts, *self._read_by([rules.customer], cycle, person))
        if cycle.wanted_rep is not None:
            went = (
                "and it did"
                if cycle.first_rep == cycle.wanted_rep
                else f"but it went to {self.names(cycle.first_rep)}"
            )
            text += f", so it should have gone to {self.names(cycle.wanted_rep)}, {went}"
            facts = (*facts, *self.grounds.start(cycle.spans[0]))
        yield Sentence(f"{text}.", "M5", Topic.TYPE, _each(facts))

    def _read_by(self, rules: Iterable[Rule], cycle: Cycle, person: Person) -> Iterator[Fact]:
        """What these rules read, as it stood when the cycle began; of what was decided before, what that stands on."""
        facts, at, types = self.grounds.facts, cycle.assigned_at, self.settings.lead_types
        named = dict.fromkeys(condition.field for rule in rules for condition in rule.conditions())
        if "path" in named:
            yield from facts.source(at, cycle.source)
        if "relation" in named:
            yield from facts.deals(at)
        if "target_account" in named and types.target_account is not None:
            named |= dict.fromkeys(condition.field for condition in types.target_account.conditions())
        yield from facts.fields((name for name in named if name not in OWN_FIELDS), person.record_ids, at)

    def _holders(self, cycle: Cycle) -> Iterator[Sentence]:
        for number, span in enumerate(cycle.spans):
            began = f"since {self.when(span.started_at)}"
            following = cycle.spans[number + 1] if number + 1 < len(cycle.spans) else None
            facts = self.grounds.start(span)
            if following is not None:
                until = (
                    f"until {self.when(following.started_at)}, when {self.names(following.holder)} got them"
                )
                facts = (*facts, *self.grounds.start(following))
            elif span.ended_at is not None:
                until, facts = "until it ended", (*facts, *self.grounds.of(cycle, Turn.CLOSED))
            else:
                until = "until now"
            owes = "" if span.owes_response else "; who was answered already, so nothing was owed any more"
            text = f"{self.names(span.holder)} held the person {began}, {until}{owes}."
            yield Sentence(text, "M12", Topic.HOLDER, tuple(dict.fromkeys(facts)))

    def _touches(self, cycle: Cycle) -> Iterator[Sentence]:
        facts = self.grounds.facts
        if cycle.first_touch_at is not None:
            yield Sentence(
                f"{self.names(cycle.first_touch_by)}'s touch on {self.when(cycle.first_touch_at)} is the first that"
                f" counts: {cycle.touch_count} in all.",
                "M6",
                Topic.TOUCH,
                tuple(dict.fromkeys(facts.of_activity(touch.activity_id) for touch in cycle.touches)),
            )
        for why in (Why.ANSWERED_AT_ONCE, Why.LOGGED_LATE):
            own = [touch for touch in cycle.touches if touch.why is why]
            if own:
                text = f"{_number(own)}: {WHYS[why]}."
                yield Sentence(text, RULE_OF_WHY[why], Topic.TOUCH, self._cited(own))
        backdated = [touch for touch in cycle.touches if touch.is_backdated]
        if backdated:
            text = f"{_number(backdated)}: dated long before it was logged, so it counts when it was logged."
            yield Sentence(text, "K11", Topic.TOUCH, self._cited(backdated))

    def _no_touches(self, cycle: Cycle, person: Person) -> Iterator[Sentence]:
        """What was logged in the cycle, or after it and before the next, and is no touch of it."""
        following = person.cycles[cycle.number] if cycle.number < len(person.cycles) else None
        end = following.assigned_at if following is not None else None
        loose = [
            touch
            for touch in person.loose_touches
            if cycle.assigned_at <= touch.at and (end is None or touch.at < end)
        ]
        for why in Why:
            own = [touch for touch in loose if touch.why is why]
            if own:
                text = f"{_number(own)}: {WHYS[why]}."
                yield Sentence(text, RULE_OF_WHY[why], Topic.NO_TOUCH, self._cited(own))

    def _handling(self, cycle: Cycle) -> Iterator[Sentence]:
        if cycle.claimed_at is not None and cycle.first_touch_at is None:
            text = f"Salesforce says Working since {self.when(cycle.claimed_at)}: claimed, but no touch."
            yield Sentence(text, "M6", Topic.CLAIM, self.grounds.of(cycle, Turn.CLAIMED))
        closed = self.grounds.of(cycle, Turn.CLOSED)
        if cycle.handling is Handling.UNTOUCHED:
            text = "No activity since then counts as a touch, so nobody works on it."
            yield Sentence(text, "M6", Topic.TOUCH, self.grounds.of(cycle, Turn.OPENED))
        elif cycle.handling is Handling.BYPASSED:
            text = f"{self.names(cycle.closed_by)} closed it without any counted touch: picked up, but never answered."
            yield Sentence(text, "M10", Topic.TOUCH, closed)
        elif cycle.handling is Handling.BY_AUTOMATION:
            text = "It was closed with no touch before, and by no human: nobody picked it up."
            yield Sentence(text, "M11", Topic.TOUCH, closed)

    def _ending(self, cycle: Cycle) -> Iterator[Sentence]:
        if cycle.closed_at is None or cycle.ending is None:
            yield Sentence("No disposition since.", "M8", Topic.ENDING, self.grounds.of(cycle, Turn.OPENED))
            return
        by = f" by {self.names(cycle.closed_by)}" if cycle.closed_by else ""
        kinds = self.grounds.of(cycle, Turn.KIND)
        yield Sentence(
            f"It ended on {self.when(cycle.closed_at)}{by}: {ENDINGS[cycle.ending]}.",
            RULE_OF_ENDING[cycle.ending],
            Topic.ENDING,
            self.grounds.of(cycle, Turn.CLOSED),
        )
        if cycle.latest_kind is not None:
            reason = f", for the reason “{cycle.reason}”" if cycle.reason else ", with no reason given"
            told = "" if cycle.latest_kind == "qualified" else reason
            yield Sentence(
                f"The disposition is {cycle.latest_kind}{told}.",
                "M8",
                Topic.ENDING,
                tuple(dict.fromkeys((*kinds, *self.grounds.of(cycle, Turn.REASON)[-1:]))),
            )
        if len(kinds) > 1:
            text = "The disposition was amended afterwards, before any next assignment; the last one tells."
            yield Sentence(text, "M8", Topic.ENDING, kinds)
        if cycle.outcome is Outcome.QUALIFIED and cycle.latest_kind != "qualified":
            text = "It stays counted as qualified, as it once was."
            yield Sentence(text, "M8", Topic.ENDING, self.grounds.of(cycle, Turn.QUALIFIED))

    def _cited(self, touches: list[Touch]) -> tuple[Fact, ...]:
        return tuple(self.grounds.facts.of_activity(touch.activity_id) for touch in touches)


def _each(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """Each fact once, earliest first."""
    return tuple(sorted(dict.fromkeys(facts), key=lambda fact: (fact.at, fact.fact_id, fact.field)))


def _number(touches: list[Touch]) -> str:
    return "1 activity" if len(touches) == 1 else f"{len(touches):,} activities"
