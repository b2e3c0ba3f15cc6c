"""The sync's own books: how far each object is read, which people changed, what was seen between two reads."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now

from sync.models.fields import ref


class ObjectState(models.Model):
    """How far the mirror of one Salesforce object is. Its row changes in the transaction that writes the rows."""

    class State(models.TextChoices):
        """Whether the object is readable."""

        NEW = "new", "Not read yet"
        READ = "read", "Read"
        ABSENT = "absent", "Absent or hidden"
        FAILING = "failing", "Failing"

    name = models.CharField(max_length=40, primary_key=True)
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    cursor = models.DateTimeField(
        null=True, help_text="Latest stamp read; reading goes on a little before it."
    )
    row_count = models.BigIntegerField(default=0, help_text="Rows written by all reads together.")
    replaced_nuls = models.BigIntegerField(
        default=0, help_text="NUL characters met in all reads, U+FFFD in the mirror."
    )
    read_at = models.DateTimeField(null=True, help_text="Start of the last read that succeeded.")
    changed_at = models.DateTimeField(
        null=True, help_text="Start of the last read that found something new, or of the first."
    )
    due_at = models.DateTimeField(null=True, help_text="When it is to be read next; at once when empty.")
    error = models.TextField(blank=True, help_text="What the last read failed with; empty when it did not.")

    # the fields
    fields = models.JSONField(
        default=dict, help_text="API name → type of what can be read, as last described."
    )
    described_at = models.DateTimeField(null=True)
    described_as = models.CharField(max_length=64, blank=True, help_text="Digest of the last description.")
    unreadable = models.JSONField(
        default=dict,
        help_text="Wanted fields that cannot be read: API name → {since, why}. Their last values stay.",
    )
    backfill = models.JSONField(
        default=list, help_text="Fields that became readable and are still to be filled for old rows."
    )

    # a read under way
    reading_since = models.DateTimeField(
        null=True, help_text="Start of the read under way; empty when none is."
    )
    rows_expected = models.BigIntegerField(
        null=True, help_text="Rows of the read under way; empty: not known."
    )
    rows_arrived = models.BigIntegerField(
        default=0, help_text="Rows of the read under way that have arrived."
    )

    # what no query shows
    deletions_read_to = models.DateTimeField(null=True, help_text="Deletions up to here are followed.")
    compared_at = models.DateTimeField(
        null=True, help_text="When its Ids were last held against Salesforce's."
    )
    is_doubted = models.BooleanField(
        default=False, help_text="Deletions may have been missed: compare every Id."
    )

    def __str__(self) -> str:
        return self.name


class CustomField(models.Model):
    """A field of a mirrored object that somebody asked for by its API name; mirrored as text."""

    object_name = models.CharField(max_length=40)
    api_name = models.CharField(max_length=80)
    is_account = models.BooleanField(
        default=False, help_text="It names the record's account: what happens to that concerns the record."
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("object_name", "api_name"), name="customfield_once"),)

    def __str__(self) -> str:
        return f"{self.object_name}.{self.api_name}"

    @property
    def column(self) -> str:
        """The mirror's column."""
        return f"x_{self.api_name.lower()}"


class Mark(models.Model):
    """A Lead or Contact about which something changed; `*` stands for everybody.

    Appended in the transaction that writes the rows, removed in the one that writes what follows from them.
    """

    record_id = models.CharField(max_length=18, db_collation="C")
    marked_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = (models.Index("record_id", name="mark_record"),)  # a rebuild takes all marks of its people

    def __str__(self) -> str:
        return self.record_id


class AccountMark(models.Model):
    """An Account about which, or about whose people, something changed; appended and removed as `Mark` is."""

    account_id = models.CharField(max_length=18, db_collation="C")

    class Meta:
        indexes = (
            models.Index("account_id", name="accountmark_account"),
        )  # all marks of an account are taken at once, and looked for before anybody is told of it

    def __str__(self) -> str:
        return self.account_id


class Seen(models.Model):
    """A tracked field that differed between two reads (M2), for organisations without history tracking."""

    record_id = models.CharField(max_length=18, db_collation="C")
    object_name = models.CharField(max_length=40)
    field = models.CharField(max_length=80, help_text="API name")
    old_value = models.TextField(null=True)
    new_value = models.TextField(null=True)
    since = models.DateTimeField(help_text="Stamp of the version read before.")
    at = models.DateTimeField(help_text="Stamp of the version that differed.")
    actor_id = ref("LastModifiedById")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("record_id", "field", "at"), name="seen_once"
            ),  # timeline; one per version
        )
        indexes = (models.Index("at", name="seen_at"),)  # what was learned since an instant

    def __str__(self) -> str:
        return f"{self.record_id}.{self.field}"
