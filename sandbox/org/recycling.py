"""The recycle bin: what is deleted softly, what is gone at once, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.org.errors import ApiError
from sandbox.org.schema import SObject, Value
from sandbox.org.tables import quoted

if TYPE_CHECKING:
    from sandbox.org.org import Org

# what goes with its parent: (child object, its look-up)
_CASCADES: dict[str, tuple[tuple[str, str], ...]] = {
    "Lead": (("Task", "WhoId"), ("Event", "WhoId"), ("CampaignMember", "LeadId")),
    "Contact": (
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        ("CampaignMember", "ContactId"),
        ("OpportunityContactRole", "ContactId"),
    ),
    "Opportunity": (("Task", "WhatId"), ("Event", "WhatId"), ("OpportunityContactRole", "OpportunityId")),
    "Account": (
        ("Contact", "AccountId"),
        ("Opportunity", "AccountId"),
        ("Task", "WhatId"),
        ("Event", "WhatId"),
    ),
    "Campaign": (("CampaignMember", "CampaignId"),),
    "Group": (("GroupMember", "GroupId"),),
}


def delete(org: Org, object_name: str, record_id: str, user_id: str, at: str) -> None:
    """Deletes a record and what goes with it."""
    one = org.object(object_name)
    if not one.deletable:
        raise ApiError(
            400, "INSUFFICIENT_ACCESS_OR_READONLY", f"entity type cannot be deleted: {one.label}", []
        )
    row = org.live_row(one.name, record_id)
    for child_name, look_up in _CASCADES.get(one.name, ()):
        child = org.store.object(child_name)
        where = f"{quoted(look_up)} = ?" + (' AND NOT "IsDeleted"' if child.has("IsDeleted") else "")
        for found in list(org.store.rows(child_name, where, (record_id,))):
            delete(org, child_name, str(found["Id"]), user_id, at)
    note_deletion(org, one, str(row["Id"]), at)
    if one.undeletable:
        org.store.update_row(one.name, str(row["Id"]), _stamped(one, user_id, at, is_deleted=True))
    else:
        org.store.connection.execute(f'DELETE FROM {quoted(one.name)} WHERE "Id" = ?', (row["Id"],))


def undelete(org: Org, object_name: str, record_id: str, user_id: str, at: str) -> None:
    """Brings a record back, and the children that were deleted in the same moment."""
    one = org.object(object_name)
    row = org.store.row(one.name, record_id)
    if row is None or not row.get("IsDeleted") or row.get("MasterRecordId"):
        raise ApiError(400, "UNDELETE_FAILED", "entity is not in the recycle bin", [])
    org.store.update_row(one.name, record_id, _stamped(one, user_id, at, is_deleted=False))
    forget_deletion(org, one, record_id)
    for child_name, look_up in _CASCADES.get(one.name, ()):
        child = org.store.object(child_name)
        if not child.undeletable:
            continue
        where = f'{quoted(look_up)} = ? AND "IsDeleted" AND "SystemModstamp" = ?'
        for found in list(org.store.rows(child_name, where, (record_id, row["SystemModstamp"]))):
            if not found.get("MasterRecordId"):
                undelete(org, child_name, str(found["Id"]), user_id, at)


def note_deletion(org: Org, one: SObject, record_id: str, at: str) -> None:
    """Remembers a deletion for getDeleted, which also tells of what skips the recycle bin."""
    org.store.connection.execute(
        "INSERT OR REPLACE INTO _deletion VALUES (?, ?, ?)", (one.name, record_id, at)
    )


def forget_deletion(org: Org, one: SObject, record_id: str) -> None:
    """The record is back: getDeleted tells of it no more."""
    org.store.connection.execute(
        "DELETE FROM _deletion WHERE object = ? AND record_id = ?", (one.name, record_id)
    )


def _stamped(one: SObject, user_id: str, at: str, *, is_deleted: bool) -> dict[str, Value]:
    told: dict[str, Value] = {
        "IsDeleted": is_deleted,
        "LastModifiedDate": at,
        "LastModifiedById": user_id,
        "SystemModstamp": at,
    }
    return {name: value for name, value in told.items() if one.has(name)}
