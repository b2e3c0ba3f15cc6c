"""What people are told in the app, and what they choose about it. What is sent is the outbox's (base)."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from base.models import Role


class MailChoice(models.Model):
    """What somebody chose about the mail of the morning.

    Who chose nothing gets it at the settings' time: a manager "Clean your room", a rep none but of what automation did.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="mail_choice"
    )
    wants_it = models.BooleanField(default=True)
    chosen_as = models.CharField(
        max_length=16,
        choices=Role,
        help_text="Whose mail `wants_it` was said of; of another role's nothing was.",
    )
    wants_digest = models.BooleanField(default=True, help_text="What automation did.")
    at = models.TimeField(null=True, help_text="In the own time zone; empty: at the time the settings say.")
    chosen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user}: {'yes' if self.wants_it else 'no'}"


class Told(models.Model):
    """Something one person was told, in the app at least: a line behind the bell.

    `key` says what makes it this one thing: telling it again does nothing. Mails and Slack messages name these keys
    (the outbox's `payload.notices`), and ask `still` again before they are sent.
    """

    key = models.CharField(max_length=190, unique=True)
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="told")
    topic = models.CharField(max_length=24)
    name = models.CharField(
        max_length=12, help_text="What was decided: first, repeat_due, worsened, resolved, muted."
    )
    person_id = models.CharField(
        max_length=18, blank=True, db_collation="C", help_text="Whom it is about; empty: nobody."
    )
    headline = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    link = models.CharField(max_length=300, help_text="Where it leads, within the app.")
    still = models.JSONField(default=dict, help_text="What must still hold when it is sent.")
    expires_at = models.DateTimeField(null=True, help_text="Sent to nobody from then on.")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(
        null=True, help_text="When what an escalation told was found to hold no more."
    )

    class Meta:
        indexes = (
            models.Index(
                "at",
                "id",
                name="told_open",
                condition=models.Q(settled_at=None, name__in=("worsened", "repeat_due")),
            ),  # what may still hold, and is told when it does not
            models.Index("to", "id", name="told_to"),  # the list behind the bell
            models.Index("to", name="told_unread", condition=models.Q(read_at=None)),  # the bell's number
        )

    def __str__(self) -> str:
        return self.key


class ChannelChoice(models.Model):
    """Whether somebody wants to be told of a topic by a channel; who chose nothing is told as the settings say."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channel_choices"
    )
    topic = models.CharField(max_length=24)
    channel = models.CharField(max_length=8)
    is_on = models.BooleanField()
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "topic", "channel"), name="choice_once"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.topic} by {self.channel} {'on' if self.is_on else 'off'}"


class QuietHours(models.Model):
    """What somebody chose about when messages come, and who they are in Slack."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="quiet_hours"
    )
    starts = models.TimeField(null=True, help_text="In the own time zone; empty: as the settings say.")
    ends = models.TimeField(null=True, help_text="With `starts`; both alike: no quiet hours.")
    slack_member = models.CharField(
        max_length=24, blank=True, help_text="Member ID in Slack, to be mentioned."
    )
    chosen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(starts=None, ends=None)
                | models.Q(starts__isnull=False, ends__isnull=False),
                name="quiet_hours_begin_and_end",
            ),
        )

    def __str__(self) -> str:
        return str(self.user)


class Slack(models.Model):
    """The incoming webhook of the organisation's Slack, and when it may be posted to next. One row at most.

    The address is a secret: whoever has it posts. It is encrypted, and read through `alerts.telling.slack` only.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sealed_address = models.TextField()
    free_at = models.DateTimeField(help_text="Not before then: one message a second, or as Slack asked.")
    broken = models.TextField(blank=True, help_text="Why Slack takes no more; empty while it does.")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL)
    entered_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="slack_is_the_only_one"),)

    def __str__(self) -> str:
        return "Slack"
