"""The laws of M1, M3, M8 and M12, over random families: whatever arrives in whatever order."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leadmodel.lifecycle.cited import Facts
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.explain import Teller
from leadmodel.lifecycle.facts import Activity, Change, Family, Record, Response, Tracked
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.stages import Handling, Outcome
from leadmodel.lifecycle.trace import Trace
from leadmodel.lifecycle.words import RULES
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DIRECTORY,
    LEAD,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    TOOL,
    at,
    model,
    name_of,
    written,
)

SETTINGS = model(
    assignment={"status": True, "owner": True, "outbound_pull": True},
    paths={"inbound_sources": ["Web"], "outbound_teams": ["Outbound"]},
    recycling={"nurture_hold_days": 0},
)
STATUSES = ["New", "Assigned", "Working", "Qualified", "Nurture", "Unqualified", "Parked"]
HOLDERS = [QUEUE, ALICE, BOB, OLGA, ROUTER]
ACTORS = [ALICE, BOB, OLGA, ROUTER]
# few instants, so that many coincide; some minutes apart, so that windows matter
MINUTES = st.sampled_from([0, 1, 2, 5, 6, 10, 12, 15, 16, 20, 30, 31, 45, 60, 90, 120, 2000, 4000])


class Told:
    """A family's whole history; `until` gives what Salesforce would have told up to a minute."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.ends = draw(st.sampled_from(["apart", "merged", "converted"]))
        self.end_at = draw(MINUTES)
        self.history: list[tuple[str, Tracked, float, str | None, str]] = []
        for record_id in (LEAD, OTHER):
            changes = st.lists(
                st.tuples(MINUTES, st.sampled_from(STATUSES), st.sampled_from(ACTORS)), max_size=6
            )
            for minute, status, by in draw(changes):
                self.history.append((record_id, Tracked.STATUS, minute, status, by))
            owners = st.lists(
                st.tuples(MINUTES, st.sampled_from(HOLDERS), st.sampled_from(ACTORS)), max_size=4
            )
            for minute, holder, by in draw(owners):
                self.history.append((record_id, Tracked.OWNER, minute, holder, by))
        self.history.sort(key=lambda change: change[2])
        calls = st.tuples(
            st.sampled_from([LEAD, OTHER]),
            MINUTES,
            st.sampled_from([ALICE, BOB, OLGA, TOOL]),
            st.sampled_from(["Call", "Call", "[Tool] Mail", "[In] Re"]),
            st.sampled_from([0, 0, 3, 30, 3000]),
            st.booleans(),
        )
        self.calls: list[tuple[str, float, str, str, float, bool]] = draw(st.lists(calls, max_size=10))

    def until(self, minute: float) -> Family:
        """The facts recorded up to a minute, with the records as they stood then."""
        now: dict[tuple[str, Tracked], str | None] = {}
        changes: list[Change] = []
        for number, (record_id, field, when, value, by) in enumerate(self.history):
            start = "New" if field is Tracked.STATUS else QUEUE
            old = now.get((record_id, field), start)
            if when > minute or old == value:
                continue
            now[record_id, field] = value
            changes.append(
                Change(record_id, field, at(when), by, old, value, "LeadHistory", f"017{number:015}")
            )
        activities = [
            Activity(one, f"00T{n:015}", False, at(when + late), at(when), True, by, subject, None)
            for n, (record, when, by, subject, late, is_shared) in enumerate(self.calls)
            for one in ([LEAD, OTHER] if is_shared else [record])
            if when + late <= minute
        ]
        records = [self._record(LEAD, now), self._record(OTHER, now)]
        if self.end_at <= minute and self.ends == "merged":
            records[1] = records[1]._replace(deleted_at=at(self.end_at), merged_into=LEAD)
        if self.end_at <= minute and self.ends == "converted":
            records[0] = records[0]._replace(
                converted_to=CONTACT, converted_at=at(self.end_at), converted_by=ALICE
            )
            records.append(self._record(CONTACT, now)._replace(created_at=at(self.end_at), status=None))
        return Family(records, changes, activities, (), [Response(LEAD, "701A", at(3))])

    @staticmethod
    def _record(record_id: str, now: dict[tuple[str, Tracked], str | None]) -> Record:
        blank: dict[str, Any] = dict.fromkeys(Record._fields)
        return Record(**blank)._replace(
            record_id=record_id,
            created_at=at(0),
            created_by=ROUTER,
            owner_id=now.get((record_id, Tracked.OWNER), QUEUE),
            status=now.get((record_id, Tracked.STATUS), "New"),
            source="Web",
        )


@st.composite
def told(draw: st.DrawFn) -> Told:
    return Told(draw)


EVER = 100_000.0


