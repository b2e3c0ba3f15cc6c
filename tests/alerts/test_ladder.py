"""M18 to M20: whom Alice leaves waiting is told of step by step, once each, after a look at Salesforce."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from alerts.ladder.climb import FRESH, climb
from alerts.models import Assignment, Escalation, Told
from alerts.tasks import act_on_all_due, act_on_due
from base.models import Effect, Role, User
from leadmodel.may_act import REASSIGN
from leadmodel.models import Absence, Exclusion, Rung
from leadmodel.rebuild import EVERYBODY
from leadmodel.settings_store import enter
from sync.models import Lead, Mark, ObjectState
from sync.salesforce.client import Organisation
from sync.salesforce.outcomes import Unwell
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import MODEL, hire, later, lead, look, new_world, world
from tests.sync.world import World
from tests.writeback.writing import work_off

__all__ = ["new_world", "world"]
State = Escalation.State
HALF_TO_TWO, A_DAY, TWO_DAYS = 90, 24 * 60, 48 * 60


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Mona's team of two; Alice has a lead since just now. All have accounts, and so has Ada, Mona's manager."""
    enter(MODEL)
    world.user("Mona", ManagerId=world.user("Ada"))
    hire(world, "Alice", "Bob")
    for name, role in (("Alice", Role.REP), ("Mona", Role.MANAGER), ("Ada", Role.MANAGER)):
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    lead(world)
    world.catch_up()
    return world


@pytest.fixture
def writing(desk: World) -> World:
    """The desk, where operations let automation re-assign."""
    otto = User.objects.get(username="otto")
    switch(REASSIGN, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)
    return desk


def waiting() -> str:
    """Whom Alice leaves waiting."""
    return Rung.objects.values_list("person_id", flat=True).distinct().get()


def away(world: World, name: str) -> None:
    """They have nine days off, and the settings say when people work."""
    Absence.objects.create(
        user_id=world.user(name), starts_at=world.now, ends_at=world.now + timedelta(days=9)
    )


def told() -> list[tuple[str, str]]:
    """Who was told what, oldest first."""
    return list(Told.objects.order_by("pk").values_list("to__username", "headline"))


def steps() -> list[tuple[str, str]]:
    return list(Escalation.objects.order_by("due_at", "step").values_list("act", "state"))


def test_a_lead_unanswered_walks_the_whole_ladder(desk: World) -> None:
    later(desk, minutes=HALF_TO_TWO)
    assert look(desk) == {State.DONE: 1}
    later(desk, minutes=A_DAY - HALF_TO_TWO)
    assert look(desk) == {State.DONE: 2}
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 1}
    assert told() == [
        ("alice", "Lovelace waits for your answer, due Mon 02 Mar, 14:00"),
        ("mona", "Lovelace still waits for Alice"),
        ("ada", "Lovelace still waits for Alice"),
    ]
    assert steps() == [
        ("remind_rep", "done"),
        ("tell_manager", "done"),
        ("reassign", "done"),
        ("tell_their_manager", "done"),
    ]
    assert Assignment.objects.get().to_id == desk.user("Bob")


def test_not_a_moment_before(desk: World) -> None:
    desk.pass_time(minutes=HALF_TO_TWO, seconds=-1)
    desk.catch_up()
    assert look(desk) == {}
    desk.pass_time(seconds=1)
    assert look(desk) == {State.DONE: 1}, "read a second ago, and looked at since"


def test_m20_a_sync_that_is_behind_delays(desk: World) -> None:
    desk.pass_time(minutes=HALF_TO_TWO, seconds=-1)
    desk.catch_up()
    desk.pass_time(seconds=FRESH.total_seconds() + 1)
    assert look(desk) == {}, "nobody knows what happened since"
    desk.catch_up()
    assert look(desk) == {State.DONE: 1}


def test_who_answers_between_the_last_read_and_the_due_moment_is_let_go(desk: World) -> None:
    desk.pass_time(minutes=HALF_TO_TWO, seconds=-10)
    desk.catch_up()
    desk.pass_time(seconds=5)
    desk.call(waiting())
    desk.pass_time(seconds=10)
    assert look(desk) == {State.WAITING: 1}
    later(desk, minutes=2)
    assert look(desk) == {}
    assert told() == []


def test_a_call_with_several_is_news_until_it_is_read_of_each(desk: World) -> None:
    """The call itself is read within the minute; with whom else it was, only some minutes later."""
    other = desk.lead("Hopper", Status="New")
    desk.pass_time(minutes=HALF_TO_TWO, seconds=-90)
    call = desk.call(other)
    desk.org.create("TaskRelation", {"TaskId": call, "RelationId": waiting()})
    desk.pass_time(seconds=90)
    desk.catch_up()
    assert look(desk) == {State.WAITING: 1}
    later(desk, minutes=2)
    desk.sync_some()
    assert look(desk) == {}


