"""R067: whom Alice left unanswered for a day goes to the next of her team, by a write that looks once more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from alerts.candidates import REAL, read_candidates
from alerts.models import Assignment
from alerts.reassigning import Outcome, reassign
from base.models import Effect, User
from leadmodel.actions import Asked, undo
from leadmodel.directory import read_directory
from leadmodel.may_act import REASSIGN
from leadmodel.models import Absence, Clock, Span
from leadmodel.settings_store import enter, settings_in_force
from sync.models import Lead
from sync.models import User as SalesforceUser
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import (
    GIVEN,
    MODEL,
    a_day_later,
    called,
    desk,
    due_like,
    due_now,
    hand_on,
    hire,
    later,
    lead,
    ledger,
    new_world,
    otto,
    owner,
    scan,
    why_not,
    world,
    written,
)
from tests.sync.world import World
from tests.writeback.writing import work_off

__all__ = ["desk", "new_world", "otto", "world", "written"]


def test_the_next_of_the_team_has_them_with_a_new_span_and_a_clock_of_their_own(written: World) -> None:
    assert scan(written) == GIVEN
    work_off(written)
    assert owner(written) == "Bob"
    written.pass_time(minutes=1)
    written.catch_up()
    spans = Span.objects.order_by("ordinal")
    assert [(called(written, span.rep), span.owes_response) for span in spans] == [
        ("Alice", True),
        ("Bob", True),
    ]
    start = written.now - timedelta(minutes=1)
    assert spans[1].started_at == start
    clock = Clock.objects.get(ordinal=2, kind="response_maximum")
    assert clock.due_at == start + timedelta(days=1)
    line = Assignment.objects.get()
    assert line.effect is not None
    assert (called(written, line.holder_id), called(written, line.to_id), line.rule, line.span) == (
        "Alice",
        "Bob",
        "otherwise",
        1,
    )
    assert line.effect.why == "re-assign to Bob: nobody answered by 03 Mar 2026, 12:00 UTC"
    assert why_not(written) == {"Alice": "had_them", "Carol": "not_next"}


def test_the_one_after_does_not_answer_either(written: World) -> None:
    scan(written)
    work_off(written)
    a_day_later(written)
    assert scan(written) == GIVEN
    work_off(written)
    assert owner(written) == "Carol", "never back to Alice"
    a_day_later(written)
    assert scan(written) == [Outcome.COULD_NOT]
    assert set(why_not(written).values()) == {"had_them"}


def test_it_starts_as_a_dry_run_that_rehearses_the_turns_and_moves_none(desk: World, otto: User) -> None:
    for number in range(3):
        scan(desk)
        work_off(desk)
        lead(desk, f"More {number}")
        a_day_later(desk)
    assert ledger(desk) == [("Bob", "dry"), ("Carol", "dry"), ("Bob", "dry")]
    assert owner(desk) == "Alice"
    switch(REASSIGN, Mode.ON, by=otto, why="it is fair", now=desk.now)
    scan(desk)
    work_off(desk)
    assert ledger(desk)[3:] == [("Bob", "done")]


def test_who_is_on_holiday_is_left_out(written: World) -> None:
    Absence.objects.create(
        user_id=written.user("Bob"),
        starts_at=written.now - timedelta(days=3),
        ends_at=written.now + timedelta(days=3),
    )
    assert scan(written) == GIVEN
    assert ledger(written) == [("Carol", "ready")]
    assert why_not(written) == {"Alice": "had_them", "Bob": "absent"}


def decided_anew(world: World) -> str:
    """Whose they are once it is read that nothing was written."""
    later(world, minutes=5)
    scan(world)
    work_off(world)
    return owner(world)


@pytest.mark.parametrize("why", ["away", "not active", "not among those", "holds as many"])
def test_who_is_gone_before_it_is_written_is_not_given_anybody(written: World, why: str) -> None:
    scan(written)
    assert ledger(written) == [("Bob", "ready")]
    bob = written.user("Bob")
    if why == "away":
        week = timedelta(days=7)
        Absence.objects.create(user_id=bob, starts_at=written.now, ends_at=written.now + week)
    elif why == "not among those":
        enter(MODEL + "reassignment: {reps: [Carol]}\n")
    elif why == "holds as many":
        enter(MODEL + "reassignment: {capacity_of: {Bob: 0}}\n")
    else:
        SalesforceUser.objects.filter(pk=bob).update(is_active=False)
    work_off(written)
    (effect,) = Effect.objects.filter(kind=REASSIGN)
    assert (effect.state, why in effect.said) == ("cancelled", True)
    assert owner(written) == "Alice"
    assert decided_anew(written) == "Carol"


def test_what_a_rule_decided_that_is_no_more_is_decided_anew(written: World) -> None:
    enter(MODEL + "reassignment: {rules: [{name: Demo requests, sources: [Web], reps: [Carol]}]}\n")
    scan(written)
    assert ledger(written) == [("Carol", "ready")]
    enter(MODEL)
    work_off(written)
    (effect,) = Effect.objects.filter(kind=REASSIGN)
    assert (effect.state, effect.said) == ("cancelled", "The settings have no rule “Demo requests” any more.")
    assert decided_anew(written) == "Bob"


def test_nor_is_what_was_decided_for_a_rep_where_the_rule_says_a_queue_by_then(written: World) -> None:
    scan(written)
    enter(MODEL + "reassignment: {how: queue, queue: Somewhere}\n")
    work_off(written)
    (effect,) = Effect.objects.filter(kind=REASSIGN)
    assert (effect.state, "not among those" in effect.said) == ("cancelled", True)


@pytest.mark.parametrize("limit", ["capacity", "each_a_day"])
def test_of_what_waits_only_as_much_is_written_as_the_rep_may_have_by_then(
    written: World, limit: str
) -> None:
    """What waits counts when it is chosen, and not against itself when it is written."""
    enter(MODEL + "reassignment: {reps: [Bob]}\n")
    lead(written, "Hopper")
    a_day_later(written)
    with transaction.atomic():
        hand_on(written, due_like(written))
    assert ledger(written) == [("Bob", "ready")] * 2
    enter(MODEL + f"reassignment: {{reps: [Bob], {limit}: 1}}\n")
    work_off(written)
    assert ledger(written) == [("Bob", "done"), ("Bob", "cancelled")]
    assert {one.said for one in Effect.objects.filter(state="cancelled")} == {
        "Whoever was to take them over "
        + (
            "holds as many by now as they may."
            if limit == "capacity"
            else "was given as many within a day as they may."
        )
    }


def test_whom_a_rep_was_given_within_a_day_goes_by_when_it_was_written(written: World) -> None:
    """What was decided long before, in a dry run, may be done after all today."""

    def given_today() -> int:
        settings = settings_in_force()
        found = read_candidates(
            {"Mona"}, settings.reassignment, read_directory(settings), states=list(REAL), now=written.now
        )
        return next(one.given_today for one in found if one.rep_id == written.user("Bob"))

    scan(written)
    Assignment.objects.update(decided_at=written.now - timedelta(days=3))
    assert given_today() == 1, "it is on its way"
    work_off(written)
    assert given_today() == 1
    Effect.objects.filter(kind=REASSIGN).update(ended_at=written.now - timedelta(hours=25))
    assert given_today() == 0


def test_a_tool_that_acts_for_a_rep_is_given_nobody(written: World) -> None:
    hire(written, "Aaron")
    written.pull(full=True)
    enter(MODEL.replace("touches: {", "touches: {acts_for: {Aaron: Bob}, "))
    written.catch_up()
    assert SalesforceUser.objects.filter(name="Aaron", is_active=True).exists()
    scan(written)
    assert why_not(written) == {"Alice": "had_them", "Carol": "not_next"}


def test_nobody_may_is_told_once_and_over_when_somebody_may(written: World) -> None:
    bob = Absence.objects.create(
        user_id=written.user("Bob"),
        starts_at=written.now - timedelta(days=3),
        ends_at=written.now + timedelta(hours=2),
    )
    written.org.update("User", written.user("Carol"), {"IsActive": False})
    written.sync_some()
    assert scan(written) == [Outcome.COULD_NOT]
    assert scan(written) == [Outcome.COULD_NOT]
    assert ledger(written) == [("nobody", None)], "the same reasons are told once"
    assert why_not(written) == {"Alice": "had_them", "Bob": "absent", "Carol": "inactive"}
    written.pass_time(hours=6)  # 18:00: he is back, and has gone home
    written.sync_some()
    assert bob.ends_at < written.now
    assert scan(written) == [Outcome.COULD_NOT]
    assert why_not(written)["Bob"] == "off_hours"
    assert len(ledger(written)) == 2
    written.pass_time(hours=15)
    written.sync_some()
    assert scan(written) == GIVEN
    assert ledger(written)[2:] == [("Bob", "ready")]


def test_a_managers_own_change_stays(written: World) -> None:
    scan(written)
    record = Assignment.objects.get().person_id
    written.org.update("Lead", record, {"OwnerId": written.user("Carol")}, user_id=written.user("Mona"))
    work_off(written)
    assert ledger(written) == [("Bob", "conflict")]
    assert owner(written) == "Carol"
    written.pass_time(minutes=1)
    written.catch_up()
    assert scan(written) == []
    assert scan(written, cycles_too=True) == [Outcome.MOOT], "Carol has a clock of her own"
    assert ledger(written) == [("Bob", "conflict")]


def test_a_turn_that_came_to_nothing_is_none(written: World) -> None:
    scan(written)
    record = Assignment.objects.get().person_id
    written.org.update("Lead", record, {"OwnerId": written.user("Carol")}, user_id=written.user("Mona"))
    work_off(written)
    lead(written, "Another")
    a_day_later(written)
    another = [one for one in due_like(written) if one.holder_id == written.user("Alice")]
    with transaction.atomic():
        hand_on(written, another)
    assert ledger(written)[1:] == [("Bob", "ready")]


@pytest.mark.parametrize("status", ["Nurture", "Working"])
def test_what_the_rep_did_in_the_last_second_wins(written: World, status: str) -> None:
    """R069: a disposition is in Salesforce and not yet here when the write goes out."""
    scan(written)
    record = Assignment.objects.get().person_id
    written.org.update("Lead", record, {"Status": status}, user_id=written.user("Alice"))
    work_off(written)
    assert ledger(written) == [("Bob", "conflict")]
    assert owner(written) == "Alice"


def test_m20_a_call_in_the_last_second_keeps_the_lead_with_who_made_it(written: World) -> None:
    """M20."""
    scan(written)
    written.pass_time(seconds=30)
    record = Assignment.objects.get().person_id
    written.call(record)
    work_off(written)
    assert ledger(written) == [("Bob", "cancelled")]
    assert owner(written) == "Alice"
    written.pass_time(minutes=1)
    written.catch_up()
    assert scan(written) == [], "answered: nothing is owed"


def test_what_turned_out_to_be_no_touch_is_decided_anew(written: World) -> None:
    scan(written)
    read_at = written.now
    written.pass_time(seconds=30)
    written.call(Assignment.objects.get().person_id, Status="Not Started")
    work_off(written)
    with transaction.atomic():
        due = due_now(written)
        kept = reassign(due, settings=settings_in_force(), read_at=read_at, now=written.now)
    assert list(kept.values()) == [Outcome.NOT_YET], "nothing new is known yet"
    written.pass_time(minutes=2)
    written.catch_up()
    assert scan(written) == GIVEN
    work_off(written)
    assert ledger(written) == [("Bob", "cancelled"), ("Bob", "done")]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Qualified", Outcome.NOT_YET),
        ("NURTURE", Outcome.NOT_YET),
        ("New", Outcome.NOT_YET),
        ("On Hold", Outcome.DECIDED),
    ],
)
def test_what_salesforce_says_without_a_history_goes_before(
    written: World, status: str, outcome: Outcome
) -> None:
    """A gap in history tracking: the cycle looks open, and the status says that it is not."""
    Lead.objects.update(status=status)
    assert scan(written) == [outcome]


def test_another_owner_in_what_was_read_is_waited_for(written: World) -> None:
    Lead.objects.update(owner_id=written.user("Carol"))
    assert scan(written) == [Outcome.NOT_YET]


def test_who_was_taken_back_stays(written: World, otto: User) -> None:
    scan(written)
    work_off(written)
    line = Assignment.objects.get()
    assert line.effect is not None
    written.pass_time(minutes=5)
    undo(Asked(otto, "once", written.now), line.effect)
    work_off(written)
    assert owner(written) == "Alice"
    written.pass_time(minutes=1)
    written.catch_up()
    assert scan(written, cycles_too=True) == [Outcome.MOOT], "the cycle's clock"
    a_day_later(written)
    assert scan(written) == GIVEN, "by a new clock of hers"
    assert called(written, Assignment.objects.latest("pk").to_id) == "Carol", "Bob had them"


def test_a_rule_may_say_a_queue(written: World) -> None:
    queue = written.org.create("Group", {"Name": "Second chance", "Type": "Queue"})
    enter(f"{MODEL}reassignment: {{how: queue, queue: second chance}}\n")
    written.sync_some()
    assert scan(written) == GIVEN
    work_off(written)
    assert owner(written) == queue
    written.pass_time(minutes=1)
    written.sync_some()
    assert not Clock.objects.filter(ordinal=2).exists(), "a queue owes nothing"


def test_a_queue_that_is_none_is_told(written: World) -> None:
    enter(f"{MODEL}reassignment: {{how: queue, queue: Gone}}\n")
    written.catch_up()
    assert scan(written) == [Outcome.COULD_NOT]
    assert Assignment.objects.get().said == "Salesforce has no queue “Gone”."


def test_the_original_owner_of_a_role_is_kept(written: World) -> None:
    """M14."""
    written.control("POST", "fields", {"object": "Lead", "name": "SDR_Owner__c", "length": 18})
    hire(written, "Dora", manager="Max")
    enter(
        f"{MODEL}reassignment: {{to_teams: [Max]}}\n"
        "role_owners: {sales_development: {field: SDR_Owner__c, teams: [Mona]}}\n"
    )
    written.sync_some()
    assert scan(written) == GIVEN
    work_off(written)
    row = written.org.live_row("Lead", Assignment.objects.get().person_id)
    assert (called(written, row["OwnerId"]), called(written, row["SDR_Owner__c"])) == ("Dora", "Alice")
