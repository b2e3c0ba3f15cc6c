"""The books of write-back: what may be written, and what we wrote in whose name."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from sync.models.fields import ref

EVERYTHING = "salesforce."


class WriteSwitch(models.Model):
    """A switch that somebody moved: from then on writes of this kind are treated so, until it is moved again.

    The latest move of a kind holds, and none is ever changed. The kind `salesforce.` is the switch for all of them.
    """

    class Mode(models.TextChoices):
        """From doing it to not even looking."""

        ON = "on", "Write"
        DRY = "dry", "Dry run: only say what would be written"
        OFF = "off", "Wait"

    kind = models.CharField(max_length=40)
    mode = models.CharField(max_length=4, choices=Mode)
    moved_at = models.DateTimeField(db_default=Now(), editable=False)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT
    )
    why = models.TextField(blank=True)

    class Meta:
        indexes = (models.Index("kind", "moved_at", name="switch_latest"),)  # deliverers

    def __str__(self) -> str:
        return f"{self.kind} {self.mode}"


class Echo(models.Model):
    """A change that we wrote in somebody's name.

    Salesforce tells it as the integration user's; in the lead model it is the actor's.
    """

    record_id = models.CharField(max_length=18, db_collation="C")
    field = models.CharField(max_length=80, help_text="As history names it: Owner for OwnerId.")
    new_value = models.TextField(null=True)
    at = models.DateTimeField(help_text="When Salesforce says the record was changed.")
    told_by = ref("LastModifiedById")
    actor_id = ref("OwnerId")
    effect_id = models.BigIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("effect_id", "field"), name="echo_once"),)
        indexes = (models.Index("record_id", name="echo_record"),)  # timeline

    def __str__(self) -> str:
        return f"{self.record_id}.{self.field}"
