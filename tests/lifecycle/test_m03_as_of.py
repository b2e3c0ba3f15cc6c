"""M3: the state as it was, and as it was known."""

from __future__ import annotations

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.learned import Between, learned
from leadmodel.lifecycle.stages import Handling, Stage
from tests.lifecycle.desk import ALICE, DAY, LEAD, Desk, assigned, at, minutes


def test_as_of_uses_what_had_happened() -> None:
    desk = assigned(0).call(60).status(120, "Assigned", "Qualified")

    assert desk.person(as_of=30).stage is Stage.ASSIGNED
    assert desk.person(as_of=60).stage is Stage.WORKING
    assert desk.person(as_of=119).stage is Stage.WORKING
    assert desk.person(as_of=120).stage is Stage.QUALIFIED


def test_nobody_existed_before_the_record_did() -> None:
    assert Desk().record(minute=10).persons(as_of=9) == []


def test_known_by_uses_what_had_been_recorded() -> None:
    """A call made at minute 60 was logged three hours later."""
    desk = assigned(0).call(60, created_at=at(240))

    assert desk.cycle(as_of=120, known_by=120).handling is Handling.UNTOUCHED
    assert desk.cycle(as_of=120, known_by=240).handling is Handling.TOUCHED
    assert minutes(desk.cycle(as_of=120, known_by=240).first_touch_at) == 60


def test_answer_for_a_pair_of_instants_never_changes() -> None:
    desk = assigned(0).call(60)
    before = desk.persons(as_of=90, known_by=90)

    desk.status(120, "Assigned", "Nurture").call(80, created_at=at(3 * DAY)).status(
        4 * DAY, "Nurture", "Assigned"
    )

    assert desk.persons(as_of=90, known_by=90) == before


def test_late_logged_touch_is_seen_once_it_was_logged() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").call(65)

    assert desk.cycle(as_of=62).handling is Handling.BYPASSED
    assert desk.cycle(as_of=65).handling is Handling.TOUCHED


def told(desk: Desk, *, since: float, until: float, as_of: float | None = None) -> list[Fact]:
    between = Between(at(since), at(until), at(as_of) if as_of is not None else None)
    return learned(desk.family(), between, rules=desk.settings.touches, directory=desk.directory)


def test_what_was_learned_between_is_told_with_its_cause_each_fact_once() -> None:
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture")
    desk.changes.append(desk.changes[-1])

    facts = told(desk, since=120, until=400)

    assert [(fact.object_name, fact.field) for fact in facts] == [
        ("Task", "CompletedDateTime"),
        ("LeadHistory", Tracked.STATUS),
    ]
    assert [(minutes(fact.at), minutes(fact.learned_at), fact.actor) for fact in facts] == [
        (60, 240, ALICE),
        (300, 300, ALICE),
    ]


def test_as_of_the_first_instant_only_what_was_told_late_is_news() -> None:
    """The call at minute 60 was logged at 240; the disposition at 300 is news, but not late."""
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture")

    assert [fact.object_name for fact in told(desk, since=120, until=400, as_of=120)] == ["Task"]
    assert told(desk, since=120, until=239, as_of=120) == []
    assert told(desk, since=240, until=400, as_of=240) == []


def test_an_assigned_date_set_back_is_a_late_fact_at_the_instant_it_names() -> None:
    desk = assigned(0).change(200, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), ALICE, LEAD)

    (fact,) = told(desk, since=120, until=400, as_of=120)

    assert (fact.field, minutes(fact.at), minutes(fact.learned_at)) == (Tracked.ASSIGNED_DATE, 30, 200)


def test_where_nothing_was_learned_between_both_are_the_same() -> None:
    """What the page of changes rests on: people without a fact told late are derived once for both instants."""
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture").call(310)

    for since in range(0, 400, 10):
        for until in range(since + 10, 420, 10):
            if not told(desk, since=since, until=until, as_of=since):
                before = desk.persons(as_of=since, known_by=since)
                assert desk.persons(as_of=since, known_by=until) == before, (since, until)
