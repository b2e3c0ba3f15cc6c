"""The latest check-up of the organisation."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CheckUp(models.Model):
    """Asked for by operations, made by a worker. The database is the queue: what has no `done_at` is to be made."""

    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    done_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True, help_text="Why it could not be made; empty when it was.")
    findings = models.JSONField(default=list, help_text="Each lack: weight, what, costs, grant.")
    objects_seen = models.JSONField(default=list, help_text="[name, readable, rows] of each object.")
    rows = models.BigIntegerField(default=0, help_text="Rows of the first read, about.")
    calls = models.BigIntegerField(default=0, help_text="Its API calls, about.")
    seconds = models.FloatField(default=0, help_text="What it usually takes.")
    calls_left = models.BigIntegerField(null=True, help_text="API calls left in the 24 hours.")
    calls_allowed = models.BigIntegerField(null=True)

    def __str__(self) -> str:
        return f"check-up of {self.asked_at:%Y-%m-%d %H:%M}"
