"""M18, R060, R061: Eddie has a meeting and does not say what became of it: he is reminded, then Sam is told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.abandoning import abandon
from alerts.escalated import Place, read_coming, read_decided
from alerts.ladder.meetings import read_changed
from alerts.lines import Narrowed
from alerts.models import Escalation, Told
from alerts.stops import Telling, of_notice
from alerts.telling.clocks import why_stopped
from alerts.telling.standing import look_after
from base.models import Effect, Role, User
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.policies import Act
from leadmodel.may_act import ABANDON
from leadmodel.models import Clock, Cycle, Rung, SettingsVersion
from leadmodel.settings_store import enter
from sandbox.org.schema import Field
from sync.models import Event, Lead
from sync.salesforce.client import connect
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import MODEL, hire, later, lead, look, new_world, world
from tests.alerts.test_m19_cost import rows_looked_at
from tests.sync.world import World
from tests.writeback.writing import work_off

__all__ = ["new_world", "world"]
State = Escalation.State
FIELD = "Outcome__c"
ASKED = MODEL + f"meetings: {{outcome_field: {FIELD}, no_show: [No-show]}}\n"


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Eddie is Sam's. He meets a lead whom Alice qualified, for an hour that ends in an hour from now."""
    world.org.store.add_field("Event", Field(FIELD, "picklist", 255, values=("Held", "No-show")))
    put_in_force(world, ASKED)
    hire(world, "Alice")
    hire(world, "Eddie", manager="Sam")
    for name, role in (("Eddie", Role.REP), ("Sam", Role.MANAGER), ("Mona", Role.MANAGER)):
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    person = lead(world)
    world.call(person)
    world.org.update("Lead", person, {"Status": "Qualified"}, user_id=world.user("Alice"))
    meet(world, person)
    world.catch_up()
    return world


def put_in_force(world: World, text: str) -> None:
    """Entered now, by the clock of this story."""
    enter(text)
    SettingsVersion.objects.filter(text=text).update(entered_at=world.now)


def meet(
    world: World, person: str, *, owner: str = "Eddie", starts: timedelta = timedelta(), **more: object
) -> str:
    """A meeting of an hour; its Id."""
    told = {
        "WhoId": person,
        "Subject": "Discovery",
        "OwnerId": world.user(owner),
        "StartDateTime": written(world.now + starts),
        "DurationInMinutes": 60,
    }
    return world.org.create("Event", told | more, user_id=world.user("Alice"))


def written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def change(world: World, meeting: str, **values: object) -> None:
    world.org.update("Event", meeting, values, user_id=world.user("Eddie"))


def the_lead() -> str:
    return Lead.objects.get(last_name="Lovelace").pk


def the_meeting() -> str:
    return Event.objects.order_by("created_at", "pk")[0].pk


def told() -> list[tuple[str, str, str]]:
    """Who was told what under which topic, oldest first."""
    return list(Told.objects.order_by("pk").values_list("to__username", "topic", "headline"))


REMINDED = ("eddie", "meeting", "What became of your meeting with Lovelace?")
ESCALATED = ("sam", "meeting", "Eddie did not mark the meeting with Lovelace")


def test_eddie_is_reminded_a_day_after_it_ended_and_sam_is_told_another_day_later(desk: World) -> None:
    assert (of_notice("meeting", "first"), of_notice("meeting", "worsened")) == (
        Telling.REMINDERS,
        Telling.ESCALATIONS,
    )
    later(desk, hours=24, minutes=59)
    assert look(desk) == {}
    otto = User.objects.get(username="otto")
    coming = read_coming(otto, Narrowed(), now=desk.now, stale=timedelta(hours=1))
    assert [(one.name, one.act, one.said) for one in coming] == [("Lovelace", "remind_rep", "Of a meeting.")]
    later(desk, minutes=1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED]
    assert Told.objects.get().text == (
        "It ended on Monday, 02 March, 13:00 (UTC) and was to be marked by Tuesday, 03 March, 13:00 (UTC). Fill in"
        " Outcome__c of the event in Salesforce; one yet to come gets its new time there."
    )
    later(desk, hours=24)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED, ESCALATED]
    assert {one.said for one in Escalation.objects.all()} == {"Told 1 person, of a meeting."}
    assert not Effect.objects.filter(kind__startswith="salesforce.").exists()
    later(desk, hours=24)
    assert look(desk) == {}


