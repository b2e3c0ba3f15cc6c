"""Merges: one or two records are folded into a winner of the same object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sandbox.org import history
from sandbox.org.defaults import followed
from sandbox.org.errors import ApiError
from sandbox.org.instants import to_second_text
from sandbox.org.recycling import note_deletion
from sandbox.org.reparenting import repoint
from sandbox.org.validation import checked_values

if TYPE_CHECKING:
    from sandbox.org.org import Org

_MOST_LOSERS = 2

# what moves to the winner: (child object, its look-up)
_CHILDREN: dict[str, tuple[tuple[str, str], ...]] = {
    "Lead": (("Task", "WhoId"), ("Event", "WhoId")),
    "Contact": (("Task", "WhoId"), ("Event", "WhoId"), ("Lead", "ConvertedContactId")),
    "Account": (
        ("Contact", "AccountId"),
        ("Opportunity", "AccountId"),
        ("Task", "WhatId"),
        ("Event", "WhatId"),
        ("Lead", "ConvertedAccountId"),
    ),
}
_RELATIONS = (("TaskRelation", "RelationId", "TaskId"), ("EventRelation", "RelationId", "EventId"))
# what moves unless the winner is there already: (child object, its look-up, the other side)
_MEMBERSHIPS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Lead": (*_RELATIONS, ("CampaignMember", "LeadId", "CampaignId")),
    "Contact": (
        *_RELATIONS,
        ("CampaignMember", "ContactId", "CampaignId"),
        ("OpportunityContactRole", "ContactId", "OpportunityId"),
    ),
}


def merge(
    org: Org,
    winner_id: str,
    loser_ids: Sequence[str],
    *,
    user_id: str,
    now: datetime,
    values: Mapping[str, object],
) -> None:
    """What Org.merge promises. Call inside a transaction."""
    one = org.store.schema.by_prefix(winner_id[:3])
    if one is None or not one.mergeable:
        raise ApiError(400, "INVALID_OPERATION", "only leads, contacts and accounts can be merged", [])
    if not 1 <= len(set(loser_ids) - {winner_id}) <= _MOST_LOSERS or winner_id in loser_ids:
        raise ApiError(400, "INVALID_OPERATION", "merge takes a master and one or two other records", [])
    at = to_second_text(now)
    winner = org.live_row(one.name, winner_id)
    for loser_id in loser_ids:
        if not loser_id.startswith(one.key_prefix):
            raise ApiError(400, "INVALID_OPERATION", "records to merge must be of one object", [])
        loser = org.live_row(one.name, loser_id)
        if loser.get("IsConverted"):
            raise ApiError(400, "CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", [])
        for child, look_up in _CHILDREN[one.name]:
            repoint(org, child, look_up, loser_id, winner_id, at)
        for child, look_up, other_side in _MEMBERSHIPS.get(one.name, ()):
            _move_memberships(org, child, look_up, other_side, loser_id, winner_id, at)
        org.store.update_row(
            one.name,
            loser_id,
            {
                "IsDeleted": True,
                "MasterRecordId": winner_id,
                "LastModifiedDate": at,
                "LastModifiedById": user_id,
                "SystemModstamp": at,
            },
        )
        note_deletion(org, one, loser_id, at)
        if one.name == "Lead":
            history.record_event(org.store, one, winner_id, "leadMerged", user_id=user_id, at=at)
    written = checked_values(org.store, one, values, creating=False)
    if written:
        written |= followed(org.store, one, written, winner, now=at)
    org.write(one, winner, written, user_id=user_id, at=at)


def _move_memberships(
    org: Org, child_name: str, look_up: str, other_side: str, loser_id: str, winner_id: str, at: str
) -> None:
    taken = {row[other_side] for row in org.store.rows(child_name, f'"{look_up}" = ?', (winner_id,))}
    for row in list(org.store.rows(child_name, f'"{look_up}" = ?', (loser_id,))):
        if row[other_side] in taken:
            child = org.store.object(child_name)
            note_deletion(org, child, str(row["Id"]), at)
            org.store.connection.execute(f'DELETE FROM "{child_name}" WHERE "Id" = ?', (row["Id"],))
        else:
            org.store.update_row(child_name, str(row["Id"]), {look_up: winner_id, "SystemModstamp": at})
