"""Since when Salesforce has a row no more, as SQL: its row here outlives it (M2, K7)."""

from __future__ import annotations


def gone_at(row: str) -> str:
    """When the row of this alias was deleted, NULL while it is there: what is in the recycle bin, at its last stamp."""
    return (
        f"CASE WHEN {row}.is_deleted THEN COALESCE("
        f"(SELECT gone.at FROM sync_gone gone WHERE gone.record_id = {row}.id), {row}.system_modstamp) END"
    )


def still_tells(relation: str, activity: str) -> str:
    """Whether a relation's row says that its activity was with this person, both by their aliases (K10).

    One that was taken away from an activity and a person who both stayed was a mistake that somebody mended; one that
    went with either of them says what it always said (K7). Salesforce deletes both in one moment; what is only found
    to be gone, by a comparison, may have been so for a day.
    """
    of_who = f"WHERE who.id = {relation}.relation_id AND who.is_deleted"
    went = (
        f"SELECT who.id, {gone_at('who')} AS at FROM sync_lead who {of_who}"
        f" UNION ALL SELECT who.id, {gone_at('who')} FROM sync_contact who {of_who}"
        f" UNION ALL SELECT {activity}.id, {gone_at(activity)} WHERE {activity}.is_deleted"
    )
    is_found = "EXISTS (SELECT FROM sync_gone gone WHERE gone.record_id = went.id AND NOT gone.is_told)"
    return (
        f"({relation}.is_deleted IS NOT TRUE OR EXISTS (SELECT FROM ({went}) went WHERE went.at"
        f" <= {gone_at(relation)} + CASE WHEN {is_found} THEN interval '1 day' ELSE interval '1 minute' END))"
    )