def test_one_that_is_marked_by_then_tells_sam_that_it_is_over(desk: World) -> None:
    second = meet(desk, the_lead())
    later(desk, hours=20)
    change(desk, second, Outcome__c="Whatever else")
    for _ in range(2):
        later(desk, hours=25)
        look(desk)
    assert told() == [REMINDED, ESCALATED]
    assert look_after(now=desk.now) == 0
    change(desk, the_meeting(), Outcome__c="Held")
    later(desk, minutes=1)
    assert look_after(now=desk.now) == 1
    assert told()[-1] == ("sam", "resolved", "The meeting with Lovelace waits no more to be marked")


def test_one_that_is_deleted_owes_nothing_and_one_that_is_moved_begins_anew(desk: World) -> None:
    gone = meet(desk, the_lead())
    later(desk, hours=20)
    assert Clock.objects.count() == 2
    desk.org.delete("Event", gone)
    start = desk.now + timedelta(hours=1)
    change(desk, the_meeting(), StartDateTime=written(start), EndDateTime=written(start + timedelta(hours=1)))
    later(desk, hours=5)
    assert look(desk) == {}
    later(desk, hours=20, minutes=59)
    assert look(desk) == {}
    later(desk, minutes=1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED]


def test_m20_what_is_not_read_yet_is_waited_for(desk: World) -> None:
    """One was given another person since the last read, which nothing about the first tells; another was marked."""
    marked, given, gone = the_meeting(), meet(desk, the_lead()), meet(desk, the_lead())
    other = desk.lead("Hopper")
    later(desk, hours=24, minutes=59, seconds=55)
    desk.pass_time(seconds=5)
    change(desk, given, WhoId=other)
    assert look(desk) == {State.WAITING: 1, State.DONE: 2}
    assert told() == [REMINDED] * 2
    later(desk, hours=23, minutes=59, seconds=55)
    desk.pass_time(seconds=5)
    change(desk, marked, Outcome__c="Held")
    desk.org.delete("Event", gone)
    assert set(read_changed(connect(), {marked, given, gone})) == {marked, gone}
    assert look(desk) == {State.WAITING: 2, State.DONE: 2}
    later(desk, minutes=2)
    assert look(desk) == {}
    assert {headline for _, _, headline in told()[2:]} == {
        "What became of your meeting with Hopper?",
        "Eddie did not mark the meeting with Hopper",
    }


def test_two_meetings_are_two_reminders_also_where_they_end_at_once(desk: World) -> None:
    first, second, given = the_meeting(), meet(desk, the_lead()), meet(desk, the_lead())
    later(desk, hours=25)
    otto = User.objects.get(username="otto")
    place, stale = None, timedelta(days=2)
    for _ in range(3):  # a page of the list may end between any two of them
        (one,) = read_coming(otto, Narrowed(), now=desk.now, stale=stale, after=place, limit=1)
        place = Place(one.due_at, one.person_id, one.number)
    assert not read_coming(otto, Narrowed(), now=desk.now, stale=stale, after=place, limit=1)
    assert look(desk) == {State.DONE: 3}
    assert told() == [REMINDED] * 3
    change(desk, first, Outcome__c="Held")
    change(desk, given, OwnerId=desk.user("Alice"))
    later(desk, hours=24)
    conditions = {one.still["activity_id"]: one.still for one in Told.objects.all()}
    assert dict(zip(conditions, why_stopped(list(conditions.values()), desk.now), strict=True)) == {
        first: "marked or called off since",
        second: "",
        given: "re-assigned since",
    }
    assert look(desk) == {State.DONE: 2}
    mona = ("mona", "meeting", "Alice did not mark the meeting with Lovelace")
    assert sorted(told()[3:]) == [mona, ESCALATED]


