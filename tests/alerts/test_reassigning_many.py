"""R067: many are due at once, many look at once; each is decided once, within all limits, by turns."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from alerts.models import Assignment
from alerts.reassigning import Outcome
from base.models import User
from leadmodel.models import Clock, Exclusion
from leadmodel.settings_store import enter
from sync.models import Mark
from tests.alerts.at_once import at_once, beside
from tests.alerts.overdue import (
    GIVEN,
    MODEL,
    a_day_later,
    called,
    desk,
    due_now,
    hand_on,
    lead,
    ledger,
    new_world,
    otto,
    scan,
    world,
    written,
)
from tests.sync.world import World

__all__ = ["desk", "new_world", "otto", "world", "written"]


def test_the_cycles_clock_and_the_reps_are_one_decision(written: World) -> None:
    for _ in range(2):
        assert scan(written, cycles_too=True) == [Outcome.DECIDED, Outcome.DECIDED]
    assert ledger(written) == [("Bob", "ready")]


def test_six_scanners_at_once_decide_once_and_take_turns(written: World) -> None:
    for number in range(11):
        lead(written, f"More {number}")
    a_day_later(written)

    at_once(lambda: scan(written), times=6)
    scan(written)
    people = [line.person_id for line in Assignment.objects.all()]
    assert len(people) == len(set(people)) == 12
    assert (
        sorted(called(written, line.to_id) for line in Assignment.objects.all())
        == ["Bob"] * 6 + ["Carol"] * 6
    )


def is_waited_for(later: Future[list[Outcome]]) -> bool:
    """Whether somebody comes to wait for our turn to end, instead of being done."""
    asked = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
    while not later.done():
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone() == (True,):
                return True
    return False


def test_a_scanner_waits_until_it_is_known_whose_turn_another_took(written: World) -> None:
    for number in range(3):
        lead(written, f"More {number}")
    a_day_later(written)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            hand_on(written, due_now(written, limit=1))
            later = pool.submit(beside, lambda: scan(written))
            assert is_waited_for(later)
        later.result()
    assert [name for name, _ in ledger(written)] == ["Bob", "Carol", "Bob", "Carol"]


def test_what_is_on_its_way_counts_as_held(written: World) -> None:
    enter(f"{MODEL}reassignment: {{capacity: 2}}\n")
    for number in range(2):
        lead(written, f"More {number}")
        a_day_later(written)
        scan(written)
    lead(written, "Too many")
    lead(written, "Far too many")
    a_day_later(written)
    assert set(scan(written)) == {Outcome.DECIDED, Outcome.COULD_NOT}
    given = sorted(name for name, _ in ledger(written))
    assert given == ["Bob", "Bob", "Carol", "Carol", "nobody"]


def test_how_many_somebody_has_is_no_other_reason(written: World) -> None:
    enter(f"{MODEL}reassignment: {{capacity: 0}}\n")
    assert scan(written) == [Outcome.COULD_NOT]
    written.lead("Bobs", owner="Bob", Status="Assigned", LeadSource="Web")
    written.pass_time(minutes=1)
    written.catch_up()
    assert scan(written) == [Outcome.COULD_NOT]
    assert len(ledger(written)) == 1
    (line,) = Assignment.objects.all()
    assert {why for _, why, *_ in line.skipped} == {"had_them", "full"}


def test_m16_an_exception_and_news_keep_automation_away(written: World, otto: User) -> None:
    record = Clock.objects.all()[0].person_id
    exclusion = Exclusion.objects.create(
        record_id=record,
        starts_at=written.now,
        expires_at=written.now + timedelta(days=1),
        reason="Long holiday",
        owner=otto,
    )
    assert scan(written) == [Outcome.NOT_YET]
    exclusion.delete()
    mark = Mark.objects.create(record_id=record)
    assert scan(written) == [Outcome.NOT_YET]
    mark.delete()
    assert scan(written) == GIVEN


def test_no_more_than_so_many_a_day_the_longest_overdue_first(written: World) -> None:
    enter(f"{MODEL}reassignment: {{most_a_day: 2}}\n")
    for number in range(2):
        written.pass_time(minutes=1)
        lead(written, f"More {number}")
    a_day_later(written)
    assert sorted(scan(written)) == [Outcome.DECIDED, Outcome.DECIDED, Outcome.MOST]
    assert scan(written).count(Outcome.MOST) == 1
    a_day_later(written)
    assert Outcome.MOST not in scan(written)
    assert len(ledger(written)) == 3


def test_the_number_of_queries_does_not_grow_with_what_is_due(written: World) -> None:
    def counted() -> int:
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            hand_on(written, due_now(written))
        return len(asked)

    one = counted()
    for number in range(9):
        lead(written, f"More {number}")
    a_day_later(written)
    assert counted() == one
    assert len(ledger(written)) == 10
