"""M18, R016: Alice holds somebody in Nurture until a day, and is told when it has come."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.escalated import read_coming
from alerts.lines import Narrowed
from alerts.models import Escalation, Told
from alerts.telling.clocks import why_stopped
from base.models import User
from leadmodel.models import Clock
from leadmodel.rebuild import mark_everybody, rebuild_all
from tests.alerts.overdue import later, look, new_world, world
from tests.alerts.test_returns import change, desk, resting, the_first
from tests.sync.world import DERIVED, World, versions

__all__ = ["desk", "new_world", "world"]
State = Escalation.State
SUBJECT = "Budget is decided in May"


@pytest.fixture
def held(desk: World) -> str:
    """Lovelace, whom Alice planned to call in thirty days, which is at midnight of UTC; her Task."""
    desk.pass_time(minutes=1)
    return plan(desk, the_first(), days=30)


def plan(world: World, person: str, *, days: int, **values: str) -> str:
    day = (world.now + timedelta(days=days)).date()
    told = {"Status": "Not Started", "Subject": SUBJECT, "ActivityDate": day.isoformat()}
    return world.call(person, **(told | values))


def told() -> list[tuple[str, str]]:
    found = Told.objects.filter(headline__startswith="Follow up").order_by("pk")
    return list(found.values_list("to__username", "headline"))


def until(world: World, days: int) -> None:
    """Just after midnight, so many days after today's."""
    midnight = world.now.replace(hour=0, minute=0, second=0) + timedelta(days=days, minutes=1)
    later(world, seconds=(midnight - world.now).total_seconds())


def test_alice_is_told_when_the_day_begins_and_once(desk: World, held: str) -> None:
    later(desk, days=29)
    assert look(desk) == {}
    until(desk, 1)
    assert look(desk) == {State.DONE: 1}
    assert told() == [("alice", f"Follow up with Lovelace, as you planned for {desk.now:%d %B %Y}")]
    assert f"“{SUBJECT}” is planned for that day" in Told.objects.latest("pk").text
    assert Escalation.objects.get().said == "Told 1 person, of a follow-up."
    later(desk, hours=30)
    assert look(desk) == {}
    assert Clock.objects.filter(kind="follow_up").exists(), "it is not done"


def test_what_is_done_or_moved_is_not_told_before_its_day(desk: World, held: str) -> None:
    other = plan(desk, resting(desk, "Hopper"), days=30)
    later(desk, days=20)
    desk.org.update("Task", held, {"Status": "Completed"}, user_id=desk.user("Alice"))
    week = (desk.now + timedelta(days=17)).date().isoformat()
    desk.org.update("Task", other, {"ActivityDate": week}, user_id=desk.user("Alice"))
    later(desk, days=10)
    assert look(desk) == {}
    until(desk, 7)
    assert look(desk) == {State.DONE: 1}
    assert [who for who, _ in told()] == ["alice"]


@pytest.mark.parametrize("what", ["done", "deleted", "moved", "status"])
def test_m20_salesforce_is_asked_for_the_task_before_anybody_is_told(
    desk: World, held: str, what: str
) -> None:
    later(desk, days=29)
    until(desk, 1)
    desk.pass_time(seconds=5)
    alice = desk.user("Alice")
    match what:
        case "done":
            desk.org.update("Task", held, {"Status": "Completed"}, user_id=alice)
        case "deleted":
            desk.org.delete("Task", held, user_id=alice)
        case "moved":
            desk.org.update("Task", held, {"ActivityDate": "2027-01-01"}, user_id=alice)
        case "status":
            change(desk, the_first(), Status="Unqualified")
    assert look(desk) == {State.WAITING: 1}
    later(desk, minutes=2)
    assert look(desk) == {}
    assert told() == []


def test_a_word_that_waits_to_be_sent_is_not_where_it_holds_no_more(desk: World, held: str) -> None:
    others = {name: resting(desk, name) for name in ("Hopper", "Johnson", "Hamilton", "Noether")}
    tasks = {name: plan(desk, person, days=30) for name, person in others.items()}
    later(desk, days=29)
    until(desk, 1)
    assert look(desk) == {State.DONE: 5}
    desk.org.update("Task", tasks["Hopper"], {"Status": "Completed"}, user_id=desk.user("Alice"))
    change(desk, others["Johnson"], OwnerId=desk.user("Bob"))
    change(desk, others["Hamilton"], HasOptedOutOfEmail=True)
    change(desk, others["Noether"], Status="Assigned")
    later(desk, minutes=1)
    conditions = {one.person_id: one.still for one in Told.objects.all()}
    assert dict(zip(conditions, why_stopped(list(conditions.values()), desk.now), strict=True)) == {
        the_first(): "",
        others["Hopper"]: "done or moved since, or in Nurture no more",
        others["Johnson"]: "re-assigned since",
        others["Hamilton"]: "opted out since",
        others["Noether"]: "done or moved since, or in Nurture no more",
    }


def test_who_has_opted_out_is_followed_up_by_nobody(desk: World, held: str) -> None:
    later(desk, days=10)
    change(desk, the_first(), HasOptedOutOfEmail=True)
    later(desk, days=19)
    until(desk, 1)
    assert look(desk) == {State.MOOT: 1}
    assert Escalation.objects.get().said == "They have opted out."


def test_the_list_of_what_comes_says_what_it_is_of(desk: World, held: str) -> None:
    later(desk, days=29, hours=11, minutes=30)
    otto = User.objects.get(username="otto")
    coming = read_coming(otto, Narrowed(), now=desk.now, stale=timedelta(hours=1))
    assert [(one.name, one.act, one.said) for one in coming] == [
        ("Lovelace", "remind_rep", "Of a follow-up.")
    ]


def test_m01_deriving_again_changes_no_row(desk: World, held: str) -> None:
    desk.catch_up()
    assert set(Clock.objects.values_list("kind", "activity_id")) == {
        ("nurture_return", None),
        ("follow_up", held),
    }
    before = versions(DERIVED)
    mark_everybody()
    rebuild_all()
    assert versions(DERIVED) == before
