"""M8, M18, M19: whoever a person becomes by a merge or conversion, nothing is told twice and nothing is lost."""

from __future__ import annotations

from datetime import timedelta

from alerts.assigned import read_lines
from alerts.auditor.comparing import compare
from alerts.escalated import read_coming, read_decided
from alerts.lines import Narrowed
from alerts.models import Assignment, Escalation, Told
from alerts.telling.clocks import why_stopped
from alerts.telling.standing import look_after
from base.models import Effect, User
from leadmodel.may_act import REASSIGN
from leadmodel.models import Person, Rung
from tests.alerts.overdue import later, look
from tests.alerts.test_ladder import A_DAY, HALF_TO_TWO, State, away, desk, new_world, told, world, writing
from tests.sync.world import World
from tests.writeback.writing import work_off

__all__ = ["desk", "new_world", "world", "writing"]


def join(world: World) -> tuple[str, str]:
    """Alice merges who waits for her into a lead that is there as well: who they were, and are."""
    waits = Person.objects.get().pk
    other = world.lead("Lovelace", Status="New")
    world.org.merge(other, [waits], values={"Status": "Assigned"}, now=world.now)
    world.pass_time(seconds=5)
    world.sync_some()
    assert Person.objects.get().pk == other
    return waits, other


def ledger() -> list[tuple[str, str]]:
    otto = User.objects.get(username="otto")
    return [(one.act, one.state) for one in read_decided(otto, Narrowed())]


def test_what_was_told_of_who_was_merged_is_told_of_nobody_again(desk: World) -> None:
    User.objects.update(date_joined=desk.now - timedelta(days=30))
    later(desk, minutes=HALF_TO_TWO)
    assert look(desk) == {State.DONE: 1}
    join(desk)
    assert Rung.objects.filter(due_at__lte=desk.now).count() == 1, "it is in the ladder still"
    later(desk, minutes=1)
    assert look(desk) == {}
    later(desk, minutes=A_DAY - HALF_TO_TWO)
    assert look(desk) == {State.DONE: 2}
    assert [who for who, _ in told()] == ["alice", "mona"]
    assert look(desk) == {}
    for _ in range(2):
        later(desk, minutes=5)
        assert compare(now=desk.now).differences == []


def test_what_is_due_and_waits_goes_on_as_one_step(desk: World) -> None:
    away(desk, "Bob")
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 2, State.WAITING: 1}
    waits, _ = join(desk)
    assert ("reassign", "waiting") in ledger()
    otto = User.objects.get(username="otto")
    coming = read_coming(otto, Narrowed(), now=desk.now, stale=timedelta(days=2))
    assert coming == [], "each has its line among what was decided"
    later(desk, minutes=11)
    assert look(desk) == {State.WAITING: 1}
    lines = [one.state for one in read_lines(otto, Narrowed())]
    assert lines == ["could_not", "over"], "it is counted, and found, of whoever they are by now"
    later(desk, minutes=11)
    assert look(desk) == {State.WAITING: 1}
    assert Assignment.objects.count() == 2
    assert set(Escalation.objects.values_list("person_id", flat=True)) == {waits}


def test_what_waited_and_is_over_is_said_to_be_so_and_looked_at_no_more(desk: World) -> None:
    away(desk, "Bob")
    later(desk, minutes=A_DAY)
    assert look(desk) == {State.DONE: 2, State.WAITING: 1}
    desk.call(Person.objects.get().pk)
    later(desk, minutes=5)
    assert ("reassign", "over") in ledger()
    later(desk, days=3)
    look(desk)
    kept = Escalation.objects.get(act="reassign")
    assert (kept.state, kept.again_at) == (State.MOOT, None)
    assert kept.said == "Answered, disposed or taken over while it waited."


def test_a_decision_that_was_cancelled_before_a_merge_is_decided_anew(writing: World) -> None:
    later(writing, minutes=A_DAY)
    assert look(writing) == {State.DONE: 3}
    writing.pass_time(seconds=5)
    writing.call(Person.objects.get().pk, Status="Not Started")
    work_off(writing)
    join(writing)
    later(writing, minutes=2)
    assert look(writing) == {State.DONE: 1}
    work_off(writing)
    writes = Effect.objects.filter(kind=REASSIGN).order_by("pk")
    assert list(writes.values_list("state", flat=True)) == ["cancelled", "done"]
    later(writing, minutes=2)
    assert Person.objects.get().holder_id == writing.user("Bob")


def test_what_waits_for_the_morning_is_sent_of_whoever_they_became_by_then(desk: World) -> None:
    later(desk, minutes=A_DAY)
    look(desk)
    (waiting,) = Told.objects.filter(to__username="mona")
    join(desk)
    assert Rung.objects.exclude(person_id=waiting.person_id).exists()
    assert why_stopped([waiting.still], desk.now) == [""]
    desk.call(Person.objects.get().pk)
    later(desk, minutes=5)
    assert why_stopped([waiting.still], desk.now) == ["merged with another person"], (
        "whose wait is over nobody knows"
    )


def test_who_is_told_of_a_lead_hears_what_became_of_the_contact(desk: World) -> None:
    later(desk, minutes=A_DAY)
    look(desk)
    desk.call(Person.objects.get().pk)
    done = desk.org.convert(
        Person.objects.get().pk, status="Qualified", user_id=desk.user("Alice"), now=desk.now
    )
    desk.pass_time(minutes=5)
    desk.sync_some()
    assert Person.objects.get().pk == done.contact_id
    look_after(now=desk.now)
    assert told()[-1] == ("mona", "Lovelace was disposed of")
