"""M18: Alice sent somebody to Nurture. Half a year later she is told to look again, and nobody else is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.escalated import read_coming
from alerts.lines import Narrowed
from alerts.models import Escalation, Told
from alerts.stops import Telling, of_notice
from alerts.telling.clocks import why_stopped
from base.models import Effect, Role, User
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.policies import Act
from leadmodel.models import Clock, Rung
from leadmodel.rebuild import mark_everybody, rebuild_all
from leadmodel.settings_store import enter
from sync.models import Lead
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import MODEL, hire, later, lead, look, new_world, world
from tests.alerts.test_m19_cost import rows_looked_at
from tests.sync.world import DERIVED, World, versions

__all__ = ["new_world", "world"]
State = Escalation.State
RETURN = timedelta(days=182)


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Alice is Mona's. She called a lead and sent them to Nurture, just now."""
    enter(MODEL)
    hire(world, "Alice", "Bob")
    for name, role in (("Alice", Role.REP), ("Bob", Role.REP), ("Mona", Role.MANAGER)):
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    nurture(world, lead(world))
    world.catch_up()
    return world


def nurture(world: World, person: str) -> None:
    """In some minutes Alice calls the person, and sends them to Nurture."""
    world.pass_time(minutes=5)
    world.call(person)
    world.pass_time(minutes=5)
    world.org.update("Lead", person, {"Status": "Nurture"}, user_id=world.user("Alice"))


def resting(world: World, name: str) -> str:
    """Another one, who goes there in some minutes."""
    person = lead(world, name)
    nurture(world, person)
    return person


def the_first() -> str:
    """Lovelace, whom `desk` has there."""
    return Lead.objects.get(last_name="Lovelace").pk


def change(world: World, person: str, **values: object) -> None:
    world.org.update("Lead", person, values, user_id=world.user("Alice"))


def told() -> list[tuple[str, str]]:
    """Who was told what about returns, oldest first."""
    found = Told.objects.filter(topic="nurture_return").order_by("pk")
    return list(found.values_list("to__username", "headline"))


def reminder(world: World) -> str:
    went = Clock.objects.get(person_id=the_first()).started_at
    assert world.now - went >= RETURN
    return f"Lovelace has been in Nurture since {went:%d %B %Y}: work them again, or say why not"


