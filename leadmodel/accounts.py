"""Which people are on which accounts, and the marks of accounts about which something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from django.db import connection
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import array
from leadmodel.lifecycle.lead_types import LeadTypes
from sync.fields import column_of

_CONTACTS = (
    "SELECT id, account_id FROM sync_contact WHERE {key} = ANY(%(ids)s::text[]) AND account_id IS NOT NULL"
)
_LEADS = "SELECT id, {account} FROM sync_lead WHERE {key} = ANY(%(ids)s::text[]) AND {account} IS NOT NULL"
_GOES_ON = " AND master_record_id IS NULL"
_IS_A_LEAD = f"{_GOES_ON} AND converted_contact_id IS NULL"
"""What was merged or converted is on its account as the record that goes on, wherever that is now."""


def on_accounts(types: LeadTypes) -> sql.Composable:
    """A query for the records on the accounts of its parameter `ids`, an array, and which they name.

    Contacts, and Leads where a field of theirs names an account. A person is on every account that some record of
    theirs names.
    """
    return _naming(types, contacts="account_id", leads=types.account_field, only=(_GOES_ON, _IS_A_LEAD))


def named_by(types: LeadTypes) -> sql.Composable:
    """A query for which accounts the records of its parameter `ids`, an array, name."""
    return _naming(types, contacts="id", leads="Id")


def _naming(
    types: LeadTypes, *, contacts: str, leads: str | None, only: tuple[str, str] = ("", "")
) -> sql.Composable:
    """The records that name an account, and that; of those whose column is among `ids`.

    `only`: what else must hold of Contacts, and of Leads.
    """
    found = sql.SQL(_CONTACTS + only[0]).format(key=sql.Identifier(contacts))
    account, key = column_of("Lead", types.account_field), column_of("Lead", leads)
    if account is None or key is None:
        return found
    matched = sql.SQL(_LEADS + only[1]).format(account=sql.Identifier(account), key=sql.Identifier(key))
    return sql.SQL("{} UNION ALL {}").format(found, matched)


def records_on(accounts: Collection[str], types: LeadTypes) -> dict[str, set[str]]:
    """Account → the Leads and Contacts that name it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute(on_accounts(types), {"ids": array(accounts)})
        for record_id, account_id in cursor.fetchall():
            found[account_id].add(record_id)
    return found


_MARK_OF_PEOPLE = """
    INSERT INTO sync_accountmark (account_id)
    SELECT DISTINCT account_id FROM (
        {now} UNION ALL
        SELECT record_id, old_value FROM sync_seen
        WHERE record_id = ANY(%(ids)s::text[]) AND field = ANY(%(fields)s) AND old_value IS NOT NULL
    ) AS named (record_id, account_id) ORDER BY 1
"""


def mark_accounts_of(cursor: Cursor, record_ids: Sequence[str], types: LeadTypes) -> None:
    """Mark the accounts that these records name, or were ever seen to name: what is told of them changed."""
    fields = ["AccountId", *([types.account_field] if types.account_field else [])]
    cursor.execute(
        sql.SQL(_MARK_OF_PEOPLE).format(now=named_by(types)), {"ids": array(record_ids), "fields": fields}
    )


def mark_all_accounts(cursor: Cursor, *, are_promised: bool) -> None:
    """Mark every account there is, or only those with a clock where nothing is promised any more."""
    cursor.execute(
        "INSERT INTO sync_accountmark (account_id) SELECT account_id FROM leadmodel_accountclock"
        " UNION SELECT id FROM sync_account WHERE %s AND is_deleted IS NOT TRUE ORDER BY 1",
        [are_promised],
    )


def with_news(accounts: Collection[str], types: LeadTypes) -> set[str]:
    """Those of these accounts of which something was read, or of anybody on them, that is not derived yet."""
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute(
            sql.SQL(
                "SELECT account_id FROM sync_accountmark WHERE account_id = ANY(%(ids)s::text[])"
                " UNION SELECT named.account_id FROM ({}) AS named (record_id, account_id)"
                " JOIN sync_mark mark USING (record_id)"
            ).format(on_accounts(types)),
            {"ids": array(accounts)},
        )
        return {account_id for (account_id,) in cursor.fetchall()}
