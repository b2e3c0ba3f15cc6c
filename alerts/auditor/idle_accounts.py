"""Which words about idle target accounts should have been decided by now (M18), recomputed from the mirror's rows.

Neither from the stored clocks nor by their marks. Which accounts are target accounts, who is on them, and who became
whom by conversion or merge is taken as it is read there. Left alone are accounts of which a field that the rule reads
was seen to change since, and whose owner's last activity is a tool's, which counts only where the person answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from alerts.auditor.differing import MOST_LOOKED_AT, Check, Checked, Difference, Look
from alerts.auditor.due import held_at, stale_by
from alerts.ladder.words import of_act
from alerts.models import AccountWord
from alerts.stops import stopped_acts
from leadmodel.accounts import named_by, on_accounts, with_news
from leadmodel.directory import read_directory
from leadmodel.filling import array
from leadmodel.idle_accounts import read_targets
from leadmodel.lifecycle.clocks_of_accounts import OWNERS, Account
from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.policies import Act, Policies
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_store import policies_ever
from sync.gone import still_tells
from sync.models import Account as Mirrored
from sync.models import User

_LONG = timedelta(minutes=10)
_ROUNDED = timedelta(seconds=2)
_DATED = """
    WITH time AS (SELECT * FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS one (starts, ends)),
    task AS (
        SELECT task.id, task.who_id FROM time
            JOIN sync_task task ON task.created_at > starts AND task.created_at <= ends
        UNION SELECT task.id, task.who_id FROM time JOIN sync_task task
            ON task.completed_at > task.created_at AND task.completed_at > starts AND task.completed_at <= ends
    ), event AS (
        SELECT event.id, event.who_id FROM time
            JOIN sync_event event ON event.created_at > starts AND event.created_at <= ends
    ), who (record_id) AS (
        SELECT who_id FROM task UNION SELECT who_id FROM event
        UNION SELECT relation_id FROM task JOIN sync_taskrelation relation ON relation.task_id = task.id
        UNION SELECT relation_id FROM event JOIN sync_eventrelation relation ON relation.event_id = event.id
    )
    SELECT kin.record_id FROM who JOIN leadmodel_personrecord own USING (record_id)
    JOIN leadmodel_personrecord kin ON kin.person_id = own.person_id
"""
"""The records of whoever somebody logged something with in one of these stretches of time."""
_CHANGED = """
    WITH time AS (SELECT * FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS one (starts, ends))
    SELECT id FROM time JOIN sync_account account ON account.created_at > starts AND account.created_at <= ends
    UNION SELECT record_id FROM time JOIN sync_seen ON at > starts AND at <= ends WHERE object_name = 'Account'
"""
_LOGGED = f"""
    WITH kin AS (
        SELECT DISTINCT named.account_id, kin.record_id FROM ({{named}}) AS named (record_id, account_id)
        JOIN leadmodel_personrecord own USING (record_id)
        JOIN leadmodel_personrecord kin ON kin.person_id = own.person_id
    ), task AS (
        SELECT kin.account_id, task.* FROM kin JOIN sync_task task ON task.who_id = kin.record_id
        UNION ALL SELECT kin.account_id, task.* FROM kin
            JOIN sync_taskrelation relation ON relation.relation_id = kin.record_id
            JOIN sync_task task ON task.id = relation.task_id AND {still_tells("relation", "task")}
    ), event AS (
        SELECT kin.account_id, event.* FROM kin JOIN sync_event event ON event.who_id = kin.record_id
        UNION ALL SELECT kin.account_id, event.* FROM kin
            JOIN sync_eventrelation relation ON relation.relation_id = kin.record_id
            JOIN sync_event event ON event.id = relation.event_id AND {still_tells("relation", "event")}
    )
    SELECT account_id, owner_id, created_at, completed_at, COALESCE(subject, ''), task_subtype FROM task
    WHERE is_closed AND GREATEST(created_at, completed_at) > %(first)s
    UNION ALL SELECT account_id, owner_id, created_at, NULL, COALESCE(subject, ''), event_subtype FROM event
    WHERE created_at > %(first)s
