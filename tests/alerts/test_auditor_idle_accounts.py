"""The auditor recomputes from Salesforce's own activities which target accounts are idle, and who was to be told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.auditor.comparing import compare
from alerts.models import AccountWord, AuditRun
from alerts.stops import Telling
from leadmodel.models import AccountClock, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync.models import Contact, Mark
from tests.alerts.idle import PROMISING, account, fjord, look, open_desk, read_accounts
from tests.alerts.overdue import later, new_world, world
from tests.alerts.test_auditor import found
from tests.alerts.test_stops import stop
from tests.sync.world import World

__all__ = ["new_world", "world"]
REMINDER = "“Remind the rep” (of the idle account Fjord Energy)"
TO_MONA = "“Tell the manager” (of the idle account Fjord Energy)"


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Alice called Babbage of Fjord Energy on the second day, and nobody since; it is idle as of now."""
    open_desk(world)
    later(world, days=1)
    world.call(babbage())
    later(world, days=30)
    return world


def babbage() -> str:
    return Contact.objects.get(last_name="Babbage").pk


def forget() -> None:
    """As if no clock had ever been stored."""
    AccountClock.objects.all().delete()


def what(world: World) -> list[str]:
    told = found(world)
    assert {check for check, _ in told} <= {"accounts"}
    return [said.split(" was due")[0] for _, said in told]


def test_when_alice_was_told_it_agrees_and_a_fortnight_later_when_mona_was(desk: World) -> None:
    look(desk)
    assert what(desk) == []
    assert AuditRun.objects.latest("pk").expected["accounts"] == 1
    later(desk, days=14, minutes=-5)
    look(desk)
    assert what(desk) == []
    assert AuditRun.objects.latest("pk").expected["accounts"] == 1


def test_what_was_never_stored_is_missed(desk: World) -> None:
    forget()
    assert look(desk) == {}
    assert what(desk) == [REMINDER]


def test_so_is_the_manager_s_word(desk: World) -> None:
    look(desk)
    later(desk, days=14)
    forget()
    assert what(desk) == [TO_MONA]


def test_one_that_waits_and_at_which_nobody_looks_is_told(desk: World) -> None:
    look(desk)
    AccountWord.objects.update(state="waiting", again_at=desk.now - timedelta(hours=1))
    assert what(desk) == [REMINDER]


@pytest.mark.parametrize(
    "way",
    ["called", "met", "given away", "no target", "a tool's mail", "a leaver's", "not derived", "stopped"],
)
def test_what_owes_no_word_is_not_missed(desk: World, way: str) -> None:
    alice, mona = desk.user("Alice"), desk.user("Mona")
    match way:
        case "called":
            desk.call(babbage())
        case "met":
            desk.org.create(
                "Event", {"WhoId": babbage(), "OwnerId": alice, "Subject": "Lunch"}, user_id=alice
            )
        case "given away":
            desk.org.update("Account", fjord(), {"OwnerId": desk.user("Bob")}, user_id=mona)
        case "no target":
            desk.org.update("Account", fjord(), {"Industry": "Banking"}, user_id=mona)
        case "a tool's mail":
            enter(PROMISING.replace("touches: {", "touches: {automatic_subjects: ['Automatic*'], "))
            desk.call(babbage(), Subject="Automatic: step 3")
        case "a leaver's":
            desk.org.update("User", alice, {"IsActive": False})
            desk.sync()
        case "not derived":
            pass
        case _:
            stop(Telling.REMINDERS, desk)
    desk.pass_time(minutes=1)
    read_accounts(desk)
    forget()
    if way == "not derived":
        Mark.objects.create(record_id=babbage())
        assert compare(now=desk.now).expected["accounts"] == 0
        rebuild_all()
        return

    assert what(desk) == []


def test_whoever_got_it_has_their_own_time_and_a_new_account_its_own(desk: World) -> None:
    look(desk)
    desk.org.update("Account", fjord(), {"OwnerId": desk.user("Bob")}, user_id=desk.user("Mona"))
    account(desk, "Solar")
    read_accounts(desk)
    later(desk, days=30)
    forget()
    assert sorted(what(desk)) == [REMINDER, REMINDER.replace("Fjord Energy", "Solar")]


def test_m18_a_promise_that_began_thirty_days_ago_is_due_for_all_that_were_left_alone_before(
    desk: World,
) -> None:
    account(desk, "Solar")
    read_accounts(desk)
    later(desk, days=100)
    began = {PROMISING.replace("idle_accounts: {}", "idle_accounts: null"): 60, f"{PROMISING}# again": 30}
    for text, days in began.items():
        enter(text)
        SettingsVersion.objects.filter(text=text).update(entered_at=desk.now - timedelta(days=days))
    SettingsVersion.objects.filter(text=PROMISING).update(entered_at=desk.began)
    later(desk, minutes=1)
    assert look(desk) == {"done": 2}
    assert what(desk) == []
    AccountWord.objects.all().delete()
    forget()
    assert len(what(desk)) == 2
