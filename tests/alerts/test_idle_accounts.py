"""M18, R126: Alice owns a target account and is in touch with nobody of it: she is told, and then Mona is, once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.audited import Narrowed, read_entries
from alerts.idle import scan
from alerts.models import AccountWord, Told
from alerts.stops import Telling, of_notice
from alerts.tasks import act_on_due
from alerts.telling.preflight import in_doubt, why_not
from alerts.telling.standing import look_after
from base import clock
from base.models import Effect, User
from leadmodel.models import AccountClock
from sync.models import Contact, Mark
from sync.writeback.modes import Mode, switch
from tests.alerts.idle import account, fjord, look, open_desk, read_accounts, told
from tests.alerts.overdue import later, new_world, world
from tests.sync.world import World

__all__ = ["new_world", "world"]
DONE, WAITING, UNTOLD = "done", "waiting", "untold"


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Fjord Energy is Alice's since just now."""
    open_desk(world)
    return world


def babbage() -> str:
    return Contact.objects.get(last_name="Babbage").pk


def since(world: World, who: str = "your") -> str:
    day = AccountClock.objects.get(pk=fjord()).started_at
    return f"Fjord Energy, {who} target account, is untouched since {day:%d %B %Y}"


def test_alice_is_told_after_thirty_days_and_mona_a_fortnight_later_each_once(desk: World) -> None:
    later(desk, days=29, hours=23)
    assert look(desk) == {}
    later(desk, hours=1)
    assert look(desk) == {DONE: 1}
    assert told() == [("alice", since(desk))]
    assert AccountWord.objects.get().said == "Told 1 person."
    text = Told.objects.get().text
    assert text.startswith("No touch by you is known of anybody of it.")
    later(desk, days=13, hours=23)
    assert look(desk) == {}
    later(desk, hours=1)
    assert look(desk) == {DONE: 1}
    assert told()[1:] == [("mona", since(desk, "Alice's"))]
    later(desk, hours=24)
    assert look(desk) == {}
    assert not Effect.objects.filter(kind__startswith="salesforce.").exists(), "nobody is re-assigned"


def test_the_audit_log_says_what_was_done_of_which_account_to_who_answers_for_its_owner(desk: World) -> None:
    later(desk, days=30)
    look(desk)
    mona, max_ = (User.objects.get(username=name) for name in ("mona", "max"))
    (entry,) = read_entries(mona, Narrowed(group="ladder"))
    assert (entry.automation, entry.what, entry.became) == ("ladder", "account.remind_rep", "done")
    assert (entry.about, entry.said) == ("alice", "Told 1 person.")
    assert entry.cause.startswith(f"account {fjord()}, due ")
    assert read_entries(max_, Narrowed(group="ladder")) == []


def test_a_touch_ends_it_and_the_next_idle_stretch_is_told_anew(desk: World) -> None:
    later(desk, days=30)
    look(desk)
    desk.call(babbage())
    later(desk, days=14)
    assert look(desk) == {}
    later(desk, days=16)
    assert look(desk) == {DONE: 1}
    assert [who for who, _ in told()] == ["alice", "alice"]
    assert "The last touch by you of anybody of it was on" in Told.objects.latest("pk").text


def test_a_colleague_s_touch_is_not_the_owner_s(desk: World) -> None:
    later(desk, days=10)
    desk.call(babbage(), owner="Bob")
    later(desk, days=20)
    assert look(desk) == {DONE: 1}


def test_whoever_gets_the_account_has_their_own_thirty_days(desk: World) -> None:
    later(desk, days=20)
    desk.org.update("Account", fjord(), {"OwnerId": desk.user("Bob")}, user_id=desk.user("Mona"))
    read_accounts(desk)
    later(desk, days=29)
    assert look(desk) == {}
    later(desk, days=1)
    assert look(desk) == {DONE: 1}
    assert [who for who, _ in told()] == ["bob"]


def test_a_leaver_is_told_of_nothing_and_neither_is_their_manager(desk: World) -> None:
    later(desk, days=30)
    desk.org.update("User", desk.user("Alice"), {"IsActive": False})
    desk.sync()
    later(desk, minutes=1)
    assert look(desk) == {}


def test_who_has_no_account_here_is_told_nothing_and_the_word_says_so(desk: World) -> None:
    User.objects.filter(username="alice").update(is_active=False)
    User.objects.filter(username="mona").delete()
    later(desk, days=30)
    assert look(desk) == {UNTOLD: 1}
    assert AccountWord.objects.get().said == "Nobody was told: Alice has no account here."
    later(desk, days=14)
    assert look(desk) == {DONE: 1}
    assert [who for who, _ in told()] == ["otto"]


