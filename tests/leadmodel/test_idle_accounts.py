"""M18, R126: which accounts have a clock, and whose touches of whom stop it, by what the mirror tells."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from leadmodel.idle_accounts import derive_accounts
from leadmodel.models import AccountClock
from leadmodel.rebuild import mark_everybody, rebuild_all
from leadmodel.settings_store import enter
from sandbox.org.ids import make_id
from sync.fields import column_of
from sync.models import Account, AccountMark, Contact, Seen, Task, User
from tests.leadmodel.mirrored import (
    ALICE,
    BOB,
    MONA,
    NOON,
    add_call,
    add_contact,
    add_lead,
    add_users,
    convert,
    mark,
)
from tests.sync.world import versions

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
STAGES = "stages: {raw: [New], assigned: [Assigned], qualified: [Qualified]}\n"
TARGETS = "{all: [{field: Account.Industry, operator: is, value: energy}]}"
MODEL = f"""{STAGES}
touches: {{automated_users: [Eve], acts_for: {{Mona: Alice}}, automatic_subjects: ["Automatic*"]}}
lead_types: {{account_field: Matched__c, target_account: {TARGETS}}}
idle_accounts: {{}}
"""
FIRST, SECOND = make_id("001", 1), make_id("001", 2)


@pytest.fixture(autouse=True)
def _desk() -> None:
    add_users()
    enter(MODEL)


def add_account(
    record_id: str = FIRST, *, owner: str = ALICE, industry: str = "Energy", at: datetime = NOON
) -> None:
    Account.objects.create(
        id=record_id, name="Fjord Energy", owner_id=owner, industry=industry, is_deleted=False, created_at=at,
        system_modstamp=at,
    )  # fmt: skip
    AccountMark.objects.create(account_id=record_id)


def on_account(number: int, account: str = FIRST) -> str:
    """A Contact of the account."""
    record_id = add_contact(number)
    Contact.objects.filter(pk=record_id).update(account_id=account)
    return record_id


def touched() -> list[float | None]:
    """How many days after noon each account's owner was last in touch, by the clocks."""
    rebuild_all()
    found = AccountClock.objects.order_by("account_id").values_list("last_touch_at", flat=True)
    return [None if at is None else (at - NOON) / DAY for at in found]


def test_an_account_of_which_nobody_is_known_has_a_clock() -> None:
    add_account()
    assert touched() == [None]
    told = AccountClock.objects.get()
    assert (told.owner_id, told.started_at, told.due_at) == (ALICE, NOON, NOON + 30 * DAY)


@pytest.mark.parametrize(
    "change",
    [
        lambda: Account.objects.update(industry="Banking"),
        lambda: Account.objects.update(is_deleted=True),
        lambda: Account.objects.update(owner_id=make_id("005", 4)),
        lambda: Account.objects.all().delete(),
        lambda: enter(MODEL.replace("idle_accounts: {}", "idle_accounts: null")),
    ],
    ids=["no target", "deleted", "a machine's", "gone", "no promise"],
)
def test_what_is_no_owned_target_account_any_more_has_none(change: Callable[[], object]) -> None:
    add_account()
    assert touched() == [None]
    change()
    AccountMark.objects.create(account_id=FIRST)
    assert touched() == []
    assert not AccountMark.objects.exists()


def test_the_last_touch_of_its_owner_counts_whether_or_not_somebody_was_assigned() -> None:
    add_account()
    first, second = on_account(1), on_account(2)
    add_call(1, first, at=NOON + 3 * DAY)
    add_call(2, second, at=NOON + 5 * DAY)
    add_call(3, second, owner=BOB, at=NOON + 8 * DAY)
    assert touched() == [5]


def test_k02_what_a_machine_logs_in_her_name_is_hers() -> None:
    add_account()
    add_call(1, on_account(1), owner=MONA, at=NOON + 3 * DAY)
    assert touched() == [3]


def test_what_counts_for_nothing_stops_nothing() -> None:
    add_account()
    person = on_account(1)
    add_call(1, person, at=NOON + DAY)
    Task.objects.update(subject="Automatic: step 3")
    add_call(2, person, at=NOON + 2 * DAY)
    Task.objects.filter(subject="Call").update(is_closed=False)
    assert touched() == [None]


