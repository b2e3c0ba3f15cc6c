"""Lead conversion: a lead becomes a contact of an account, and perhaps an opportunity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.org import history
from sandbox.org.errors import ApiError
from sandbox.org.instants import to_second_text
from sandbox.org.reparenting import repoint
from sandbox.org.schema import Value
from sandbox.org.store import Row

if TYPE_CHECKING:
    from sandbox.org.org import Org

_PERSON_FIELDS = (
    "FirstName", "LastName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "Fax", "LeadSource",
    "Description", "HasOptedOutOfEmail", "DoNotCall",
)  # fmt: skip
_COMPANY_FIELDS = ("Phone", "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "Rating")
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country")
_CLOSE_IN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Converted:
    """The records a lead became."""

    lead_id: str
    account_id: str
    contact_id: str
    opportunity_id: str | None


def convert(
    org: Org,
    lead_id: str,
    *,
    user_id: str,
    now: datetime,
    status: str | None,
    account_id: str | None,
    contact_id: str | None,
    opportunity: Mapping[str, object] | None,
) -> Converted:
    """What Org.convert promises. Call inside a transaction."""
    at = to_second_text(now)
    lead = org.live_row("Lead", lead_id)
    lead_id = str(lead["Id"])
    if lead["IsConverted"]:
        raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
    owner_id = str(lead["OwnerId"])
    if not owner_id.startswith("005"):
        # a queue can own a lead but neither a contact nor an account
        owner_id = user_id
    if account_id is None:
        account_id = org.create("Account", _account(lead, owner_id), user_id, now)
    if contact_id is None:
        contact_id = org.create("Contact", _contact(org, lead, account_id, owner_id), user_id, now)
    opportunity_id = None
    if opportunity is not None:
        values = {**_opportunity(lead, account_id, owner_id, now), **opportunity}
        opportunity_id = org.create("Opportunity", values, user_id, now)
        role = {"OpportunityId": opportunity_id, "ContactId": contact_id, "IsPrimary": True}
        org.create("OpportunityContactRole", role, user_id, now)
    written: dict[str, Value] = {
        "IsConverted": True,
        "ConvertedDate": at[:10],
        "ConvertedAccountId": account_id,
        "ConvertedContactId": contact_id,
        "ConvertedOpportunityId": opportunity_id,
        "Status": status or lead["Status"],
    }
    one = org.store.object("Lead")
    history.record_event(org.store, one, lead_id, "leadConverted", user_id=user_id, at=at)
    org.write(one, lead, written, user_id=user_id, at=at)
    for activity in ("Task", "Event"):
        repoint(org, activity, "WhoId", lead_id, contact_id, at)
        repoint(org, f"{activity}Relation", "RelationId", lead_id, contact_id, at)
    _join_campaigns(org, lead_id, contact_id, at)
    return Converted(lead_id, account_id, contact_id, opportunity_id)


def _account(lead: Row, owner_id: str) -> dict[str, Value]:
    values: dict[str, Value] = {name: lead[name] for name in _COMPANY_FIELDS}
    values |= {f"Billing{part}": lead[part] for part in _ADDRESS}
    return _filled({**values, "Name": lead["Company"] or lead["Name"], "OwnerId": owner_id})


def _contact(org: Org, lead: Row, account_id: str, owner_id: str) -> dict[str, Value]:
    contact = org.store.object("Contact")
    values: dict[str, Value] = {name: lead[name] for name in _PERSON_FIELDS if contact.has(name)}
    values |= {f"Mailing{part}": lead[part] for part in _ADDRESS}
    # custom fields of one name on both objects are taken as mapped, as administrators do
    values |= {name: value for name, value in lead.items() if name.endswith("__c") and contact.has(name)}
    for flag in contact.fields:
        if flag.type == "boolean" and values.get(flag.name) is not None:
            values[flag.name] = bool(values[flag.name])
    return _filled({**values, "AccountId": account_id, "OwnerId": owner_id})


def _opportunity(lead: Row, account_id: str, owner_id: str, now: datetime) -> dict[str, Value]:
    return {
        "Name": f"{lead['Company'] or lead['Name']}-",
        "AccountId": account_id,
        "OwnerId": owner_id,
        "StageName": "Prospecting",
        "CloseDate": (now + _CLOSE_IN).date().isoformat(),
        "LeadSource": lead["LeadSource"],
    }


def _filled(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in values.items() if value is not None}


def _join_campaigns(org: Org, lead_id: str, contact_id: str, at: str) -> None:
    """A member keeps its lead and gains the contact."""
    org.store.connection.execute(
        'UPDATE "CampaignMember" SET "ContactId" = ?, "SystemModstamp" = ? WHERE "LeadId" = ?',
        (contact_id, at, lead_id),
    )
