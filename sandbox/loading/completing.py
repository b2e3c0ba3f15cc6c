"""What every record has in Salesforce and a file may leave out."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from sandbox.org.defaults import CLOSED_TASK_STATUSES
from sandbox.org.stages import stage_of
from sandbox.org.store import Store
from sandbox.org.tables import quoted

_STAMPS = ("SystemModstamp", "LastModifiedDate", "CreatedDate")


def complete(store: Store, name: str, columns: AbstractSet[str]) -> None:
    """Fills stamps, a person's full name, and whether a task or deal is closed.

    `columns` are the file's in lower case: what it tells is never overwritten.
    """
    one = store.object(name)
    stamps = [stamp for stamp in _STAMPS if one.has(stamp)]
    if len(stamps) > 1:
        known = ", ".join(map(quoted, stamps))
        for stamp in stamps:
            store.connection.execute(
                f"UPDATE {quoted(name)} SET {quoted(stamp)} = coalesce({known}) WHERE {quoted(stamp)} IS NULL"
            )
    if one.has("LastName"):
        store.connection.execute(
            f"""UPDATE {quoted(name)} SET "Name" = coalesce("FirstName" || ' ', '') || coalesce("LastName", '')
            WHERE "Name" IS NULL"""
        )
    if name == "Task" and "isclosed" not in columns:
        marks = ", ".join("?" * len(CLOSED_TASK_STATUSES))
        store.connection.execute(
            f'UPDATE "Task" SET "IsClosed" = coalesce("Status" IN ({marks}), 0)', tuple(CLOSED_TASK_STATUSES)
        )
    if name == "Opportunity" and "isclosed" not in columns:
        for (stage_name,) in store.connection.execute(
            'SELECT DISTINCT "StageName" FROM "Opportunity"'
        ).fetchall():
            stage = stage_of(store, str(stage_name))
            store.connection.execute(
                'UPDATE "Opportunity" SET "IsClosed" = ?, "IsWon" = ? WHERE "StageName" = ?',
                (stage.is_closed, stage.is_won, stage_name),
            )