@pytest.mark.parametrize("what", ["call", "owner", "deleted", "newcomer"])
def test_m20_salesforce_is_asked_before_anybody_is_told(desk: World, what: str) -> None:
    later(desk, days=30)
    desk.pass_time(seconds=5)
    alice = desk.user("Alice")
    match what:
        case "call":
            desk.call(babbage())
        case "owner":
            desk.org.update("Account", fjord(), {"OwnerId": desk.user("Bob")}, user_id=alice)
        case "deleted":
            desk.org.delete("Contact", babbage(), user_id=alice)
            desk.org.delete("Account", fjord(), user_id=alice)
        case "newcomer":
            desk.call(desk.contact("Lovelace", AccountId=fjord()))
    assert look(desk) == {WAITING: 1}
    assert told() == []
    desk.pass_time(minutes=2)
    desk.sync()
    assert look(desk) == {}
    assert told() == []


def test_m20_what_is_read_and_not_derived_yet_is_waited_for(desk: World) -> None:
    later(desk, days=30)
    Mark.objects.create(record_id=babbage())
    assert look(desk) == {}
    Mark.objects.all().delete()
    assert look(desk) == {DONE: 1}


def test_m20_a_sync_that_is_behind_delays(desk: World) -> None:
    later(desk, days=29)
    desk.pass_time(days=1)
    assert look(desk) == {}
    later(desk, seconds=1)
    assert look(desk) == {DONE: 1}


def test_what_comes_too_late_is_not_told(desk: World) -> None:
    later(desk, days=33)
    assert look(desk) == {}
    assert told() == []
    assert not AccountWord.objects.exists()


def test_what_waited_until_it_was_too_late_waits_no_more(desk: World) -> None:
    later(desk, days=30)
    desk.pass_time(seconds=5)
    desk.call(babbage(), owner="Bob")
    assert look(desk) == {WAITING: 1}
    later(desk, days=3)
    assert look(desk) == {"stale": 1}
    assert look(desk) == {}


def test_what_waited_while_alice_called_was_not_due_any_more(desk: World) -> None:
    later(desk, days=30)
    desk.pass_time(seconds=5)
    desk.call(babbage())
    assert look(desk) == {WAITING: 1}
    later(desk, days=3)
    look(desk)
    word = AccountWord.objects.get()
    assert (word.state, word.said) == ("moot", "Not told: nothing was due any more.")


def test_what_is_to_be_derived_first_holds_nobody_up(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "BATCH", 1)
    later(desk, seconds=1)
    account(desk, "Later Energy")
    read_accounts(desk)
    later(desk, days=30)
    Mark.objects.create(record_id=babbage())
    assert look(desk) == {DONE: 1}
    assert [headline.split(",")[0] for _, headline in told()] == ["Later Energy"]


def test_what_operations_stopped_stays_due(desk: World) -> None:
    assert of_notice("idle_account", "first") is Telling.REMINDERS
    assert of_notice("idle_account", "worsened") is Telling.ESCALATIONS
    otto = User.objects.get(username="otto")
    switch(Telling.REMINDERS, Mode.OFF, by=otto, why="a quiet week", now=desk.now)
    later(desk, days=30)
    assert look(desk) == {}
    switch(Telling.REMINDERS, Mode.ON, by=otto, why="again", now=desk.now)
    assert look(desk) == {DONE: 1}


def test_a_word_that_waits_to_be_sent_is_not_where_it_holds_no_more(desk: World) -> None:
    given, gone = account(desk, "Given Energy"), account(desk, "Gone Energy")
    read_accounts(desk)
    later(desk, days=30, minutes=1)
    look(desk)
    desk.call(babbage())
    desk.org.update("Account", given, {"OwnerId": desk.user("Bob")}, user_id=desk.user("Mona"))
    desk.org.update("Account", gone, {"Industry": "Banking"}, user_id=desk.user("Mona"))
    read_accounts(desk)
    told_of = {one.key: one.still["account_id"] for one in Told.objects.all()}
    found = why_not(list(Told.objects.all()), now=desk.now)
    assert {told_of[key]: why for key, why in found.items()} == {
        fjord(): "worked again since",
        given: "re-assigned since",
        gone: "its clock runs no more",
    }


def test_what_is_not_derived_yet_leaves_it_in_doubt(desk: World) -> None:
    later(desk, days=30)
    look(desk)
    (one,) = Told.objects.all()
    assert in_doubt([one]) == set()
    Mark.objects.create(record_id=babbage())
    assert in_doubt([one]) == {one.key}


def test_mona_hears_once_that_it_is_over(desk: World) -> None:
    later(desk, days=30)
    look(desk)
    later(desk, days=14)
    look(desk)
    assert look_after(now=desk.now) == 0
    desk.call(babbage())
    later(desk, minutes=1)
    assert look_after(now=desk.now) == 1
    assert look_after(now=desk.now) == 0
    resolved = Told.objects.get(name="resolved")
    assert (resolved.to.username, resolved.headline) == ("mona", "Fjord Energy is worked again")


def test_the_timetable_s_task_looks_at_accounts_too(desk: World, tmp_path: Path, settings: Settings) -> None:
    later(desk, days=30)
    settings.CLOCK_FILE = str(tmp_path / "clock")
    clock.move(tmp_path / "clock", by=desk.now - timezone.now() + timedelta(seconds=1))
    act_on_due()
    assert [who for who, _ in told()] == ["alice"]
