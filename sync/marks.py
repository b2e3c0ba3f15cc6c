"""Whom a change is about: marks of people, and of accounts, written in the transaction that writes the rows."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.models import CustomField
from sync.salesforce.objects import BY_NAME, OF_THEIR_ACCOUNTS, MirroredObject


def mark_people(cursor: Cursor, spec: MirroredObject, rows: str) -> None:
    """Mark the people whom the rows of a relation are about, and the accounts that the rows are."""
    for query in spec.marks:
        cursor.execute(
            "INSERT INTO sync_mark (record_id) SELECT DISTINCT marked FROM ("
            + query.replace("{rows}", rows)
            + ") AS marks (marked) WHERE marked IS NOT NULL ORDER BY marked"
        )
    if spec.name == "Account":
        cursor.execute(f"INSERT INTO sync_accountmark (account_id) SELECT id FROM {rows} ORDER BY id")
    if spec.name in _ACCOUNTS:
        told, account = _ACCOUNTS[spec.name]
        _mark_who_names_the_account(cursor, sql.SQL(told.replace("{rows}", rows)), account)


_ACCOUNTS = {
    "Account": ("{rows}", "id"),
    "Opportunity": ("{rows}", "account_id"),
    "OpportunityHistory": (OF_THEIR_ACCOUNTS, "account_id"),
}
"""Object → a relation of its rows and the column that is an account."""


def _mark_who_names_the_account(cursor: Cursor, rows: sql.Composable, account: str) -> None:
    """Mark the records that name, in a field of the organisation's own, the accounts of the rows."""
    for field in CustomField.objects.filter(is_account=True):
        cursor.execute(
            sql.SQL(
                "INSERT INTO sync_mark (record_id) SELECT DISTINCT record.id FROM {rows} row"
                " JOIN {table} record ON record.{column} = row.{account} ORDER BY record.id"
            ).format(
                rows=rows,
                table=sql.Identifier(BY_NAME[field.object_name].table),
                column=sql.Identifier(field.column),
                account=sql.Identifier(account),
            )
        )


def mark_everybody_met_before(cursor: Cursor, spec: MirroredObject) -> None:
    """The first users (or roles …) are known now: all people who were read before them follow."""
    if spec.who_is_who:
        cursor.execute(
            "INSERT INTO sync_mark (record_id) SELECT '*'"
            " WHERE EXISTS (SELECT FROM sync_lead) OR EXISTS (SELECT FROM sync_contact)"
        )


def mark_everybody_if_known(
    cursor: Cursor, spec: MirroredObject, columns: Sequence[str], *, new: str, old: str
) -> None:
    """Somebody is of another kind, team or name, or was met after what they did: all people follow.

    `new` and `old` are relations of the rows as they come and as they were, `columns` what the read brought.
    """
    told = [column for column in spec.who_is_who if column in columns]
    if not told:
        return
    relations = {"new": sql.Identifier(new), "old": sql.Identifier(old)}
    sides = {
        f"{side}_values": sql.SQL(", ").join(sql.Identifier(side, column) for column in told)
        for side in ("new", "old")
    }
    met_late = (sql.SQL(query.replace("{rows}", "met")) for query in spec.met_late)
    cursor.execute(
        sql.SQL(
            "WITH met AS (SELECT * FROM {new} new WHERE NOT EXISTS (SELECT FROM {old} old WHERE old.id = new.id))"
            " INSERT INTO sync_mark (record_id) SELECT '*' WHERE EXISTS ("
            "SELECT FROM {new} new JOIN {old} old USING (id)"
            " WHERE ({old_values}) IS DISTINCT FROM ({new_values})) OR EXISTS ({met_late})"
        ).format(**relations, **sides, met_late=sql.SQL(" UNION ALL ").join(met_late))
    )