def test_what_salesforce_tells_is_read_to_the_last_page(desk: World) -> None:
    lead(desk, "Hopper")
    later(desk, minutes=HALF_TO_TWO)
    desk.pass_time(seconds=5)
    for person in Rung.objects.values_list("person_id", flat=True).distinct():
        desk.call(person)
    desk.control("POST", "faults", {"page_rows": 1, "times": None})
    assert look(desk) == {State.WAITING: 2}
    desk.control("DELETE", "faults")


def test_what_was_read_of_them_cancels_no_re_assignment(writing: World) -> None:
    """A planned call is no answer. It was read, though meetings were not since before it."""
    later(writing, minutes=A_DAY - 5)
    writing.pass_time(minutes=1)
    writing.call(waiting(), Status="Not Started")
    later(writing, minutes=1)
    ObjectState.objects.filter(name="Event").update(read_at=writing.now - timedelta(minutes=2))
    writing.pass_time(minutes=3)
    look(writing)
    work_off(writing)
    assert Effect.objects.get(kind=REASSIGN).state == "done"


def test_a_re_assignment_that_was_cancelled_is_decided_anew(writing: World) -> None:
    later(writing, minutes=A_DAY)
    assert look(writing) == {State.DONE: 3}
    writing.pass_time(seconds=5)
    writing.call(waiting(), Status="Not Started")
    work_off(writing)
    assert look(writing) == {}, "not before it is read"
    later(writing, minutes=2)
    assert look(writing) == {State.DONE: 1}
    work_off(writing)
    writes = Effect.objects.filter(kind=REASSIGN).order_by("pk")
    assert list(writes.values_list("state", flat=True)) == ["cancelled", "done"]
    assert look(writing) == {}


def test_a_record_of_which_no_change_was_ever_read_goes_by_the_read(desk: World) -> None:
    later(desk, minutes=HALF_TO_TWO)
    Lead.objects.update(last_modified_at=None)
    assert look(desk) == {State.DONE: 1}


def test_a_call_with_several_is_news_of_each(desk: World) -> None:
    other = desk.lead("Hopper", Status="New")
    later(desk, minutes=HALF_TO_TWO)
    desk.pass_time(seconds=5)
    call = desk.call(other)
    desk.org.create("TaskRelation", {"TaskId": call, "RelationId": waiting()})
    assert look(desk) == {State.WAITING: 1}


def test_a_clock_ahead_of_salesforces_hides_no_answer(desk: World) -> None:
    later(desk, minutes=HALF_TO_TWO)
    desk.call(waiting())
    ObjectState.objects.update(read_at=desk.now + timedelta(seconds=40))
    desk.pass_time(seconds=50)
    assert look(desk) == {State.WAITING: 1}


def test_what_was_read_already_keeps_nobody_waiting(desk: World) -> None:
    """A call that is only planned is no answer: entered just before the read, it is not news either."""
    desk.pass_time(minutes=HALF_TO_TWO, seconds=-10)
    desk.call(waiting(), Status="Not Started")
    desk.catch_up()
    desk.pass_time(seconds=10)
    assert look(desk) == {State.DONE: 1}


def test_what_was_answered_in_salesforce_but_not_read_yet_waits_and_is_let_go(desk: World) -> None:
    later(desk, minutes=A_DAY)
    desk.pass_time(seconds=5)
    desk.call(waiting())
    assert look(desk) == {State.WAITING: 3}
    assert told() == []
    assert all("somebody entered an activity" in one.said for one in Escalation.objects.all())
    later(desk, minutes=2)
    assert look(desk) == {}
    assert told() == []


def test_what_was_changed_in_salesforce_but_not_read_yet_waits(desk: World) -> None:
    later(desk, minutes=A_DAY)
    desk.pass_time(seconds=5)
    desk.org.update("Lead", waiting(), {"OwnerId": desk.user("Bob")}, user_id=desk.user("Mona"))
    assert look(desk) == {State.WAITING: 3}
    assert told() == []


@pytest.mark.parametrize(
    ("status", "ended"), [("Nurture", State.MOOT), ("New", State.MOOT), ("On Hold", State.DONE)]
)
def test_whom_salesforces_status_calls_closed_nobody_is_told_of(
    desk: World, status: str, ended: Escalation.State
) -> None:
    """A gap in history tracking: the cycle looks open, and the status says that it is not."""
    later(desk, minutes=A_DAY)
    Lead.objects.update(status=status)
    assert look(desk) == {ended: 3}
    assert bool(told()) == (ended is State.DONE)


def test_m20_an_outage_delays_and_fakes_nothing(desk: World) -> None:
    later(desk, minutes=A_DAY)

    def out_of_reach() -> Organisation:
        raise Unwell("Salesforce is out of reach.")

    with pytest.raises(Unwell):
        climb(out_of_reach, now=desk.now)
    assert steps() == []
    assert look(desk) == {State.DONE: 3}