def test_alice_is_reminded_when_half_a_year_is_over_and_nobody_is_assigned(desk: World) -> None:
    later(desk, days=181, hours=23)
    assert look(desk) == {}
    later(desk, hours=1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [("alice", reminder(desk))]
    assert Escalation.objects.get().said == "Told 1 person, of a return from Nurture."
    assert not Effect.objects.filter(kind__startswith="salesforce.").exists()
    later(desk, hours=24)
    assert look(desk) == {}


def test_one_that_waited_until_it_was_too_late_waits_no_more(desk: World) -> None:
    later(desk, days=182)
    change(desk, the_first(), Company="Analytical Machines")
    assert look(desk) == {State.WAITING: 1}
    later(desk, hours=49)
    assert look(desk) == {State.STALE: 1}
    assert look(desk) == {}
    assert told() == []


def test_whoever_holds_them_by_then_is_told(desk: World) -> None:
    later(desk, days=100)
    change(desk, the_first(), OwnerId=desk.user("Bob"))
    later(desk, days=82)
    assert look(desk) == {State.DONE: 1}
    assert told() == [("bob", reminder(desk))]


def test_with_a_machine_nobody_is_told_and_the_step_says_so(desk: World) -> None:
    later(desk, days=100)
    change(desk, the_first(), OwnerId=desk.org.api_user_id())
    later(desk, days=82)
    assert look(desk) == {State.UNTOLD: 1}
    said = "Nobody was told: no rep holds them, they are with Otto, of a return from Nurture."
    assert Escalation.objects.get().said == said
    assert told() == []


def test_who_is_worked_again_or_disposed_of_anew_does_not_return(desk: World) -> None:
    worked, never = resting(desk, "Hopper"), resting(desk, "Johnson")
    later(desk, days=181)
    change(desk, worked, Status="Assigned")
    change(desk, never, Status="Unqualified")
    later(desk, hours=1)
    assert list(Clock.objects.filter(kind=ClockKind.RETURN).values_list("person_id", flat=True)) == [
        the_first()
    ]
    later(desk, days=1)
    look(desk)
    assert told() == [("alice", reminder(desk))]


def test_m13_who_has_opted_out_does_not_return(desk: World) -> None:
    later(desk, days=181)
    change(desk, the_first(), HasOptedOutOfEmail=True)
    later(desk, days=1)
    assert look(desk) == {State.MOOT: 1}
    assert Escalation.objects.get().said == "They have opted out."
    assert told() == []


def test_what_the_status_says_that_no_history_tells_counts(desk: World) -> None:
    """Qualified stays where an opportunity was lost (M14), and an unmapped one says nothing."""
    stands = {resting(desk, status): status for status in ("Assigned", "Qualified", "Unheard of")}
    later(desk, days=182, hours=1)
    for person, status in stands.items():
        Lead.objects.filter(pk=person).update(status=status)
    assert look(desk) == {State.DONE: 3, State.MOOT: 1}
    (moot,) = Escalation.objects.filter(state=State.MOOT)
    assert stands[moot.person_id] == "Assigned"
    assert moot.said == "Salesforce's status says that they are in Nurture no more."


def test_m20_what_is_not_read_yet_is_waited_for(desk: World) -> None:
    later(desk, days=182)
    desk.pass_time(seconds=5)
    change(desk, the_first(), Status="Unqualified")
    assert look(desk) == {State.WAITING: 1}
    later(desk, minutes=2)
    assert look(desk) == {}
    assert told() == []


def test_a_word_that_waits_to_be_sent_is_not_where_it_holds_no_more(desk: World) -> None:
    disposed, given, opted = (resting(desk, name) for name in ("Hopper", "Johnson", "Hamilton"))
    later(desk, days=182, hours=1)
    look(desk)
    change(desk, disposed, Status="Unqualified")
    change(desk, given, OwnerId=desk.user("Bob"))
    change(desk, opted, HasOptedOutOfEmail=True)
    later(desk, minutes=1)
    conditions = {one.person_id: one.still for one in Told.objects.all()}
    assert dict(zip(conditions, why_stopped(list(conditions.values()), desk.now), strict=True)) == {
        the_first(): "",
        disposed: "looked at again since",
        given: "re-assigned since",
        opted: "opted out since",
    }


def test_it_is_a_reminder_which_operations_may_stop(desk: World) -> None:
    assert of_notice("nurture_return", "first") is Telling.REMINDERS
    otto = User.objects.get(username="otto")
    switch(Telling.REMINDERS, Mode.OFF, by=otto, why="a quiet week", now=desk.now)
    later(desk, days=182)
    assert look(desk) == {}


def test_the_list_of_what_comes_says_what_it_is_of(desk: World) -> None:
    later(desk, days=181, hours=23, minutes=30)
    otto = User.objects.get(username="otto")
    coming = read_coming(otto, Narrowed(), now=desk.now, stale=timedelta(hours=1))
    assert [(one.name, one.act, one.said) for one in coming] == [
        ("Lovelace", "remind_rep", "Of a return from Nurture.")
    ]


def test_m01_deriving_again_changes_no_row(desk: World) -> None:
    assert Clock.objects.get().kind == "nurture_return"
    before = versions(DERIVED)
    mark_everybody()
    rebuild_all()
    assert versions(DERIVED) == before


def test_m19_those_long_over_tell_nobody_keep_nothing_and_are_not_looked_at(desk: World) -> None:
    """On the first day most people in Nurture are; and they stay there."""
    later(desk, days=182, hours=49)
    over = desk.now - timedelta(days=100)
    Rung.objects.bulk_create(
        Rung(
            person_id=f"00Q{number:012}AAA", number=1, ordinal=2, step=1, act=Act.REMIND_REP,
            clock=ClockKind.RETURN, clock_due_at=over, due_at=over,
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
