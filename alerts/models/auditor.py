"""What the auditor found."""

from __future__ import annotations

from django.db import models


class AuditRun(models.Model):
    """One comparison of what should have been with what was. Ids only."""

    at = models.DateTimeField()
    is_behind = models.BooleanField(
        help_text="Salesforce was read too long ago to expect anything that follows from it."
    )
    agrees = models.BooleanField()
    expected = models.JSONField(help_text="How much was looked at, by check.")
    differing = models.JSONField(help_text="How much of it was missing twice in a row, by check.")
    differences = models.JSONField(help_text="Some of them: check, person and what, since when.")
    seen = models.JSONField(
        help_text="Whatever was missing, by key, and since when: told if it still is later."
    )

    class Meta:
        indexes = (
            models.Index("at", name="audit_run_at"),  # the latest
            models.Index(
                "at", name="audit_run_agreed", condition=models.Q(agrees=True)
            ),  # the latest that agreed
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}: {'agrees' if self.agrees else 'differs'}"
