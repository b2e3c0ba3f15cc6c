"""Custom fields that somebody wants mirrored: asked for by API name, given a column, filled by the next read."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection, transaction
from psycopg2 import sql

from sync.models import CustomField, ObjectState
from sync.salesforce.objects import BY_NAME

API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,75}")


class UnknownField(Exception):
    """No field can have this name. The text says what to write."""


def want(fields: Iterable[tuple[str, str]], *, accounts: Iterable[tuple[str, str]] = ()) -> None:
    """Mirror these (object, API name) pairs from the next read on; standard ones that are mirrored anyway are fine.

    `accounts` are those that name a record's account: what happens to an account marks the record from then on.
    A new column is filled by one read of its field alone. Columns are never dropped: what was read is kept.
    """
    with transaction.atomic():
        ties = set(accounts)
        for object_name, api_name in sorted({*fields, *ties}):
            spec = BY_NAME[object_name]
            if api_name in spec.columns:
                continue
            if not API_NAME.fullmatch(api_name):
                raise UnknownField(
                    f"“{api_name}” is no field of {object_name}; write an API name like Nurture_Reason__c."
                )
            _, is_new = CustomField.objects.get_or_create(object_name=object_name, api_name=api_name)
            if is_new:
                _ask_for(object_name, api_name)
        for object_name, api_name in ties:
            CustomField.objects.filter(object_name=object_name, api_name=api_name).update(is_account=True)
    ensure_columns()


def _ask_for(object_name: str, api_name: str) -> None:
    """Let the next read describe the object anew and fill the field for the rows that are there."""
    state = ObjectState.objects.select_for_update().filter(name=object_name).first()
    if state is not None:
        ObjectState.objects.filter(pk=object_name).update(
            backfill=sorted({*state.backfill, api_name}), described_at=None, due_at=None
        )


def ensure_columns() -> None:
    """Give every wanted field its column."""
    with connection.cursor() as cursor:
        for field in CustomField.objects.all():
            table = BY_NAME[field.object_name].table
            cursor.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
                " AND column_name = %s",
                [table, field.column],
            )
            if cursor.fetchone() is None:
                cursor.execute(
                    sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {} text").format(
                        sql.Identifier(table), sql.Identifier(field.column)
                    )
                )
            if field.is_account:
                cursor.execute(
                    sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} ({})").format(
                        sql.Identifier(f"{field.object_name}_account_{field.column}"[:63].lower()),
                        sql.Identifier(table),
                        sql.Identifier(field.column),
                    )
                )


def column_of(object_name: str, api_name: str | None) -> str | None:
    """The mirror's column of a field by API name; None where it is not mirrored."""
    if api_name is None:
        return None
    standard = BY_NAME[object_name].columns.get(api_name)
    if standard is not None:
        return standard
    field = CustomField.objects.filter(object_name=object_name, api_name=api_name).first()
    return field.column if field else None