def test_who_is_excepted_is_left_alone_as_long(desk: World) -> None:
    later(desk, minutes=A_DAY)
    exclusion = Exclusion.objects.create(
        record_id=waiting(),
        reason="Alice is in court",
        starts_at=desk.now - timedelta(hours=1),
        expires_at=desk.now + timedelta(hours=1),
        owner=User.objects.get(username="otto"),
    )
    assert look(desk) == {}
    exclusion.delete()
    assert look(desk) == {State.DONE: 3}


@pytest.mark.parametrize("whose", ["theirs", "everybody's"])
def test_what_is_read_and_not_derived_yet_is_waited_for(desk: World, whose: str) -> None:
    later(desk, minutes=A_DAY)
    mark = Mark.objects.create(record_id=EVERYBODY if whose == "everybody's" else waiting())
    assert look(desk) == {}
    mark.delete()
    assert look(desk) == {State.DONE: 3}


def test_a_week_down_nobody_is_told_of_what_is_over(desk: World) -> None:
    later(desk, minutes=7 * A_DAY)
    assert look(desk) == {State.STALE: 4}
    assert told() == []
    assert Assignment.objects.count() == 0
    assert {one.said for one in Escalation.objects.all()} == {"Not done: found over 48 h late."}
    assert look(desk) == {}


def test_one_poison_step_is_shown_and_tried_less_and_less_while_the_line_goes_on(desk: World) -> None:
    lead(desk, "Poison")
    later(desk, minutes=HALF_TO_TWO)
    person = Rung.objects.order_by("-person_id").values_list("person_id", flat=True)[0]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE leadmodel_rung SET act = 'explode' WHERE person_id = %s", [person])
    assert look(desk) == {State.DONE: 1, State.WAITING: 1}
    poison = Escalation.objects.get(person_id=person)
    assert (poison.attempts, poison.again_at) == (1, desk.now + timedelta(minutes=1))
    assert poison.said == "Cannot be decided (ValueError); it is tried again."
    assert look(desk) == {}
    desk.pass_time(minutes=1)
    assert look(desk) == {State.WAITING: 1}
    poison.refresh_from_db()
    assert (poison.attempts, poison.again_at) == (2, desk.now + timedelta(minutes=4))


@pytest.mark.parametrize("state", ["new", "failing"])
def test_m20_nothing_is_decided_before_calls_were_ever_read(desk: World, state: str) -> None:
    later(desk, minutes=A_DAY)
    ObjectState.objects.filter(name="Task").update(state=state, read_at=None)
    assert look(desk) == {}
    ObjectState.objects.filter(name="Task").update(state="absent")
    assert look(desk) == {State.DONE: 3}


def test_in_a_queue_operations_are_told(desk: World) -> None:
    queue = desk.org.create("Group", {"Name": "Inbound", "Type": "Queue"})
    desk.lead("Nobodys", Status="Assigned", LeadSource="Web", OwnerId=queue)
    later(desk, minutes=A_DAY)
    look(desk)
    assert ("otto", "Nobodys waits, and nobody has them") in told()


def test_without_a_manager_here_operations_are_told(desk: World) -> None:
    User.objects.filter(role=Role.MANAGER).delete()
    later(desk, minutes=A_DAY)
    look(desk)
    assert told() == [
        ("alice", "Lovelace waits for your answer, due Mon 02 Mar, 14:00"),
        ("otto", "Lovelace still waits for Alice"),
    ]


def test_a_rep_without_an_account_cannot_be_reminded_and_it_says_so(desk: World) -> None:
    User.objects.filter(role=Role.REP).delete()
    later(desk, minutes=HALF_TO_TWO)
    assert look(desk) == {State.UNTOLD: 1}
    kept = Escalation.objects.get()
    assert (kept.state, kept.said) == ("untold", "Nobody was told: Alice has no account here.")
    assert look(desk) == {}, "it is decided once"


def test_a_manager_is_told_once_that_nobody_may_take_over(desk: World) -> None:
    otto = User.objects.get(username="otto")
    switch(REASSIGN, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)
    away(desk, "Bob")
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 2, State.WAITING: 1}
    later(desk, minutes=15)
    assert look(desk) == {State.WAITING: 1}
    assert sorted(told())[1:] == [
        ("mona", "Lovelace still waits for Alice"),
        ("mona", "Nobody may take over Lovelace from Alice"),
    ]


def test_a_rehearsal_tells_nobody_that_nobody_may(desk: World) -> None:
    away(desk, "Bob")
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 2, State.WAITING: 1}
    assert told()[1:] == [("mona", "Lovelace still waits for Alice")]


def test_the_timetables_tasks_look(desk: World) -> None:
    """By the real clock, long after this desk's."""
    later(desk, minutes=A_DAY)
    act_on_due()
    assert steps() == [], "what came too late long ago is left to the seldom look"
    act_on_all_due()
    assert steps() == [("remind_rep", "stale"), ("tell_manager", "stale"), ("reassign", "stale")]
