"""M18, R126, R127: a target account is idle so long after its owner's last touch, by the promise of that day."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from leadmodel.lifecycle.clocks_of_accounts import OWNER, Account, AccountClock, account_clock
from leadmodel.lifecycle.facts import Change, Users
from leadmodel.lifecycle.policies import Policies
from leadmodel.lifecycle.settings import ModelSettings
from tests.lifecycle.desk import ALICE, BOB, DAY, DIRECTORY, QUEUE, ROUTER, TOOL, at, minutes, model

ACCOUNT = "001000000000001AAA"
TIER, SIZE = "Account.Tier__c", "Account.NumberOfEmployees"
RULE: dict[str, Any] = {"all": [{"field": TIER, "operator": "is", "value": "A"}]}
EITHER: dict[str, Any] = {
    "any": [*RULE["all"], {"field": SIZE, "operator": "is at least", "value": 1000}],
}


def promising(promise: dict[str, Any] | None, rule: dict[str, Any] = RULE) -> ModelSettings:
    return model(lead_types={"target_account": rule}, idle_accounts=promise)


def since(day: float | None, promise: dict[str, Any] | None) -> Policies:
    """A promise entered on that day; None: the first settings there were."""
    return promising(promise).policies_since(None if day is None else at(day * DAY))


ALWAYS = [since(None, {})]


def changed(day: float, field: str, old: str | None, new: str | None) -> Change:
    return Change(ACCOUNT, field, at(day * DAY), None, old, new, "Seen", "1", at(day * DAY - 60))


def clock(
    *changes: Change,
    touched: float | None = None,
    owner: str = ALICE,
    policies: list[Policies] = ALWAYS,
    values: dict[str, str | None] | None = None,
    rule: dict[str, Any] = RULE,
    directory: Users = DIRECTORY,
) -> AccountClock | None:
    """The clock of an account created on the first day, whose owner last touched somebody on day `touched`."""
    account = Account(ACCOUNT, owner, at(0), {TIER: "A"} if values is None else values, changes)
    told = promising({}, rule).lead_types.target_account
    assert told is not None
    return account_clock(account, None if touched is None else at(touched * DAY), told, policies, directory)


def days(instant: datetime | None) -> float | None:
    told = minutes(instant)
    return None if told is None else told / DAY


def started(found: AccountClock | None) -> float | None:
    return days(found.started_at) if found is not None else None


def test_m18_it_runs_since_the_last_touch_and_ends_after_thirty_days() -> None:
    found = clock(touched=10)
    assert found == AccountClock(
        ACCOUNT, ALICE, at(10 * DAY), at(10 * DAY), at(40 * DAY), at(40 * DAY) + timedelta(days=14)
    )


def test_one_that_was_never_touched_runs_since_it_was_created() -> None:
    found = clock()
    assert found is not None
    assert (found.last_touch_at, days(found.started_at), days(found.due_at)) == (None, 0, 30)


def test_nobody_answers_for_another_s_time() -> None:
    assert started(clock(changed(20, OWNER, BOB, ALICE), touched=10)) == 20
    assert started(clock(changed(20, OWNER, BOB, ALICE), touched=25)) == 25


def test_k02_a_machine_that_acts_for_alice_has_it_in_her_name() -> None:
    hers = DIRECTORY._replace(acting_for={TOOL: ALICE})
    moved = changed(20, OWNER, ALICE, TOOL)
    found = clock(moved, owner=TOOL, touched=10, directory=hers)
    assert found is not None
    assert (found.owner_id, days(found.started_at)) == (ALICE, 10)


@pytest.mark.parametrize("owner", [ROUTER, QUEUE])
def test_a_machine_or_a_queue_owes_nothing(owner: str) -> None:
    assert clock(owner=owner) is None


def test_before_it_was_a_target_account_nothing_was_promised_of_it() -> None:
    assert started(clock(changed(20, TIER, "B", "A"), touched=10)) == 20
    twice = (changed(5, TIER, "B", "A"), changed(12, TIER, "A", "B"), changed(20, TIER, "B", "A"))
    assert started(clock(*reversed(twice))) == 20


def test_what_kept_the_rule_holding_all_the_time_begins_nothing() -> None:
    values: dict[str, str | None] = {TIER: "B", SIZE: "5000"}
    at_once = (changed(20, TIER, "A", "B"), changed(20, SIZE, "5", "5000"))
    for changes in (at_once, at_once[::-1]):
        assert started(clock(*changes, values=values, rule=EITHER, touched=10)) == 10


def test_before_the_promise_began_nothing_was_promised() -> None:
    assert started(clock(touched=10, policies=[since(None, None), since(20, {})])) == 20
    assert started(clock(touched=25, policies=[since(None, None), since(20, {})])) == 25


def test_the_first_settings_ever_hold_for_all_that_was_before_them() -> None:
    first = [since(20, {})]
    assert started(clock(touched=10, policies=first)) == 10


def test_a_clock_keeps_the_promise_it_started_under() -> None:
    ever = [since(None, {"after_days": 10, "tell_manager_after_days": None}), since(20, {"after_days": 5})]
    old, new = clock(touched=15, policies=ever), clock(touched=20, policies=ever)
    assert old is not None
    assert new is not None
    assert (days(old.due_at), old.manager_due_at) == (25, None)
    assert (days(new.due_at), days(new.manager_due_at)) == (25, 39)


def test_switched_off_it_runs_no_more_and_switched_on_it_starts_anew() -> None:
    off = [since(None, {}), since(20, None)]
    assert clock(touched=10, policies=off) is None
    assert started(clock(touched=10, policies=[*off, since(30, {})])) == 30


def test_nothing_is_promised_unless_it_is_written() -> None:
    assert model().idle_accounts is None
    assert clock(policies=[model().policies_since(None)]) is None


@pytest.mark.parametrize(
    ("types", "words"),
    [
        ({}, "has no rule target_account"),
        ({"target_account": {"all": [{"field": "Rating", "operator": "is filled"}]}}, "asks for Rating"),
    ],
)
def test_a_rule_that_does_not_tell_of_accounts_is_refused(types: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        model(lead_types=types, idle_accounts={})
