"""What programs come with: tokens that act as a user, and the words by which each of their writes is done once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models


class ApiToken(models.Model):
    """A word that acts as its user. Only its hash is kept: whoever reads this table can do nothing with it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_tokens")
    label = models.CharField(max_length=80, help_text="What it is for, in its user's words.")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the token, in hexadecimal.")
    can_write = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, help_text="When it was used last, to the hour.")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.label} of {self.user}"

    def is_valid(self, now: datetime) -> bool:
        """Whether it still acts."""
        return self.revoked_at is None and now < self.expires_at


class ApiWrite(models.Model):
    """What a program did under a word of its own (`Idempotency-Key`). The same word does nothing a second time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_writes")
    word = models.CharField(max_length=100)
    asked = models.CharField(max_length=64, help_text="SHA-256 of the address and the body, in hexadecimal.")
    made = models.CharField(max_length=60, blank=True, help_text="What came of it, like leadmodel.request.")
    number = models.BigIntegerField(null=True, help_text="Which one.")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "word"), name="api_write_once"),)

    def __str__(self) -> str:
        return f"{self.made} {self.number}"