def test_a_lead_that_names_the_account_is_on_it_and_so_is_whoever_it_became() -> None:
    add_account()
    add_account(SECOND)
    lead, other = add_lead(1), add_lead(2)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_lead SET x_matched__c = %s WHERE id = %s", [FIRST, lead])
    add_call(1, lead, at=NOON + DAY)
    contact = on_account(3, SECOND)
    convert(other, contact, at=NOON + DAY)
    add_call(2, other, at=NOON + 2 * DAY)
    assert touched() == [1, 2]


def test_a_new_touch_is_found_by_the_mark_of_the_person() -> None:
    add_account()
    person = on_account(1)
    assert touched() == [None]
    add_call(1, person, at=NOON + DAY)
    assert touched() == [1]


def test_whoever_leaves_an_account_takes_their_touches_along() -> None:
    add_account()
    add_account(SECOND)
    person = on_account(1)
    add_call(1, person, at=NOON + DAY)
    assert touched() == [1, None]
    Contact.objects.update(account_id=SECOND)
    Seen.objects.create(
        record_id=person, object_name="Contact", field="AccountId", old_value=FIRST, new_value=SECOND,
        since=NOON, at=NOON + 2 * DAY,
    )  # fmt: skip
    mark(person)
    assert touched() == [None, 1]


def test_it_begins_when_the_owner_was_seen_to_get_it() -> None:
    add_account(owner=BOB)
    Seen.objects.create(
        record_id=FIRST, object_name="Account", field="OwnerId", old_value=ALICE, new_value=BOB, since=NOON,
        at=NOON + 7 * DAY,
    )  # fmt: skip
    rebuild_all()
    assert AccountClock.objects.get().started_at == NOON + 7 * DAY


def test_who_becomes_a_machine_owes_nothing_any_more() -> None:
    add_account()
    rebuild_all()
    User.objects.filter(name="Alice").update(user_type="CsnOnly")
    mark_everybody()
    assert touched() == []


def test_m01_deriving_again_in_any_batches_changes_no_row() -> None:
    for number in range(1, 8):
        account = make_id("001", number)
        add_account(account, at=NOON + number * DAY)
        add_call(number, on_account(number, account), at=NOON + 2 * number * DAY)
    rebuild_all()
    before = versions(["leadmodel_accountclock"])
    assert len(before["leadmodel_accountclock"]) == 7
    mark_everybody()
    rebuild_all()
    AccountMark.objects.bulk_create(
        AccountMark(account_id=one) for one in AccountClock.objects.values_list("pk", flat=True)
    )
    derive_accounts(batch=2)
    assert versions(["leadmodel_accountclock"]) == before


def test_where_nothing_is_promised_nothing_is_kept_of_accounts() -> None:
    enter(MODEL.replace("idle_accounts: {}", ""))
    add_account()
    rebuild_all()
    assert not AccountClock.objects.exists()
    assert not AccountMark.objects.exists()


@pytest.mark.parametrize("way", ["merged", "converted"])
def test_k06_whoever_leaves_leaves_with_what_they_were_joined_of(way: str) -> None:
    """The record that was merged or converted stays as it was, and names the account for ever."""
    add_account()
    stays = on_account(1, SECOND)
    if way == "merged":
        gone = on_account(2)
        Contact.objects.filter(pk=gone).update(is_deleted=True, master_record_id=stays)
    else:
        gone = add_lead(2)
        column = column_of("Lead", "Matched__c")
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE sync_lead SET {column} = %s WHERE id = %s", [FIRST, gone])
        convert(gone, stays, at=NOON + DAY)
    add_call(1, stays, at=NOON + 5 * DAY)

    assert touched() == [None]


def test_a_rule_may_ask_whose_the_account_is() -> None:
    rule = f"{{all: [{{field: Account.OwnerId, operator: is one of, value: [{ALICE}, {BOB}]}}]}}"
    enter(MODEL.replace(TARGETS, rule))
    add_account(owner=BOB)
    Seen.objects.create(
        record_id=FIRST, object_name="Account", field="OwnerId", old_value=ALICE, new_value=BOB,
        since=NOON + 9 * DAY, at=NOON + 10 * DAY,
    )  # fmt: skip
    touched()

    assert AccountClock.objects.get().started_at == NOON + 10 * DAY
