"""The clocks of target accounts (M18, R126): gather → decide → apply, by marks as people are derived.

An account's clock is a function of the mirror and the settings alone, not of what is derived of its people. One process
at a time derives them, so the last to write has read what is newest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import structlog
from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case
from psycopg2.extras import execute_values

from leadmodel.accounts import on_accounts
from leadmodel.activities import put_what_may_count
from leadmodel.backdrop import ruled_columns, seen_of
from leadmodel.directory import read_directory
from leadmodel.filling import array, begin
from leadmodel.lifecycle.clocks_of_accounts import OWNER, Account, AccountClock, account_clock
from leadmodel.lifecycle.conditions import Rule
from leadmodel.lifecycle.facts import EVERYTHING, Change, Record, Users
from leadmodel.lifecycle.lead_types import ACCOUNT
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.touches import read_touches
from leadmodel.rules_sql import Compiler
from leadmodel.settings_store import policies_ever, settings_in_force
from leadmodel.timeline import by_object, kin

log = structlog.get_logger(__name__)

BATCH = 500
"""Accounts a batch derives."""


def derive_accounts(batch: int = BATCH) -> int:
    """Derive the accounts that are marked, as long as nobody else does; how many clocks changed."""
    total = 0
    while (changed := _derive_batch(batch)) is not None:
        total += changed
    if total:
        log.info("accounts_derived", clocks_changed=total)
    return total


_TAKE = """
    DELETE FROM sync_accountmark WHERE account_id IN (
        SELECT account_id FROM sync_accountmark ORDER BY id LIMIT %s
    ) RETURNING account_id
"""


def _derive_batch(batch: int) -> int | None:
    """How many clocks changed; None where nothing is marked, or somebody else derives."""
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute("SELECT EXISTS (SELECT FROM sync_accountmark)")
        if cursor.fetchone() == (False,):
            return None
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('leadmodel'), hashtext('accounts'))")
        if cursor.fetchone() == (False,):
            return None
        cursor.execute(_TAKE, [batch])
        marked = sorted({row[0] for row in cursor.fetchall()})
        settings = (
            settings_in_force()
        )  # as all that is read: a removed mark may stand for those entered meanwhile
        rule = settings.lead_types.target_account
        if settings.idle_accounts is None or rule is None:
            cursor.execute("DELETE FROM leadmodel_accountclock")
            return int(cursor.rowcount)
        return _store(cursor, marked, list(_clocks(cursor, marked, settings, rule))) if marked else None


def _clocks(
    cursor: Cursor, marked: Sequence[str], settings: ModelSettings, rule: Rule
) -> Iterator[AccountClock]:
    accounts = read_targets(cursor, marked, settings, rule)
    directory, policies = read_directory(settings), policies_ever()
    owners = {one.account_id: directory.named(one.owner_id) for one in accounts}
    touched = _last_touches(cursor, owners, settings, directory)
    for one in accounts:
        clock = account_clock(one, touched.get(one.account_id), rule, policies, directory)
        if clock is not None:
            yield clock


def read_targets(
    cursor: Cursor, marked: Sequence[str], settings: ModelSettings, rule: Rule
) -> Sequence[Account]:
    """Those of these accounts that are there, somebody's, and target accounts."""
    columns = ruled_columns(settings.lead_types)["Account"]
    fields = sorted({one.field for one in rule.conditions()})

    def value(field: str) -> sql.Composable:
        column = columns.get(field.removeprefix(ACCOUNT))
        return sql.SQL("{}::text").format(sql.Identifier(column)) if column else sql.SQL("NULL::text")

    compiler = Compiler(value)
    holds = compiler.rule(rule)
    cursor.execute(
        sql.SQL(
            "SELECT id, owner_id, created_at, {fields} FROM sync_account"
            " WHERE id = ANY(%(ids)s::text[]) AND is_deleted IS NOT TRUE AND owner_id IS NOT NULL"
            " AND created_at IS NOT NULL AND {holds} ORDER BY id"
        ).format(fields=sql.SQL(", ").join(map(value, fields)), holds=holds),
        {**compiler.values, "ids": array(marked)},
    )
    rows = cursor.fetchall()
    meaning = {OWNER: OWNER} | {field.removeprefix(ACCOUNT): field for field in fields}
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    for change in seen_of(cursor, array(row[0] for row in rows), meaning):
        changes[change.record_id].append(change)
    return [
        Account(row[0], row[1], row[2], dict(zip(fields, row[3:], strict=True)), changes[row[0]])
        for row in rows
    ]


def _last_touches(
    cursor: Cursor, owners: Mapping[str, str | None], settings: ModelSettings, directory: Users
) -> dict[str, datetime]:
    """Account → the last counted touch (M7) of anybody on it by its owner, in a cycle or not.

    Of whoever became one with somebody on it, too: activities stay with, or move between, the records of a person.
    """
    cursor.execute(on_accounts(settings.lead_types), {"ids": array(owners)})
    named: defaultdict[str, set[str]] = defaultdict(set)
    for record_id, account_id in cursor.fetchall():
        named[record_id].add(account_id)
    if not named:
        return {}
    ids = kin(cursor, sorted(named))
    begun, filling = begin([*_records(cursor, ids)])
    put_what_may_count(filling, begun, cursor, array(ids), settings.touches, directory)
    last: dict[str, datetime] = {}
    for family in begun:
        on = {account for one in family.records for account in named.get(one.record_id, ())}
        touches = read_touches(
            family.activities,
            rules=settings.touches,
            directory=directory,
            horizon=EVERYTHING,
            with_loose=False,
        )
        for account_id in on:
            own = [touch.at for _, touch in touches if touch.by == owners[account_id]]
            if own:
                last[account_id] = max(last.get(account_id, own[0]), *own)
    return last


_RECORDS = """
    SELECT id, created_at, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, master_record_id, {converted}, NULL, NULL
    FROM {table}
    WHERE id = ANY(%s::text[]) AND created_at IS NOT NULL
"""
"""What ties records to one another, as `Record`s without all else."""


def _records(cursor: Cursor, ids: Collection[str]) -> Iterator[Record]:
    tables = (("sync_lead", "converted_contact_id"), ("sync_contact", "NULL"))
    for (table, converted), those in zip(tables, by_object(ids), strict=True):
        cursor.execute(_RECORDS.format(table=table, converted=converted), [those])
        yield from map(Record._make, cursor.fetchall())


_COLUMNS = "account_id, owner_id, last_touch_at, started_at, due_at, manager_due_at"
_WRITE = f"""
    INSERT INTO leadmodel_accountclock AS stored ({_COLUMNS}) VALUES %s
    ON CONFLICT (account_id) DO UPDATE SET ({_COLUMNS}) = ROW (excluded.*) WHERE stored IS DISTINCT FROM excluded
"""


def _store(cursor: Cursor, marked: Sequence[str], clocks: Sequence[AccountClock]) -> int:
    """Make the stored clocks of these accounts equal to the derived ones, touching only what differs (M1)."""
    cursor.execute(
        "DELETE FROM leadmodel_accountclock WHERE account_id = ANY(%s::text[]) AND account_id <> ALL(%s::text[])",
        [array(marked), array(one.account_id for one in clocks)],
    )
    changed = int(cursor.rowcount)
    if clocks:
        execute_values(cursor, _WRITE, clocks, page_size=len(clocks))
        changed += int(cursor.rowcount)
    return changed