def people(family: Family, *, as_of: float | None = None, known_by: float | None = None) -> list[Person]:
    return derive(
        family,
        settings=SETTINGS,
        directory=DIRECTORY,
        as_of=None if as_of is None else at(as_of),
        known_by=None if known_by is None else at(known_by),
    )


@given(told(), st.randoms(use_true_random=False))
def test_m01_order_and_repetition_do_not_matter(story: Told, chance: random.Random) -> None:
    family = story.until(EVER)
    expected = people(family)

    mixed: dict[str, Any] = {}
    for name in ("records", "changes", "activities", "steps", "responses", "deals"):
        facts = list(getattr(family, name))
        mixed[name] = [*facts, *chance.sample(facts, len(facts) // 2)]
        chance.shuffle(mixed[name])

    assert people(family._replace(**mixed)) == expected


@given(told(), MINUTES, MINUTES)
def test_m03_what_arrives_later_changes_no_answer_about_the_past(
    story: Told, known: float, as_of: float
) -> None:
    if story.ends == "merged":
        story.ends = (
            "apart"  # Salesforce re-parents at a merge; what the facts then say of before is K6's question
        )
    then = people(story.until(known), as_of=as_of, known_by=known)

    assert people(story.until(EVER), as_of=as_of, known_by=known) == then


@given(told())
def test_m12_spans_tile_their_cycle(story: Told) -> None:
    for person in people(story.until(EVER)):
        for cycle in person.cycles:
            assert cycle.spans[0].started_at == cycle.assigned_at
            assert cycle.spans[-1].ended_at == cycle.closed_at
            for before, after in pairwise(cycle.spans):
                assert before.ended_at == after.started_at
                assert before.started_at < after.started_at
            # R082: the four parts are the whole
            assert (cycle.went is None) == (cycle.first_touch_at is None)
            if cycle.went is not None and cycle.first_touch_at is not None:
                assert min(cycle.went) >= 0
                assert sum(cycle.went) == (cycle.first_touch_at - cycle.assigned_at).total_seconds()


@given(told())
def test_k10_no_touch_counts_twice_and_none_is_lost(story: Told) -> None:
    family = story.until(EVER)
    seen = Counter(
        touch.activity_id
        for person in people(family)
        for touches in [person.loose_touches, *(cycle.touches for cycle in person.cycles)]
        for touch in touches
    )

    told = Counter(activity.activity_id for activity in family.activities)
    assert seen.keys() == told.keys()
    assert seen <= told  # one of several people counts for each of them, and once where they are one (K10)


@given(told(), MINUTES)
def test_what_only_a_story_needs_changes_nothing_else(story: Told, as_of: float) -> None:
    family = story.until(EVER)
    whole = people(family, as_of=as_of)
    bare = derive(family, settings=SETTINGS, directory=DIRECTORY, as_of=at(as_of), with_loose=False)

    for person in [*whole, *bare]:
        person.loose_touches = []
    assert bare == whole


@given(told())
def test_m08_both_partitions_hold(story: Told) -> None:
    for person in people(story.until(EVER)):
        open_cycles = [cycle for cycle in person.cycles if cycle.outcome is Outcome.OPEN]
        assert len(open_cycles) <= 1
        for cycle in person.cycles:
            assert (cycle.closed_at is None) == (cycle.outcome is Outcome.OPEN)
            assert (
                (cycle.handling is Handling.TOUCHED)
                == (cycle.touch_count > 0)
                == any(s.is_touched for s in cycle.spans)
            )
            assert (cycle.handling is Handling.UNTOUCHED) == (
                cycle.touch_count == 0 and cycle.closed_at is None
            )
            assert sum(span.is_touched for span in cycle.spans) <= 1
            for span in cycle.spans:
                assert span.owes_response or not (span.is_touched or span.is_bypassed)


@given(told())
def test_cycles_are_numbered_by_assignment(story: Told) -> None:
    for person in people(story.until(EVER)):
        assert [cycle.number for cycle in person.cycles] == list(range(1, len(person.cycles) + 1))
        assert all(a.assigned_at <= b.assigned_at for a, b in pairwise(person.cycles))


@given(told(), MINUTES)
def test_every_sentence_has_a_rule_and_what_it_stands_on(story: Told, as_of: float) -> None:
    """Also of what did not happen, which did not happen since something."""
    family, trace = story.until(EVER), Trace()
    persons = derive(family, settings=SETTINGS, directory=DIRECTORY, as_of=at(as_of), trace=trace)
    teller = Teller(Grounds(trace, Facts(family, SETTINGS)), SETTINGS, name_of, written)

    for person in persons:
        for sentences in [teller.of_cycle(cycle, person) for cycle in person.cycles] or [
            teller.of_person(person)
        ]:
            assert sentences
            for sentence in sentences:
                assert sentence.rule in RULES, sentence
                assert sentence.facts, sentence
                assert all(fact.fact_id and fact.field and fact.at <= at(as_of) for fact in sentence.facts)
