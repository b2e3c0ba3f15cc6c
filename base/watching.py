"""Triggers that write the audit log, for migrations: whatever changes a watched table leaves an entry.

They run once a statement, however many rows it changes, and in its transaction: by whichever door somebody comes,
also that of raw SQL, there is no act without its entry and no entry without its act.
"""

from __future__ import annotations

from typing import Literal

from django.db.migrations.operations.special import RunSQL

COLUMNS = "at, actor, automation, what, became, person, user_id, cause, number"
"""What a watched table's SELECT tells of each changed row, in this order; `actor` is NULL where automation acted."""
ACTOR = "audit_actor()"
"""The user whose request this is; NULL in a worker."""
_Operation = Literal["insert", "update", "delete"]
_ROWS = {
    "insert": "REFERENCING NEW TABLE AS new_rows",
    "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "delete": "REFERENCING OLD TABLE AS old_rows",
}


def watch(table: str, operation: _Operation, select: str) -> RunSQL:
    """Note what this operation does to a table: `select` makes COLUMNS of `new_rows` and `old_rows`."""
    name = f"audit_{table}_{operation}"
    return RunSQL(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $audit$ BEGIN
            INSERT INTO base_auditentry
                (at, actor_id, automation, what, became, person_id, user_id, cause, ledger, number)
            SELECT at, actor, CASE WHEN actor IS NULL THEN automation ELSE '' END, left(what, 40), became,
                   person, user_id, left(cause, 200), '{table}', number
            FROM ({select}) AS told ({COLUMNS}) ORDER BY number;
            RETURN NULL;
        END $audit$;
        CREATE TRIGGER {name} AFTER {operation.upper()} ON {table} {_ROWS[operation]}
            FOR EACH STATEMENT EXECUTE FUNCTION {name}();
        """,
        f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
    )
