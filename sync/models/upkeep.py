"""What keeps the mirror true: differences found and mended, calls used up, and whether reading is paused."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from sync.models.fields import key


class Drift(models.Model):
    """A comparison that found the mirror and the organisation different. Its row says what was done about it."""

    object_name = models.CharField(max_length=40)
    found_at = models.DateTimeField()
    created_from = models.DateTimeField(
        null=True, help_text="Start of the stretch of CreatedDate; empty: from the first record."
    )
    created_to = models.DateTimeField(null=True, help_text="Its end; empty: to now.")
    missing = models.PositiveIntegerField(help_text="Records that Salesforce had and the mirror lacked.")
    extra = models.PositiveIntegerField(help_text="Records in the mirror that were gone from Salesforce.")
    outdated = models.PositiveIntegerField(help_text="Records that had changed in Salesforce unnoticed.")
    mended = models.PositiveIntegerField(help_text="How many of these are as in Salesforce now.")

    class Meta:
        indexes = (models.Index("found_at", name="drift_found"),)  # the health page shows the latest

    def __str__(self) -> str:
        return f"{self.object_name} at {self.found_at:%Y-%m-%d %H:%M}"


class Gone(models.Model):
    """A record of ours that Salesforce has no more, not even in its recycle bin. Its row stays as deleted (M2, K7)."""

    record_id = key()
    at = models.DateTimeField(
        help_text="When it was deleted, as Salesforce tells; else when it was found to be gone."
    )
    is_told = models.BooleanField(
        help_text="Salesforce tells of the deletion; else it is not found, which may be a matter of who may see it."
    )

    def __str__(self) -> str:
        return f"{self.record_id} at {self.at:%Y-%m-%d %H:%M}"


class CallUsage(models.Model):
    """How many of the organisation's API calls of the last 24 hours are used up, by all its clients. One row."""

    used = models.PositiveIntegerField()
    allowed = models.PositiveIntegerField()
    told_at = models.DateTimeField(help_text="When Salesforce last told.")
    refused_at = models.DateTimeField(null=True, help_text="When Salesforce last refused a call as too many.")

    def __str__(self) -> str:
        return f"{self.used} of {self.allowed}"


class ReadingPause(models.Model):
    """Reading is paused while the row is there. One row at most."""

    since = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"paused since {self.since:%Y-%m-%d %H:%M}"
