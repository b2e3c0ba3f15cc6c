"""Columns of the mirror. The first argument of each is the field's API name in Salesforce: that is the mapping.

Everything may be NULL: a field an organisation hides or lacks is not there, and a mirror refuses no row.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import models


def key(api_name: str = "Id") -> models.CharField[str, str]:
    """The record's own 18-character Id."""
    return models.CharField(api_name, max_length=18, primary_key=True, db_collation="C")


def ref(api_name: str) -> models.CharField[str | None, str | None]:
    """The Id of another record; no foreign key, since records arrive in any order."""
    return models.CharField(api_name, max_length=18, null=True, db_collation="C")


def text(api_name: str) -> models.TextField[str | None, str | None]:
    """Text of any length, as Salesforce has it."""
    return models.TextField(api_name, null=True)


def flag(api_name: str) -> models.BooleanField[bool | None, bool | None]:
    """A checkbox."""
    return models.BooleanField(api_name, null=True)


def instant(api_name: str) -> models.DateTimeField[datetime | None, datetime | None]:
    """An instant, to the millisecond."""
    return models.DateTimeField(api_name, null=True)


def day(api_name: str) -> models.DateField[date | None, date | None]:
    """A date without a time."""
    return models.DateField(api_name, null=True)


def number(api_name: str) -> models.DecimalField[Decimal | None, Decimal | None]:
    """A number or an amount of money."""
    return models.DecimalField(api_name, max_digits=24, decimal_places=6, null=True)


class Mirrored(models.Model):
    """A row as Salesforce has it; nothing else ever writes it."""

    id = key()
    is_deleted = flag("IsDeleted")
    created_at = instant("CreatedDate")
    created_by_id = ref("CreatedById")
    system_modstamp = instant("SystemModstamp")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class HistoryRow(models.Model):
    """One tracked field of one record changed. Has no SystemModstamp: rows never change."""

    id = key()
    is_deleted = flag("IsDeleted")
    created_by_id = ref("CreatedById")
    created_at = instant("CreatedDate")
    field = text("Field")
    data_type = text("DataType")
    old_value = text("OldValue")
    new_value = text("NewValue")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)
