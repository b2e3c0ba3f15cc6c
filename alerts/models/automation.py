"""What automation did: each step of the ladder, and whom it gave to whom. What is written is the outbox's (base)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce


class Assignment(models.Model):
    """A line of the ledger of re-assignments: a decision about one span whose holder did not answer.

    Somebody takes over (`to_id`, and the write is `effect`), or nobody may. Lines are never changed: how the decision
    stands is how its write stands.
    """

    person_id = models.CharField(max_length=18, db_collation="C")
    number = models.IntegerField(help_text="The cycle's.")
    span = models.IntegerField(help_text="The span that ends by it.")
    ordinal = models.IntegerField(help_text="The span whose clock was due; 0 where the cycle's was.")
    due_at = models.DateTimeField()
    step = models.CharField(max_length=60, help_text="What was due, in the words of whoever found it.")
    holder_id = models.CharField(max_length=18, null=True, db_collation="C")
    to_id = models.CharField(max_length=18, null=True, db_collation="C")
    rule = models.CharField(max_length=60)
    place = models.BigIntegerField(
        null=True, help_text="Where the rep stood in the rule's line when it was their turn."
    )
    decided_at = models.DateTimeField()
    read_at = models.DateTimeField(help_text="As far as Salesforce was read when it was decided.")
    said = models.TextField(blank=True, help_text="Why nobody may, where no candidate's reason says it.")
    skipped = models.JSONField(help_text="Rep, why not, and of what they have as many as they may.")
    digest = models.CharField(
        max_length=64, blank=True, help_text="Of why nobody may: told again only where it changes."
    )
    effect = models.OneToOneField(
        "base.Effect", null=True, on_delete=models.PROTECT, related_name="assignment"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(to_id=None, effect=None) | Q(to_id__isnull=False, effect__isnull=False),
                name="assignment_is_written",
            ),
        )
        indexes = (
            models.Index("person_id", "number", name="assignment_cycle"),  # whether it was decided
            models.Index(
                "rule", "to_id", "id", name="assignment_turn", condition=Q(to_id__isnull=False)
            ),  # whose turn
            models.Index(
                "to_id", "decided_at", name="assignment_given", condition=Q(to_id__isnull=False)
            ),  # a rep's day
            models.Index("id", name="assignment_could_not", condition=Q(to_id=None)),  # whom nobody takes
        )

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number}/{self.span}"


class Escalation(models.Model):
    """What became of a step of the ladder: decided once for each due moment, whoever looks how often."""

    class State(models.TextChoices):
        DONE = "done"
        UNTOLD = "untold", "Told nobody"
        STALE = "stale"
        MOOT = "moot"
        WAITING = "waiting"

    person_id = models.CharField(max_length=18, db_collation="C")
    number = models.IntegerField(help_text="The cycle it is about.")
    step = models.IntegerField(help_text="Its place in the ladder, from 1.")
    act = models.CharField(max_length=32)
    holder_id = models.CharField(max_length=18, db_collation="C", null=True, help_text="Who kept waiting.")
    due_at = models.DateTimeField()
    activity_id = models.CharField(
        max_length=18, db_collation="C", null=True, help_text="The meeting or Task it is about."
    )
    about = models.GeneratedField(
        expression=Coalesce("activity_id", "person_id"),
        output_field=models.CharField(max_length=18, db_collation="C"),
        db_persist=True,
        help_text="The meeting or Task, which stays the same when a person is converted or merged; else the person.",
    )
    state = models.CharField(max_length=8, choices=State)
    said = models.CharField(max_length=300, help_text="What was done, or why not, in a sentence.")
    attempts = models.IntegerField(default=0, help_text="How often it failed.")
    again_at = models.DateTimeField(null=True, help_text="When one that waits is looked at again.")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("about", "step", "due_at"), name="escalation_once"),)
        indexes = (
            models.Index("decided_at", "id", name="escalation_when"),  # the list of what was done
            models.Index(
                "due_at", name="escalation_waiting", condition=models.Q(state="waiting")
            ),  # those that waited until it was too late
        )

    def __str__(self) -> str:
        return f"{self.person_id}/{self.number} {self.act}: {self.state}"


class AccountWord(models.Model):
    """What became of a word about an idle target account: decided once for its owner and each idle stretch.

    A stretch is known by its due moments: the next touch moves them.
    """

    account_id = models.CharField(max_length=18, db_collation="C")
    owner_id = models.CharField(max_length=18, db_collation="C", help_text="Who kept it waiting.")
    act = models.CharField(max_length=32)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=Escalation.State)
    said = models.CharField(max_length=300, help_text="What was done, or why not, in a sentence.")
    attempts = models.IntegerField(default=0, help_text="How often it failed.")
    again_at = models.DateTimeField(null=True, help_text="When one that waits is looked at again.")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account_id", "owner_id", "act", "due_at"), name="accountword_once"
            ),
        )
        indexes = (
            models.Index(
                "due_at", name="accountword_waiting", condition=models.Q(state="waiting")
            ),  # those that waited until it was too late
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.act}: {self.state}"