"""


class _Logged(NamedTuple):
    """What was logged with somebody on an account."""

    account_id: str
    owner_id: str | None
    created_at: datetime
    completed_at: datetime | None
    subject: str
    subtype: str | None


class _Word(NamedTuple):
    account_id: str
    owner_id: str
    act: Act
    due_at: datetime

    def words(self, name: str) -> str:
        """What it is about, and when it was due."""
        return (
            f"“{of_act(self.act)}” (of the idle account {name}) was due on {self.due_at:%Y-%m-%d %H:%M} UTC"
        )


def check_accounts(look: Look) -> Checked:
    """Each word that was due by `look.at`, and not too long ago, was decided, or is looked at again when it said."""
    due = list(_due(look))
    accounts = {one.account_id for one in due}
    news = with_news(accounts, look.settings.lead_types) if accounts else set()
    stopped = stopped_acts(look.stopped)
    due = [one for one in due if one.account_id not in news and one.act not in stopped]
    kept: defaultdict[tuple[str, str, str], list[AccountWord]] = defaultdict(list)
    for word in AccountWord.objects.filter(account_id__in=accounts, due_at__gt=stale_by(look) - _ROUNDED):
        kept[word.account_id, word.owner_id, word.act].append(word)
    names = dict(Mirrored.objects.filter(pk__in=accounts).values_list("pk", "name"))
    found = (
        _not_decided(one, kept[one.account_id, one.owner_id, one.act], names.get(one.account_id), look.now)
        for one in sorted(due, key=lambda one: one.due_at)
    )
    return Checked(len(due), [one for one in found if one is not None][:MOST_LOOKED_AT])


def _not_decided(
    one: _Word, kept: Sequence[AccountWord], name: str | None, now: datetime
) -> Difference | None:
    key = f"{one.account_id}/{one.act}/{one.due_at:%Y%m%dT%H%M%S}"
    words = one.words(name or one.account_id)
    decided = next((word for word in kept if abs(word.due_at - one.due_at) <= _ROUNDED), None)
    if decided is None:
        return Difference(Check.ACCOUNTS, f"accounts/{key}", "", f"{words}, and nothing was decided.")
    if decided.state == "waiting" and decided.again_at is not None and decided.again_at < now - _LONG:
        said = f"{words}; it waits, and nobody looked again by {decided.again_at:%H:%M} UTC as it said."
        return Difference(Check.ACCOUNTS, f"accounts/again/{key}", "", said)
    return None


def _due(look: Look) -> Iterator[_Word]:
    assert look.at is not None
    settings, stale = look.settings, stale_by(look)
    rule = settings.lead_types.target_account
    policies = policies_ever()
    if settings.idle_accounts is None or rule is None:
        return
    times = [(stale - after, look.at - after) for after in _offsets(policies)]
    users = read_directory(settings)
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        accounts = read_targets(cursor, _candidates(cursor, settings, policies, times), settings, rule)
        logged = _read_logged(cursor, [one.account_id for one in accounts], settings, min(times)[0])
    active = set(
        User.objects.filter(
            is_active=True, pk__in={users.named(one.owner_id) for one in accounts}
        ).values_list("pk", flat=True)
    )
    for one in accounts:
        owner = users.named(one.owner_id)
        if owner not in active or not users.is_human(one.owner_id):
            continue
        since = _since(one, logged.get(one.account_id, ()), settings, policies, users)
        for act, due_at in () if since is None else _words(since, policies):
            if stale < due_at <= look.at:
                yield _Word(one.account_id, owner, act, due_at)


def _offsets(policies: Sequence[Policies]) -> set[timedelta]:
    """How long after an account was left alone words may be due, by any promise ever."""
    promises = [one.idle_accounts for one in policies if one.idle_accounts is not None]
    return {one.after for one in promises} | {
        one.after + one.tell_manager_after for one in promises if one.tell_manager_after is not None
    }


def _words(since: datetime, policies: Sequence[Policies]) -> Iterator[tuple[Act, datetime]]:
    promise = held_at(policies, since).idle_accounts
    if promise is not None:
        yield Act.REMIND_REP, since + promise.after
        if promise.tell_manager_after is not None:
            yield Act.TELL_MANAGER, since + promise.after + promise.tell_manager_after


def _candidates(
    cursor: Cursor,
    settings: ModelSettings,
    policies: Sequence[Policies],
    times: Sequence[tuple[datetime, datetime]],
) -> Sequence[str]:
    """Accounts that something happened to at a time from which on a word may be due by now."""
    begun = [
        one.since
        for before, one in pairwise(policies)
        if before.idle_accounts is None and one.idle_accounts is not None and one.since is not None
    ]
    if any(start < at <= end for start, end in times for at in begun):
        cursor.execute("SELECT id FROM sync_account")  # the promise itself began then
        return [account_id for (account_id,) in cursor.fetchall()]
    asked = {"starts": [start for start, _ in times], "ends": [end for _, end in times]}
    cursor.execute(_DATED, asked)
    records = array(record_id for (record_id,) in cursor.fetchall())
    cursor.execute(named_by(settings.lead_types), {"ids": records})
    found = {account_id for _, account_id in cursor.fetchall()}
    cursor.execute(_CHANGED, asked)
    return sorted(found | {account_id for (account_id,) in cursor.fetchall()})


def _read_logged(
    cursor: Cursor, accounts: Sequence[str], settings: ModelSettings, first: datetime
) -> Mapping[str, Sequence[_Logged]]:
    """Account → what was logged since then; what was before is older than anything that is due."""
    query = sql.SQL(_LOGGED).format(named=on_accounts(settings.lead_types))
    cursor.execute(query, {"ids": array(accounts), "first": first})
    found: defaultdict[str, list[_Logged]] = defaultdict(list)
    for one in map(_Logged._make, cursor.fetchall()):
        found[one.account_id].append(one)
    return found


def _since(
    account: Account,
    logged: Sequence[_Logged],
    settings: ModelSettings,
    policies: Sequence[Policies],
    users: Users,
) -> datetime | None:
    """Since when the account goes untouched; None where that is not told here."""
    rules, owner = settings.touches, users.named(account.owner_id)
    causes, unsure = [account.created_at], []
    for change in account.changes:
        if change.field not in OWNERS:
            unsure.append(change.at)
        elif users.named(change.old) != users.named(change.new):
            causes.append(change.at)
    # the promise held without a break since then
    breaks = [place for place, one in enumerate(policies) if one.idle_accounts is None]
    if breaks:
        begun = policies[breaks[-1] + 1].since
        assert begun is not None
        causes.append(begun)
    for one in logged:
        if not users.is_human(one.owner_id) or users.named(one.owner_id) != owner:
            continue
        late = one.completed_at is not None and one.completed_at < one.created_at - rules.backdated_after
        at = one.created_at if one.completed_at is None or late else one.completed_at
        kind = rules.kind_of_subject(one.subject)
        if one.subtype in rules.automatic_subtypes or kind == "automatic":
            unsure.append(at)
        elif kind is None:
            causes.append(at)
    since = max(causes)
    return None if any(at > since for at in unsure) else since
