"""What people choose about what they are told. What is told is the outbox's (`base.models.Effect`)."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """What a manager chose about the "Clean your room" mail; who chose nothing gets it at the settings' time."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="mail_choice"
    )
    wants_it = models.BooleanField(default=True)
    at = models.TimeField(
        null=True, help_text="In the manager's time zone; empty: at the time the settings say."
    )
    chosen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user}: {'yes' if self.wants_it else 'no'}"
