"""The outbox: what is to be done outside of the database, decided in the transaction that gave the reason for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q


class Effect(models.Model):
    """One thing to do outside: a write to Salesforce, a message. Done once, whoever is killed on the way.

    `key` says what makes it this one thing: deciding it again inserts nothing. A deliverer works under a lease, and
    only whoever holds the lease may say how it ended.
    """

    class State(models.TextChoices):
        """How far it is."""

        READY = "ready", "Waiting"
        LEASED = "leased", "Being done"
        DONE = "done", "Accepted"
        CONFLICT = "conflict", "A newer change won"
        REFUSED = "refused", "Refused"
        CANCELLED = "cancelled", "Cancelled"
        DRY = "dry", "Not written: dry run"

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=40, help_text="What does it and how, like salesforce.status.")
    subject = models.CharField(
        max_length=18, blank=True, db_collation="C", help_text="Id of the record it is about."
    )
    payload = models.JSONField(help_text="What to do, in the terms of its kind.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, help_text="Empty: the app."
    )
    why = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.READY)
    due_at = models.DateTimeField()
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.IntegerField(default=0)
    result = models.JSONField(default=dict, help_text="What came of it, in the terms of its kind.")
    said = models.TextField(blank=True, help_text="How it ended or why it waits, in a sentence.")
    created_at = models.DateTimeField(editable=False, help_text="When it was decided.")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(
                "due_at", name="effect_due", condition=Q(state__in=("ready", "leased"))
            ),  # deliverers
            models.Index("subject", "created_at", name="effect_subject"),  # what waits for a person
            models.Index("kind", "state", "created_at", name="effect_kind"),  # the lists of ops
            models.Index(
                "ended_at", name="effect_ended", condition=Q(ended_at__isnull=False)
            ),  # what was done between two instants
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    @property
    def is_waiting(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {self.State.READY, self.State.LEASED}
