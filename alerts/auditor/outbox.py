"""What was decided and should be done by now: whoever delivers puts off what it cannot do, so nothing stays due."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from alerts.auditor.differing import MOST_LOOKED_AT, Check, Checked, Difference, Look

_LONG = timedelta(minutes=10)
_OVERDUE = """
    WITH waiting AS (
        SELECT id, kind, subject, GREATEST(due_at, lease_until) AS due_at FROM base_effect
        WHERE state IN ('ready', 'leased') AND due_at <= %(now)s
          AND (kind NOT LIKE 'salesforce.%%' OR %(writes)s)
    )
    SELECT counted.number, missing.id, missing.kind, missing.subject, missing.due_at
    FROM (SELECT count(*) AS number FROM waiting) counted
    LEFT JOIN (
        SELECT * FROM waiting one
        WHERE one.due_at < %(long)s AND NOT EXISTS (
            SELECT FROM base_effect earlier
            WHERE earlier.subject = one.subject AND one.subject <> '' AND earlier.id < one.id
              AND earlier.state IN ('ready', 'leased')
        )
        ORDER BY one.due_at, one.id LIMIT %(limit)s
    ) missing ON true
"""
"""Those behind another of the same record wait for it, and are not told beside it."""


def check_outbox(look: Look) -> Checked:
    """Nothing is due for long. Writes are not expected of a Salesforce out of reach."""
    with connection.cursor() as cursor:
        asked: dict[str, datetime | bool | int] = {
            "now": look.now, "long": look.now - _LONG, "writes": look.at is not None, "limit": MOST_LOOKED_AT,
        }  # fmt: skip
        cursor.execute(_OVERDUE, asked)
        rows = cursor.fetchall()
    differing = [
        Difference(
            Check.OUTBOX,
            f"outbox/{number}/{due_at:%Y%m%dT%H%M%S}",
            subject if kind.startswith("salesforce.") else "",
            f"{kind} (number {number}) is due since {due_at:%Y-%m-%d %H:%M} UTC, and nobody does it.",
        )
        for _, number, kind, subject, due_at in rows
        if number is not None
    ]
    return Checked(rows[0][0], differing)
