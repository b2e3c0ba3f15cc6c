"""The clock of a target account (M18, R126): until when its owner is to be in touch with somebody of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby, takewhile
from typing import NamedTuple

from leadmodel.lifecycle.conditions import Rule
from leadmodel.lifecycle.facts import Change, Directory
from leadmodel.lifecycle.lead_types import ACCOUNT
from leadmodel.lifecycle.policies import Act, Policies, in_force

OWNER = "OwnerId"
"""`Change.field` of an account that changes hands; the others are named as rules name them."""
OWNERS = (OWNER, ACCOUNT + OWNER)
"""The same, also where the rule reads who has the account."""


OF_ACCOUNTS = (Act.REMIND_REP, Act.TELL_MANAGER)
"""What is done about an idle account: its owner is told, then their manager."""


class Account(NamedTuple):
    """An account as it stands now, and what was seen to change of it between two reads."""

    account_id: str
    owner_id: str
    created_at: datetime
    values: Mapping[str, str | None]
    """A field that the rule reads, by the name it has there → its value now."""
    changes: Sequence[Change] = ()


class AccountClock(NamedTuple):
    """How long a target account goes untouched, and may. `owner_id`: the rep, where Salesforce's user acts for one."""

    account_id: str
    owner_id: str
    last_touch_at: datetime | None
    """The owner's last counted touch of anybody on it, ever."""
    started_at: datetime
    due_at: datetime
    manager_due_at: datetime | None
    """When the owner's manager is told; None: never."""


def account_clock(
    account: Account,
    last_touch_at: datetime | None,
    rule: Rule,
    policies: Sequence[Policies],
    directory: Directory,
) -> AccountClock | None:
    """The clock of an account that `rule` holds for now; None where nothing is promised, or a machine has it.

    It starts at the owner's last touch, and not before the owner had the account, before it was a target account, or
    before the promise began to hold. `policies`: all ever in force, oldest first.
    """
    holding = [*takewhile(lambda one: one.idle_accounts is not None, reversed(policies))]
    owner = directory.named(account.owner_id)
    if not holding or owner is None or not directory.is_human(account.owner_id):
        return None
    # the first policies ever hold for all that was before them
    promised_at = holding[-1].since if len(holding) < len(policies) else None
    own_since, target_since = _owned_since(account, directory), _target_since(account, rule)
    told = (account.created_at, last_touch_at, own_since, target_since, promised_at)
    started_at = max(at for at in told if at is not None)
    promise = in_force(policies, started_at).idle_accounts
    assert promise is not None
    due_at, later = started_at + promise.after, promise.tell_manager_after
    return AccountClock(
        account.account_id,
        owner,
        last_touch_at,
        started_at,
        due_at,
        None if later is None else due_at + later,
    )


def _owned_since(account: Account, directory: Directory) -> datetime | None:
    """When the account was last seen to come to who has it; None: it was never seen to change hands."""
    named = directory.named
    moves = [one.at for one in account.changes if one.field in OWNERS and named(one.old) != named(one.new)]
    return max(moves, default=None)


def _target_since(account: Account, rule: Rule) -> datetime | None:
    """Since when the rule has held without a break, by what was seen to change; None: as far back as is known."""
    values = dict(account.values)
    latest_first = sorted(account.changes, key=_when, reverse=True)
    for at, changed in groupby(latest_first, key=_when):
        values |= {one.field: one.old for one in changed if one.field in values}
        if not rule.holds(values.get):
            return at
    return None


def _when(change: Change) -> datetime:
    return change.at
