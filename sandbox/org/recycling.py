"""The recycle bin: what is deleted softly, what is gone at once, and what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.org.errors import ApiError, no_such_record
from sandbox.org.schema import SObject, Value
from sandbox.org.store import Row
from sandbox.org.tables import quoted

if TYPE_CHECKING:
    from sandbox.org.org import Org

_RELATIONS = (("TaskRelation", "RelationId"), ("EventRelation", "RelationId"))
# what goes with its parent: (child object, its look-up)
_CASCADES: dict[str, tuple[tuple[str, str], ...]] = {
    "Lead": (("Task", "WhoId"), ("Event", "WhoId"), *_RELATIONS, ("CampaignMember", "LeadId")),
    "Contact": (
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        *_RELATIONS,
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
    "Task": (("TaskRelation", "TaskId"),),
    "Event": (("EventRelation", "EventId"),),
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
        org.store.remove_rows(one.name, '"Id" = ?', (row["Id"],))


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


def hard_delete(org: Org, object_name: str, record_id: str, user_id: str, at: str) -> None:
    """Deletes a record, which may be in the recycle bin already, and what goes with it, for good."""
    one = org.object(object_name)
    row = org.store.row(one.name, record_id)
    if row is not None and not row.get("IsDeleted"):
        delete(org, one.name, record_id, user_id, at)
        row = org.store.row(one.name, record_id) or {}
    elif row is None:
        raise no_such_record()
    if row:
        _purge(org, one, row)


def empty_bin(org: Org, until: str) -> dict[str, int]:
    """Deletes for good what was deleted at or before an instant; how many of each object."""
    emptied: dict[str, int] = {}
    for one in org.store.schema.objects.values():
        if not one.undeletable or not one.has("IsDeleted"):
            continue
        where = '"IsDeleted" AND "Id" NOT IN (SELECT record_id FROM _deletion WHERE object = ? AND deleted_at > ?)'
        found = list(org.store.rows(one.name, where, (one.name, until)))
        for row in found:
            _remove(org, one, str(row["Id"]))
        if found:
            emptied[one.name] = len(found)
    return emptied


def _purge(org: Org, one: SObject, row: Row) -> None:
    """Out of the recycle bin, with the children that went there in the same moment."""
    for child_name, look_up in _CASCADES.get(one.name, ()):
        child = org.store.object(child_name)
        if child.undeletable:
            where = f'{quoted(look_up)} = ? AND "IsDeleted" AND "SystemModstamp" = ?'
            for found in list(org.store.rows(child_name, where, (row["Id"], row["SystemModstamp"]))):
                _purge(org, child, found)
    _remove(org, one, str(row["Id"]))


def _remove(org: Org, one: SObject, record_id: str) -> None:
    """The row itself, and what its history told."""
    for kept in org.store.schema.objects.values():
        if kept.history_of == one.name:
            org.store.remove_rows(kept.name, f"{quoted(f'{one.name}Id')} = ?", (record_id,))
    org.store.remove_rows(one.name, '"Id" = ?', (record_id,))


def note_deletion(org: Org, one: SObject, record_id: str, at: str) -> None:
    """Remembers a deletion for getDeleted, which also tells of what skips the recycle bin, but of no history."""
    if one.history_of is not None:
        return
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
