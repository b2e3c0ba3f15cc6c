"""Who got somebody, and whose people were given up, is told once it is written, and once."""

from __future__ import annotations

from datetime import timedelta

from alerts.abandoning import abandon
from alerts.models import Told
from alerts.written import tell_written
from base.models import Effect, User
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.models import Person
from sync.writeback.modes import Mode, switch
from tests.alerts.overdue import desk, new_world, otto, scan, world, written
from tests.sync.world import World
from tests.writeback.writing import rep, work_off

__all__ = ["desk", "new_world", "otto", "world", "written"]


def told() -> list[tuple[str, str, str]]:
    return list(Told.objects.order_by("pk").values_list("to__username", "topic", "headline"))


def test_whoever_takes_over_is_told_when_it_is_written(written: World) -> None:
    rep(written, "Alice")
    rep(written, "Bob")
    scan(written)
    assert tell_written(now=written.now) == 0, "it is only decided"
    work_off(written)
    assert tell_written(now=written.now) == 1
    assert told() == [("bob", "reassigned", "Lovelace is yours now")]
    assert tell_written(now=written.now) == 0


def test_a_rehearsal_is_told_to_nobody(desk: World) -> None:
    rep(desk, "Bob")
    scan(desk)
    work_off(desk)
    assert Effect.objects.get(kind=REASSIGN).state == "dry"
    assert tell_written(now=desk.now) == 0


def test_whose_person_was_given_up_is_told(desk: World, otto: User) -> None:
    rep(desk, "Alice")
    desk.call(Person.objects.get().person_id)
    desk.pass_time(days=31)
    desk.catch_up()
    switch(ABANDON, Mode.ON, by=otto, why="looked at the dry runs", now=desk.now)
    assert abandon(now=desk.now) == 1
    work_off(desk)
    assert tell_written(now=desk.now) == 1
    assert told() == [("alice", "abandoned", "Lovelace was given up")]


def test_who_has_no_account_is_not_told_and_old_news_is_none(written: World) -> None:
    scan(written)
    work_off(written)
    assert tell_written(now=written.now) == 0
    rep(written, "Bob")
    assert tell_written(now=written.now + timedelta(days=3)) == 0
    assert tell_written(now=written.now) == 1


def test_what_somebody_else_did_before_us_is_no_news_of_ours(written: World) -> None:
    rep(written, "Bob")
    scan(written)
    written.org.update("Lead", Person.objects.get().person_id, {"OwnerId": written.user("Bob")})
    work_off(written)
    assert Effect.objects.get(kind=REASSIGN).said == "Salesforce held these values already."
    assert tell_written(now=written.now) == 0
