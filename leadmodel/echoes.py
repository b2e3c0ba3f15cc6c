"""Whose doing a change was that this app wrote: Salesforce tells it as the integration user's (K2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from sync.writeback.plan import Value, plain

WITHIN = timedelta(minutes=1)
"""A change told this close to our write of the same value is that write."""


@dataclass
class Echoes:
    """What we wrote of some records.

    (record Id, field as history names it, new value as `plain` writes it, by whom Salesforce tells it) → when, in whose
    name.
    """

    written: dict[tuple[str, str, Value, str | None], list[tuple[datetime, str]]] = field(
        default_factory=dict
    )

    def actor(
        self, record_id: str, field: str, value: str | None, at: datetime, told: str | None
    ) -> str | None:
        """Who made a change that Salesforce tells as `told`'s: whoever decided it in this app, if it was ours."""
        name = "Owner" if field == "OwnerId" else field
        for written_at, decided_by in self.written.get((record_id, name, plain(value), told), ()):
            if abs(written_at - at) <= WITHIN:
                return decided_by
        return told


def read_echoes(cursor: Cursor, batch: str) -> Echoes:
    """The echoes of a batch of records; `batch` is PostgreSQL's literal of their Ids."""
    cursor.execute(
        "SELECT record_id, field, new_value, told_by, at, actor_id FROM sync_echo WHERE record_id = ANY(%s::text[])",
        [batch],
    )
    echoes = Echoes()
    for record_id, name, value, told, at, actor in cursor.fetchall():
        echoes.written.setdefault((record_id, name, plain(value), told), []).append((at, actor))
    return echoes
