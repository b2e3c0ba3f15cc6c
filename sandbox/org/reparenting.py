"""Children that change parents when a person is converted or merged: they keep who last changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.org.tables import quoted

if TYPE_CHECKING:
    from sandbox.org.org import Org


def repoint(org: Org, child_name: str, look_up: str, old_id: str, new_id: str, at: str) -> int:
    """Moves every child, deleted ones too, and stamps SystemModstamp only. Answers how many moved."""
    moved = org.store.connection.execute(
        f'UPDATE {quoted(child_name)} SET {quoted(look_up)} = ?, "SystemModstamp" = ? WHERE {quoted(look_up)} = ?',
        (new_id, at, old_id),
    )
    return moved.rowcount
