"""The connection with Salesforce that was made on the settings page."""

from __future__ import annotations

from django.conf import settings
from django.db import models

THE_ONE = 1


class Connection(models.Model):
    """The organisation we read and write. One row at most; after a disconnect it still tells whose data these are.

    What is `sealed_…` is encrypted (`sync.connection.cipher`) and read through `sync.connection` only.
    """

    class Flow(models.TextChoices):
        """How the app signs in."""

        WEB = "web", "Web server flow"
        JWT = "jwt", "JWT bearer flow"
        CREDENTIALS = "credentials", "Client credentials flow"

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE)
    url = models.CharField(max_length=200, help_text="Where the app signs in: login, test or the My Domain.")
    flow = models.CharField(max_length=12, choices=Flow)
    client_id = models.CharField(max_length=300, help_text="The app's consumer key.")
    sealed_secret = models.TextField(
        help_text="The app's consumer secret, or the private key of the JWT flow."
    )
    username = models.CharField(max_length=200, help_text="The Salesforce user the app acts as.")
    user_id = models.CharField(max_length=18)
    organisation_id = models.CharField(max_length=18)
    instance_url = models.CharField(max_length=200, help_text="Where the organisation's API is.")
    sealed_access_token = models.TextField()
    sealed_refresh_token = models.TextField(help_text="Of the web server flow.")
    renewed_at = models.DateTimeField(help_text="When the access token was given.")
    renewals = models.PositiveIntegerField(default=0)
    broken = models.TextField(help_text="Why Salesforce no longer lets us in; empty while it does.")
    broken_at = models.DateTimeField(null=True)
    connected_at = models.DateTimeField(null=True, help_text="None after a disconnect.")
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=THE_ONE), name="connection_is_the_only_one"),
        )

    def __str__(self) -> str:
        return self.organisation_id
