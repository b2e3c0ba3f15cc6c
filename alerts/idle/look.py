"""The look at Salesforce before anybody is told of an account: whether it tells more than was read (M20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from alerts.ladder.look import read_entered
from sync.models import Account, Contact
from sync.salesforce.client import Organisation
from sync.salesforce.soql import IDS_A_QUERY, ids_among
from sync.windows import soql_instant
from sync.writeback.calls import CLOCKS_APART, query


def read_news_of_accounts(
    organisation: Organisation, records: Mapping[str, Collection[str]], read_at: datetime
) -> dict[str, str]:
    """Of which accounts Salesforce tells something that is not in the mirror yet, and what.

    Of each (`records`: its people's Ids) whether it is as it was read, has people who were not there, or somebody
    entered something with one of them.
    """
    news = _changed(organisation, records) | _new_people(organisation, records, read_at)
    people = sorted({one for those in records.values() for one in those})
    entered: dict[str, str] = {}
    for start in range(0, len(people), IDS_A_QUERY):
        entered |= read_entered(organisation, people[start : start + IDS_A_QUERY], read_at)
    for account_id, those in records.items():
        if (told := next((entered[one] for one in sorted(those) if one in entered), None)) is not None:
            news[account_id] = told
    return news


def _changed(organisation: Organisation, accounts: Collection[str]) -> dict[str, str]:
    rows = query(organisation, f"SELECT Id, SystemModstamp FROM Account WHERE {ids_among(sorted(accounts))}")
    stamps = {row["Id"]: datetime.fromisoformat(row["SystemModstamp"]) for row in rows}
    read = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "system_modstamp"))
    changed = {}
    for account_id in accounts:
        at, known = stamps.get(account_id), read.get(account_id)
        if at is None:
            changed[account_id] = "the account was deleted"
        elif known is None or at > known:
            changed[account_id] = "the account was changed"
    return changed


def _new_people(organisation: Organisation, accounts: Collection[str], read_at: datetime) -> dict[str, str]:
    since = soql_instant((read_at - CLOCKS_APART).replace(microsecond=0))
    asked = f"{ids_among(sorted(accounts), of='AccountId')} AND CreatedDate >= {since}"
    rows = query(organisation, f"SELECT Id, AccountId FROM Contact WHERE {asked}")
    known = set(Contact.objects.filter(pk__in=[row["Id"] for row in rows]).values_list("pk", flat=True))
    return {row["AccountId"]: "somebody came to the account" for row in rows if row["Id"] not in known}
