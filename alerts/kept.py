"""What keeps automation from somebody, as conditions of SQL: the same for every scan.

Each is of the table or row called `row`, which names a person by `person_id`.
"""

from __future__ import annotations


def excepted(row: str) -> str:
    """Whether an exception is in force (M16). Asks for `now`."""
    return f"""
        EXISTS (
            SELECT FROM leadmodel_personrecord record JOIN leadmodel_exclusion exclusion USING (record_id)
            WHERE record.person_id = {row}.person_id AND exclusion.starts_at <= %(now)s
              AND exclusion.expires_at > %(now)s AND exclusion.ended_at IS NULL
        )
    """


def has_news(row: str) -> str:
    """Whether something was read of the person that is not derived yet."""
    return f"""
        EXISTS (
            SELECT FROM leadmodel_personrecord record JOIN sync_mark mark USING (record_id)
            WHERE record.person_id = {row}.person_id
        )
    """
