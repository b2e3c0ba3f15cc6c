"""Users of the app and their roles: what every app stands on."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models


class Role(models.TextChoices):
    """What a user may see: own people, the team's people, or everybody's."""

    REP = "rep", "Rep"
    MANAGER = "manager", "Manager"
    OPS = "ops", "Operations"


class User(AbstractUser):
    """A person who logs in, matched to their Salesforce user by its Id."""

    role = models.CharField(max_length=8, choices=Role, default=Role.REP)
    salesforce_id = models.CharField(
        "Salesforce user Id",
        max_length=18,
        null=True,
        blank=True,
        unique=True,
        help_text="18 characters, starts with 005. Empty for people who are not Salesforce users.",
    )
    time_zone = models.CharField(
        max_length=64, default="UTC", help_text="IANA name; instants are shown in it, periods are not."
    )

    def __str__(self) -> str:
        return self.get_full_name() or self.username
