"""What reading did: a row for each thing done for an object, kept for some weeks."""

from __future__ import annotations

from django.db import models


class Run(models.Model):
    """One step of an object's turn. Written in the transaction that keeps what it read; on its own where it failed."""

    class Kind(models.TextChoices):
        """What was done."""

        FIRST = "first", "First read"
        WHOLE = "whole", "Everything again"
        CHANGES = "changes", "Changes"
        FIELDS = "fields", "Fields filled in"
        DELETIONS = "deletions", "Deletions"
        COMPARISON = "comparison", "Comparison"
        REPAIR = "repair", "Repair"

    class Outcome(models.TextChoices):
        """How it ended."""

        DONE = "done", "Done"
        STOPPED = "stopped", "Stopped"
        FAILED = "failed", "Failed"

    object_name = models.CharField(max_length=40)
    kind = models.CharField(max_length=12, choices=Kind)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.DONE)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    rows_read = models.PositiveBigIntegerField(default=0, help_text="Rows or Ids that Salesforce sent.")
    rows_changed = models.PositiveBigIntegerField(
        default=0, help_text="Rows of the mirror that are new, other or gone by it."
    )
    calls = models.PositiveIntegerField(default=0, help_text="API calls it took.")
    said = models.TextField(blank=True, help_text="Why it ended badly, or what else is to be said.")

    class Meta:
        indexes = (
            models.Index("object_name", "id", name="run_of_object"),  # the latest of an object
            models.Index("began_at", name="run_began"),  # calls of a day; what is too old
        )

    def __str__(self) -> str:
        return f"{self.object_name} at {self.began_at:%Y-%m-%d %H:%M}"
