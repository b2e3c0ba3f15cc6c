"""M3: the state as it was, and as it was known."""

from __future__ import annotations

from leadmodel.lifecycle.stages import Handling, Stage
from tests.lifecycle.desk import DAY, Desk, assigned, at, minutes


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
