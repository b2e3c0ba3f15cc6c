"""How far the mirror is, to read."""

from __future__ import annotations

from django.contrib import admin

from base.admin_site import ReadOnlyAdmin
from sync.models import ObjectState


@admin.register(ObjectState)
class ObjectStateAdmin(ReadOnlyAdmin):
    """One line per Salesforce object: read to when, and what failed."""

    list_display = ("name", "state", "read_at", "cursor", "row_count", "error")
    list_filter = ("state",)
    ordering = ("name",)
