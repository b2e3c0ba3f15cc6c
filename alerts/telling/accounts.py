"""Whether an account that somebody is told of is still idle, by the derived tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from alerts.models import Told
from alerts.telling.clocks import Stopped
from leadmodel.accounts import with_news
from leadmodel.models import AccountClock
from leadmodel.settings_store import settings_in_force
from sync.models import Account, User

KIND = "idle_account"
"""Of conditions that ask for an account: `account_id`, `owner_id`, and `started_at`, since when it goes untouched."""


def why_worked(conditions: Sequence[Mapping[str, Any]], _now: datetime) -> list[str]:
    """Of each condition why its account is nobody's matter any more, in a phrase; empty where it is."""
    clocks = AccountClock.objects.in_bulk([one["account_id"] for one in conditions])
    owners = {clock.owner_id for clock in clocks.values()}
    active = set(User.objects.filter(pk__in=owners, is_active=True).values_list("pk", flat=True))
    return [_why(one, clocks.get(one["account_id"]), active) for one in conditions]


def _why(condition: Mapping[str, Any], clock: AccountClock | None, active: set[str]) -> str:
    """The first that is so."""
    if clock is None or clock.owner_id not in active:
        return Stopped.OVER.value
    if clock.owner_id != condition["owner_id"]:
        return Stopped.REASSIGNED.value
    told_of = datetime.fromisoformat(condition["started_at"])
    if clock.last_touch_at is not None and clock.last_touch_at > told_of:
        return Stopped.WORKED.value
    return "" if clock.started_at == told_of else Stopped.MOVED.value


def accounts_in_doubt(told: Sequence[Told]) -> set[str]:
    """The keys of those about accounts of which something was read that is not derived yet."""
    asked = {one.key: one.still["account_id"] for one in told if one.still.get("kind") == KIND}
    if not asked:
        return set()
    news = with_news(set(asked.values()), settings_in_force().lead_types)
    return {key for key, account_id in asked.items() if account_id in news}


def account_names(told: Sequence[Told]) -> dict[str, str]:
    """What the accounts are called that these are about, by Id."""
    ids = {one.still["account_id"] for one in told if one.still.get("kind") == KIND}
    found = Account.objects.filter(pk__in=ids).values_list("pk", "name") if ids else ()
    return {pk: name or pk for pk, name in found}
