"""What people enter: versions of the settings, teams kept in this app, exceptions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class SettingsVersion(models.Model):
    """The lead model's settings as they were entered; the latest is in force, none is ever changed."""

    entered_at = models.DateTimeField(db_default=Now())
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    why = models.TextField(blank=True)
    text = models.TextField(help_text="The whole file, comments included.")

    def __str__(self) -> str:
        return f"version {self.pk}"


class TeamMembership(models.Model):
    """Who is in which team since when, where the teams are kept in this app (K9)."""

    user_id = models.CharField("Salesforce user Id", max_length=18, db_collation="C")
    team = models.CharField(max_length=80, blank=True, help_text="Empty: in no team from then on.")
    since = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user_id", "since"), name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.team}"


class Absence(models.Model):
    """A time when somebody does not work: it is no business time of theirs (M17)."""

    user_id = models.CharField("Salesforce user Id", max_length=18, db_collation="C")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    why = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_start"),
        )
        indexes = (models.Index("user_id", "starts_at", name="absence_user"),)  # a user's business time

    def __str__(self) -> str:
        return f"{self.user_id} from {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"


class Erasure(models.Model):
    """Somebody's names were emptied: Salesforce had deleted them for good, and what is left tells nobody who (K7)."""

    person_id = models.CharField(max_length=18, db_collation="C")
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        help_text="Who asked for it; empty: it was time.",
    )

    class Meta:
        indexes = (models.Index("person_id", name="erasure_person"),)  # their page

    def __str__(self) -> str:
        return f"{self.person_id} at {self.at:%Y-%m-%d}"


class Exclusion(models.Model):
    """An exception (M16): a person left out of every figure while it is in force, named, owned and expiring.

    One that is ended early keeps its end as it was granted: until then, that was what was known (M3).
    """

    record_id = models.CharField("Lead or Contact Id", max_length=18, db_collation="C")
    starts_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reason = models.TextField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    entered_at = models.DateTimeField(db_default=Now(), editable=False)
    request = models.OneToOneField(
        "Request",
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        help_text="What asked for it.",
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="ended",
    )
    ended_why = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = "exception"
        constraints = (
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("starts_at")), name="exclusion_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("starts_at"), ended_at__lt=F("expires_at")),
                name="exclusion_ended_in_force",
            ),
        )
        indexes = (models.Index("record_id", name="exclusion_record"),)

    def __str__(self) -> str:
        return f"{self.record_id} until {self.expires_at:%Y-%m-%d}"


class Request(models.Model):
    """What a rep asks of their manager: to leave a person out of the figures (M16), or to take one back."""

    class Kind(models.TextChoices):
        """What is asked."""

        EXCEPTION = "exception", "Leave out of the figures"
        NOT_MINE = "not_mine", "Not mine"

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Waiting"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"

    once = models.CharField(
        max_length=64, unique=True, help_text="The click that asked: a second one is the same."
    )
    kind = models.CharField(max_length=10, choices=Kind)
    record_id = models.CharField("Lead or Contact Id", max_length=18, db_collation="C")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="asked")
    asked_at = models.DateTimeField()
    why = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="answered"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.TextField(blank=True)

    class Meta:
        indexes = (
            models.Index("asked_at", name="request_waiting", condition=Q(state="waiting")),  # managers
            models.Index("record_id", name="request_record"),  # a person's page
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"