def test_r064_who_did_not_come_is_to_be_tried_again_by_whoever_holds_them(desk: World) -> None:
    """Alice has them. Sam's Eddie, whose meeting it was, has done his: he marked it."""
    later(desk, hours=2)
    change(desk, the_meeting(), Outcome__c="No-show")
    User.objects.create_user("alice", role=Role.REP, salesforce_id=desk.user("Alice"))
    later(desk, days=5, hours=22)
    assert look(desk) == {}
    later(desk, hours=1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [("alice", "meeting", "Lovelace did not come: try to meet them again")]
    assert Told.objects.get().text == (
        "The meeting ended on Monday, 02 March, 13:00 (UTC). 5 touches are owed by Monday, 09 March, 13:00 (UTC), fewer"
        " were logged, and there is no new meeting. A disposition ends it too."
    )
    later(desk, days=1)
    assert look(desk) == {State.DONE: 1}
    assert told()[1:] == [("mona", "meeting", "Lovelace did not come, and Alice tried too little since")]
    assert {one.said for one in Escalation.objects.all()} == {"Told 1 person, of a no-show."}
    for _ in range(5):
        desk.call(the_lead())
    later(desk, minutes=1)
    assert [why_stopped([one.still], desk.now) for one in Told.objects.all()] == [
        ["followed up or given up since"]
    ] * 2
    assert look_after(now=desk.now) == 1
    assert told()[-1] == ("mona", "resolved", "The no-show of Lovelace was followed up or given up")


def test_r064_whom_the_status_gave_up_or_who_opted_out_nobody_is_to_meet(desk: World) -> None:
    opted = desk.lead("Hopper", Status="Assigned")
    second = meet(desk, opted)
    for one in (the_meeting(), second):
        change(desk, one, Outcome__c="No-show")
    desk.org.update("Lead", opted, {"HasOptedOutOfEmail": True}, user_id=desk.user("Alice"))
    later(desk, days=6, hours=1)
    Lead.objects.filter(pk=the_lead()).update(status="Nurture")
    Rung.objects.exclude(clock=ClockKind.NO_SHOW).delete()
    assert look(desk) == {State.MOOT: 2}
    assert {one.said for one in Escalation.objects.all()} == {
        "They have opted out.",
        "Salesforce's status says that nobody works on them.",
    }


def test_r063_after_the_third_no_show_automation_gives_them_up(desk: World) -> None:
    """Qualified, and so in no open cycle: what is amended is how it ended."""
    meeting = the_meeting()
    for number in range(3):
        if number:
            meeting = meet(desk, the_lead())
        later(desk, hours=2)
        change(desk, meeting, Outcome__c="No-show")
        later(desk, minutes=5)
        assert abandon(now=desk.now) == (number == 2)
    assert abandon(now=desk.now) == 0, "decided once"
    effect = Effect.objects.get(kind=ABANDON)
    assert effect.why == (
        "Auto-abandoned: they missed as many meetings as are tried, the last on 02 Mar 2026, 17:10 UTC"
    )

    otto = User.objects.get(username="otto")
    switch(ABANDON, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)
    work_off(desk)
    later(desk, minutes=1)
    assert Lead.objects.get().status == "Nurture"
    cycle = Cycle.objects.get()
    assert (cycle.outcome, cycle.latest_kind) == ("qualified", "nurture")
    assert not Clock.objects.filter(kind=ClockKind.NO_SHOWS).exists()
    assert abandon(now=desk.now) == 0


@pytest.mark.parametrize("status", ["Nurture", "Unqualified", "New"])
def test_r063_whom_the_status_gave_up_already_is_not_given_up_again(desk: World, status: str) -> None:
    later(desk, hours=2)
    put_in_force(
        desk, ASKED.replace("no_show: [No-show]", "no_show: [No-show], after_no_show: {give_up_after: 1}")
    )
    meeting = meet(desk, the_lead())
    later(desk, hours=2)
    change(desk, meeting, Outcome__c="No-show")
    later(desk, minutes=5)
    assert Clock.objects.filter(kind=ClockKind.NO_SHOWS).exists()
    Lead.objects.update(status=status)
    assert abandon(now=desk.now) == 0


def test_whom_a_meeting_is_with_may_be_converted_and_nobody_hears_of_it_twice(desk: World) -> None:
    later(desk, hours=25)
    assert look(desk) == {State.DONE: 1}
    status = "Qualified"
    desk.org.convert(the_lead(), user_id=desk.user("Eddie"), now=desk.now, status=status, opportunity=None)
    later(desk, minutes=10)
    clock = Clock.objects.get(kind=ClockKind.MEETING)
    assert clock.person_id.startswith("003")
    assert look(desk) == {}
    assert why_stopped([Told.objects.get().still], desk.now) == [""]
    later(desk, hours=24)
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED, ESCALATED]


