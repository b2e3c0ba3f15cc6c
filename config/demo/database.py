"""The demo's database: whose data is in it, and starting afresh for another organisation.

The note of it is the comment on the schema, so it lives and dies with the data it is about.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from django.db import connection, transaction

from config.demo.errors import DemoError

MARK = "leadmodel demo "


@dataclass(frozen=True)
class Note:
    """What a demo noted about its database."""

    organisation: str
    """Fingerprint of the organisation whose data it holds."""
    pulled: bool = False
    """Whether the first full pull has ended."""
    model: str = ""
    """Digest of the model file that is in force; empty for the shipped settings."""
    hurry: float = 0
    """How many times shorter promises were made; 0 where they are as they were."""
    calm: str = ""
    """The settings as they were before that."""


def read_note() -> Note | None:
    """What an earlier demo noted in this database; None if no demo wrote here."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description('public'::regnamespace, 'pg_namespace')")
        (comment,) = cursor.fetchone()
    if not comment or not comment.startswith(MARK):
        return None
    return Note(**json.loads(comment.removeprefix(MARK)))


def write_note(note: Note) -> None:
    """Note it in place of what was noted before."""
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON SCHEMA public IS %s", [MARK + json.dumps(asdict(note))])


def start_afresh(note: Note) -> None:
    """Drop everything and note what is to come. Call only on a demo's database or an empty one."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        write_note(note)


def refuse_other_data() -> None:
    """Raise DemoError if the database holds something that no demo put there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.base_user') IS NOT NULL")
        (has_users,) = cursor.fetchone()
        if has_users:
            cursor.execute("SELECT EXISTS (SELECT FROM base_user)")
            (has_users,) = cursor.fetchone()
        cursor.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL (%s)", [_ours()]
        )
        (others,) = cursor.fetchone()
    if has_users or others:
        message = (
            "The database holds data that is no demo's, and a demo would replace it: give the demo an empty "
            "database, or (private servers only) throw everything away with `make demo-reset`."
        )
        raise DemoError(message)


def _ours() -> list[str]:
    return [*connection.introspection.django_table_names(), "django_migrations"]
