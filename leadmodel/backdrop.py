"""Gather what surrounds a batch of people: what rules read, accounts, the opportunities of both (M5, A16)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.deals import deals, owner_changes
from leadmodel.filling import Batch, Columns, Filling, Lists, Row, array
from leadmodel.lifecycle.facts import Change
from leadmodel.lifecycle.known import ACCOUNT_ID
from leadmodel.lifecycle.lead_types import ACCOUNT, LeadTypes
from sync.fields import column_of


def ruled_columns(rules: LeadTypes) -> dict[str, dict[str, str]]:
    """Object → field that rules read → column, of those that are mirrored."""
    fields = rules.fields
    of_account = [field.removeprefix(ACCOUNT) for field in fields if field.startswith(ACCOUNT)]
    asked: dict[str, dict[str, str | None]] = {
        "Lead": {**dict(zip(fields, fields, strict=True)), ACCOUNT_ID: rules.account_field},
        "Contact": {**dict(zip(fields, fields, strict=True)), ACCOUNT_ID: ACCOUNT_ID},
        "Account": {**dict(zip(of_account, of_account, strict=True))},
    }
    return {
        name: {
            field: column
            for field, api_name in wanted.items()
            if (column := column_of(name, api_name)) is not None
        }
        for name, wanted in asked.items()
    }


def as_text(columns: Iterable[str]) -> sql.Composable:
    """These columns behind others in a statement, as rules read them."""
    return sql.SQL("").join(sql.SQL(", {}::text").format(sql.Identifier(one)) for one in columns)


def put_known(
    filling: Filling, cursor: Cursor, batch: Batch, columns: Columns, told: Mapping[str, Sequence[Row]]
) -> None:
    """What lead types rest on, into the families.

    `told`: object → its records' rows, whose first value is the Id and whose last are those that rules read.
    """
    held = _put_values(filling, columns, told)
    accounts = array(held)
    for account_id, values in _of_accounts(cursor, accounts, columns.ruled["Account"]).items():
        for family in held[account_id]:
            family.values[account_id] = values
    for change in seen_of(cursor, accounts, columns.tracked.get("Account", {})):
        for family in held[change.record_id]:
            family.changes.append(change)
    whose: dict[str, list[Lists]] = defaultdict(list)
    for deal in deals(cursor, batch.contacts, accounts):
        own = filling.get(deal.tie)
        for family in held[deal.tie] if own is None else [own]:
            family.deals.append(deal)
            whose[deal.opportunity_id].append(family)
    for change in owner_changes(cursor, array(whose)) if whose else ():
        for family in whose[change.record_id]:
            family.changes.append(change)


def _put_values(
    filling: Filling, columns: Columns, told: Mapping[str, Sequence[Row]]
) -> defaultdict[str, list[Lists]]:
    """The records' own fields; returns account Id → the families that are, or were, of it."""
    held: defaultdict[str, list[Lists]] = defaultdict(list)
    for name, rows in told.items():
        wanted = columns.ruled[name]
        for row in rows if wanted else ():
            record_id, family = row[0], filling.get(row[0])
            if family is not None:
                values = family.values[record_id] = dict(zip(wanted, row[-len(wanted) :], strict=True))
                if ACCOUNT_ID in values:
                    moves = [
                        c.new for c in family.changes if c.field == ACCOUNT_ID and c.record_id == record_id
                    ]
                    for account_id in {*moves, values[ACCOUNT_ID]} - {None}:
                        held[str(account_id)].append(family)
    return held


def _of_accounts(cursor: Cursor, ids: str, wanted: dict[str, str]) -> dict[str, dict[str, str | None]]:
    """Account's Id → field that rules read → its value now."""
    if not wanted or ids == "{}":
        return {}
    cursor.execute(
        sql.SQL("SELECT id{fields} FROM sync_account WHERE id = ANY(%s::text[])").format(
            fields=as_text(wanted.values())
        ),
        [ids],
    )
    return {row[0]: dict(zip(wanted, row[1:], strict=True)) for row in cursor.fetchall()}


def seen_of(cursor: Cursor, ids: str, meaning: dict[str, str]) -> Iterator[Change]:
    """What the sync saw change on these records, of the fields that mean something."""
    if not meaning or ids == "{}":
        return
    cursor.execute(
        "SELECT record_id, field, at, actor_id, old_value, new_value, id, since FROM sync_seen"
        " WHERE record_id = ANY(%s::text[]) AND field = ANY(%s)",
        [ids, list(meaning)],
    )
    for record_id, field, at, actor, old, new, row_id, since in cursor.fetchall():
        yield Change(record_id, meaning[field], at, actor, old, new, "Seen", str(row_id), since)