def test_the_ends_of_both_waits_for_one_meeting_are_told(desk: World) -> None:
    """That it is marked, and later that who did not come was tried again."""
    own = meet(desk, the_lead(), owner="Alice")
    later(desk, hours=49)
    look(desk)
    desk.org.update("Event", own, {FIELD: "No-show"}, user_id=desk.user("Alice"))
    later(desk, minutes=5)
    look_after(now=desk.now)
    later(desk, days=6)
    look(desk)
    for _ in range(5):
        desk.call(the_lead())
    later(desk, minutes=5)
    look_after(now=desk.now)
    assert [headline for who, topic, headline in told() if (who, topic) == ("mona", "resolved")] == [
        "The meeting with Lovelace waits no more to be marked",
        "The no-show of Lovelace was followed up or given up",
    ]


def test_one_with_whoever_was_never_assigned_is_told_of_too(desk: World) -> None:
    person = desk.lead("Hopper")
    meet(desk, person)
    later(desk, hours=25)
    assert look(desk) == {State.DONE: 2}
    assert ("eddie", "meeting", "What became of your meeting with Hopper?") in told()
    otto = User.objects.get(username="otto")
    assert {(one.name, one.cycle) for one in read_decided(otto, Narrowed())} == {
        ("Lovelace", 1),
        ("Hopper", 0),
    }


def test_where_the_field_cannot_be_read_nobody_is_told_until_it_can(desk: World) -> None:
    desk.hide(fields=[f"Event.{FIELD}"])
    desk.pull(full=True)
    later(desk, hours=25)
    assert look(desk) == {State.WAITING: 1}
    assert Escalation.objects.get().said == (
        "Waits: the field Outcome__c of Event cannot be read; Salesforce → Health says why."
    )
    desk.hide()
    desk.pass_time(minutes=11)
    desk.sync_some()
    assert look(desk) == {State.DONE: 1}
    assert told() == [REMINDED]


def test_m19_those_nobody_ever_marks_are_not_gone_through(desk: World) -> None:
    later(desk, hours=25, days=4)
    over = desk.now - timedelta(days=100)
    Rung.objects.bulk_create(
        Rung(
            person_id=f"00Q{number:012}AAA", number=1, ordinal=-1, step=1, act=Act.REMIND_REP,
            clock=ClockKind.MEETING, clock_due_at=over, due_at=over, activity_id=f"00U{number:012}AAA",
        )
        for number in range(100_000, 103_000)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leadmodel_rung")
    with CaptureQueriesContext(connection) as asked:
        assert look(desk) == {}
    assert told() == []
    assert not Escalation.objects.exists()
    scans = {
        query["sql"] for query in asked if "leadmodel_rung" in query["sql"] and "due_at <=" in query["sql"]
    }
    assert len(scans) == 3, "what is stale, what waited too long, and what is due"
    assert [rows_looked_at(scan, "leadmodel_rung") for scan in scans] == [0, 0, 0]
