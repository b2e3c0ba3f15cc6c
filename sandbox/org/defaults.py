"""What the organisation itself fills in: defaults of new records, and fields that follow from others."""

from __future__ import annotations

from datetime import timedelta

from sandbox.org.instants import from_text, to_text
from sandbox.org.schema import SObject, Value
from sandbox.org.stages import consequences
from sandbox.org.store import Row, Store

SETTING = "defaults"
"""The organisation's own defaults: `Object.Field` → value, e.g. `Lead.Status`."""

CLOSED_TASK_STATUSES = frozenset({"completed"})

_FIXED: dict[str, dict[str, Value]] = {
    "Task": {"Status": "Not Started", "Priority": "Normal", "TaskSubtype": "Task"},
    "Event": {"EventSubtype": "Event", "ShowAs": "Busy", "DurationInMinutes": 60},
    "CampaignMember": {"Status": "Sent"},
    "User": {
        "UserType": "Standard",
        "IsActive": True,
        "TimeZoneSidKey": "UTC",
        "LocaleSidKey": "en_US",
        "LanguageLocaleKey": "en_US",
    },
}


def with_defaults(store: Store, one: SObject, values: Row, *, user_id: str) -> dict[str, Value]:
    """The values of a new record with what the client left out."""
    filled: dict[str, Value] = {}
    own: dict[str, Value] = store.setting(SETTING, {})
    for field in one.fields:
        if f"{one.name}.{field.name}" in own:
            filled[field.name] = own[f"{one.name}.{field.name}"]
        elif field.name in _FIXED.get(one.name, {}):
            filled[field.name] = _FIXED[one.name][field.name]
        elif field.name == "OwnerId" and field.createable:
            filled[field.name] = user_id
        elif field.type == "boolean":
            filled[field.name] = False
        elif field.name in ("Status", "Type") and field.defaulted_on_create and field.values:
            filled[field.name] = field.values[0]
    return {**filled, **values}


def followed(store: Store, one: SObject, values: Row, current: Row, *, now: str) -> dict[str, Value]:
    """The fields that follow from the ones written. `current` is the record before; empty for a new one."""
    merged = {**current, **values}
    if one.name == "Task":
        return _task(store, merged, current, now)
    if one.name == "Event":
        return _event(store, merged)
    if one.name == "Opportunity":
        return consequences(store, values, current)
    return _of_people(one, merged, now)


def _of_people(one: SObject, merged: Row, now: str) -> dict[str, Value]:
    """What follows on people, and on what ties them to others."""
    if one.name in ("TaskRelation", "EventRelation"):
        return {"IsWhat": not str(merged.get("RelationId") or "").startswith(("003", "00Q"))}
    if one.name == "CampaignMember":
        responded = str(merged.get("Status", "")).lower() == "responded"
        first = merged.get("FirstRespondedDate") or (now[:10] if responded else None)
        return {"HasResponded": responded, "FirstRespondedDate": first}
    if one.has("LastName"):
        return {
            "Name": " ".join(str(part) for part in (merged.get("FirstName"), merged.get("LastName")) if part)
        }
    return {}


def _task(store: Store, merged: Row, current: Row, now: str) -> dict[str, Value]:
    closed = str(merged.get("Status", "")).lower() in CLOSED_TASK_STATUSES
    completed: Value = merged.get("CompletedDateTime")
    if closed and not current.get("IsClosed"):
        completed = now
    elif not closed:
        completed = None
    return {
        "IsClosed": closed,
        "CompletedDateTime": completed,
        "IsHighPriority": str(merged.get("Priority", "")).lower() == "high",
        "AccountId": _account_of(store, merged),
    }


def _event(store: Store, merged: Row) -> dict[str, Value]:
    told: dict[str, Value] = {"AccountId": _account_of(store, merged)}
    start = merged.get("StartDateTime") or merged.get("ActivityDateTime")
    if isinstance(start, str):
        minutes = merged.get("DurationInMinutes")
        end = from_text(start) + timedelta(minutes=minutes if isinstance(minutes, int) else 60)
        told |= {
            "StartDateTime": start,
            "ActivityDateTime": start,
            "ActivityDate": start[:10],
            "EndDateTime": to_text(end),
            "EndDate": to_text(end)[:10],
        }
    return told


def _account_of(store: Store, activity: Row) -> Value:
    """The account an activity counts for: the one it is about, else the deal's, else the contact's."""
    what, who = activity.get("WhatId"), activity.get("WhoId")
    if isinstance(what, str) and what.startswith("001"):
        return what
    if isinstance(what, str) and what.startswith("006"):
        deal = store.row("Opportunity", what)
        return deal["AccountId"] if deal else None
    if isinstance(who, str) and who.startswith("003"):
        contact = store.row("Contact", who)
        return contact["AccountId"] if contact else None
    return None
