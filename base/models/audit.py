"""The audit log: every act of people and of automation, with who, about what, and its cause."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class AuditEntry(models.Model):
    """An act. Entries are only ever added: the database itself refuses to change or remove one.

    Triggers of the watched tables write them (`base.watching`), in the transaction of the act, and `base.audit.note`
    those that change no table. No name and no words of people stand here: `ledger` and `number` say where they do.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        db_constraint=False,
        db_index=False,
        on_delete=models.DO_NOTHING,
        related_name="+",
        help_text="Who did it; empty: automation did, or nobody we know.",
    )
    automation = models.CharField(max_length=24, blank=True, help_text="Which automation did; empty: a user.")
    what = models.CharField(max_length=40, help_text="What was acted on, like salesforce.change.assign.")
    became = models.CharField(max_length=12, help_text="What it became by it, like decided, done, ended.")
    person_id = models.CharField(
        max_length=18, blank=True, db_collation="C", help_text="Lead or Contact it is about; empty: nobody."
    )
    user_id = models.BigIntegerField(null=True, help_text="User of this app it is about.")
    cause = models.CharField(
        max_length=200, blank=True, help_text="Key, rule or version that it follows from."
    )
    ledger = models.CharField(max_length=40, blank=True, help_text="Table that tells more.")
    number = models.BigIntegerField(null=True, help_text="Its row there.")

    class Meta:
        indexes = (
            models.Index("person_id", "id", name="audit_person", condition=~models.Q(person_id="")),
            models.Index("actor", "id", name="audit_actor"),  # what somebody did
            models.Index("what", "id", name="audit_what"),  # one kind of acts
            models.Index("at", name="audit_day"),  # one day's
        )

    def __str__(self) -> str:
        return f"{self.what} {self.became}"
