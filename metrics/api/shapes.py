"""What the API answers with, one serializer each: a new column is a new name in its list.

Instants are ISO 8601 in UTC, durations seconds, shares 0 to 1. What a field means is told by the model it comes from.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from base.models import Effect
from leadmodel.lists import records_of
from leadmodel.models import Cycle, Exclusion, Person, Request, SettingsVersion, Span
from metrics.api.paging import Page
from sync.writeback.calls import object_of

Text = serializers.CharField
Field = serializers.Field[Any, Any, Any, Any]


def _text(words: str = "", *, null: bool = False) -> serializers.CharField:
    return serializers.CharField(read_only=True, allow_null=null, help_text=words)


def _instant(words: str = "") -> serializers.DateTimeField:
    return serializers.DateTimeField(read_only=True, allow_null=True, help_text=words)


class PersonShape(serializers.ModelSerializer[Person]):
    """A person in a list, with what their latest cycle is."""

    name = _text()
    title = _text()
    company = _text()
    holder_name = _text("A user's or queue's name; empty: unknown, or nobody.")
    path = _text("Of the latest cycle, as source, team, outcome and the two instants.", null=True)
    team = _text(null=True)
    outcome = _text(null=True)
    priority = _text(null=True)
    relation = _text(null=True)
    is_target_account = serializers.BooleanField(read_only=True, allow_null=True)
    assigned_at = _instant()
    first_touch_at = _instant()

    class Meta:
        model = Person
        fields: tuple[str, ...] = (
            "person_id", "name", "title", "company", "stage", "stage_since", "holder_id", "holder_name", "created_at",
            "cycle_count", "is_customer", "is_deleted", "path", "team", "outcome", "assigned_at", "first_touch_at",
            "priority", "relation", "is_target_account",
        )  # fmt: skip
        read_only_fields = fields

    def get_fields(self) -> dict[str, Field]:
        """With `source`, a name that the framework has for itself."""
        return super().get_fields() | {"source": _text(null=True)}


class RecordShape(serializers.Serializer[Any]):
    """A Lead or Contact that is the person."""

    record_id = _text()
    object = serializers.ChoiceField(choices=["Lead", "Contact"], read_only=True)


class PersonDetail(PersonShape):
    """A person with the Salesforce records that are this person."""

    records = serializers.SerializerMethodField()

    class Meta(PersonShape.Meta):
        fields = read_only_fields = (*PersonShape.Meta.fields, "records")

    @extend_schema_field(RecordShape(many=True))
    def get_records(self, person: Person) -> list[dict[str, str]]:
        """Each with the object it is of."""
        return [{"record_id": one, "object": object_of(one)} for one in records_of(person)]


class PersonPage(Page):
    """People."""

    results = PersonShape(many=True, read_only=True)


class CycleShape(serializers.ModelSerializer[Cycle]):
    """One sales attempt on a person."""

    response_s = serializers.SerializerMethodField(help_text="First counted touch − assignment.")

    class Meta:
        model = Cycle
        fields = read_only_fields = (
            "person_id", "number", "assigned_at", "assigned_by", "trigger", "entry", "broke_hold", "source", "path",
            "campaign_id", "first_rep", "team", "holder_id", "claimed_at", "first_touch_at", "first_touch_by",
            "first_touch_id", "last_touch_at", "touch_count", "response_s", "closed_at", "closed_by", "ending",
            "outcome", "latest_kind", "reason", "is_pre_qualification", "qualified_at", "handling", "is_target_account",
            "relation", "priority", "wanted_rep", "pulled_by",
        )  # fmt: skip

    def get_response_s(self, cycle: Cycle) -> float | None:
        """Null where nobody has touched it."""
        if cycle.first_touch_at is None:
            return None
        return (cycle.first_touch_at - cycle.assigned_at).total_seconds()


class CyclePage(Page):
    """Cycles."""

    results = CycleShape(many=True, read_only=True)


class SpanShape(serializers.ModelSerializer[Span]):
    """A stretch of a cycle with one holder; path, source, team, outcome and handling are its cycle's."""

    response_s = serializers.SerializerMethodField(help_text="First counted touch − start of the span.")

    class Meta:
        model = Span
        fields = read_only_fields = (
            "person_id", "number", "ordinal", "holder_id", "rep", "started_at", "ended_at", "owes_response",
            "is_touched", "is_bypassed", "first_touch_at", "response_s", "is_first_rep", "assigned_at", "path",
            "source", "team", "outcome", "handling", "is_pre_qualification", "touch_count", "is_target_account",
            "relation", "priority",
        )  # fmt: skip

    def get_response_s(self, span: Span) -> float | None:
        """Null where the cycle's first touch is in no span of this holder."""
        if span.first_touch_at is None:
            return None
        return (span.first_touch_at - span.started_at).total_seconds()


class SpanPage(Page):
    """Spans."""

    results = SpanShape(many=True, read_only=True)


class TouchShape(serializers.Serializer[Any]):
    """An activity as the model reads it: whether it counts, and why (M7, M9)."""

    at = serializers.DateTimeField(read_only=True)
    activity_id = _text("The Task or Event in Salesforce.")
    kind = _text("In Salesforce's words.")
    subject = _text()
    by = _text("Salesforce user Id.", null=True)
    by_name = _text()
    cycle = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Its cycle's number; null: none."
    )
    counts = serializers.BooleanField(read_only=True)
    why = _text("The rule, as a word.")
    words = _text("The rule, in words.")
    is_first = serializers.BooleanField(read_only=True, help_text="Whether it is its cycle's response.")
    is_backdated = serializers.BooleanField(
        read_only=True, help_text="It counts when it was logged, not when it is dated (K11)."
    )
    counts_at = _instant("The instant it has in its cycle.")


class TouchList(serializers.Serializer[Any]):
    """All of a person's activities, latest first."""

    person_id = _text()
    results = TouchShape(many=True, read_only=True)


class ReasonShape(serializers.Serializer[Any]):
    """A reason, and how many cycles ended with it."""

    reason = _text()
    cycles = serializers.IntegerField(read_only=True)


class ReasonsShape(serializers.Serializer[Any]):
    """The reasons of one disposition."""

    kind = serializers.ChoiceField(choices=["nurture", "unqualified", "qualified"], read_only=True)
    salesforce_field = _text(
        "The Salesforce field that holds the reason; null: none is configured.", null=True
    )
    configured = serializers.ListField(
        child=Text(), read_only=True, help_text="What the settings offer now; empty: those in use."
    )
    pre_qualification = serializers.ListField(
        child=Text(), read_only=True, help_text="Those in use or configured that allow closing untouched."
    )
    in_use = ReasonShape(many=True, read_only=True)


class ReasonList(serializers.Serializer[Any]):
    """Reasons by disposition, and the period their use is counted over."""

    first = serializers.DateField(read_only=True)
    until = serializers.DateField(read_only=True, help_text="Not included.")
    results = ReasonsShape(many=True, read_only=True)


class ExceptionShape(serializers.ModelSerializer[Exclusion]):
    """A person left out of every figure while it is in force (M16)."""

    number = serializers.IntegerField(source="pk", read_only=True)
    owner = Text(source="owner.username", read_only=True, help_text="Who granted it.")
    ended_by = serializers.SerializerMethodField()

    class Meta:
        model = Exclusion
        fields = read_only_fields = (
            "number", "record_id", "starts_at", "expires_at", "reason", "owner", "entered_at", "request", "ended_at",
            "ended_by", "ended_why",
        )  # fmt: skip

    def get_ended_by(self, exclusion: Exclusion) -> str | None:
        """Null where nobody ended it before its time."""
        return exclusion.ended_by.username if exclusion.ended_by is not None else None


class ExceptionPage(Page):
    """Exceptions."""

    results = ExceptionShape(many=True, read_only=True)


class RequestShape(serializers.ModelSerializer[Request]):
    """What a rep asks of a manager."""

    number = serializers.IntegerField(source="pk", read_only=True)
    asked_by = Text(source="asked_by.username", read_only=True)
    answered_by = serializers.SerializerMethodField()

    class Meta:
        model = Request
        fields = read_only_fields = (
            "number", "kind", "record_id", "asked_by", "asked_at", "why", "state", "answered_by", "answered_at",
            "answer",
        )  # fmt: skip

    def get_answered_by(self, request: Request) -> str | None:
        """Null while it waits."""
        return request.answered_by.username if request.answered_by is not None else None


class RequestPage(Page):
    """Requests."""

    results = RequestShape(many=True, read_only=True)


class WriteShape(serializers.ModelSerializer[Effect]):
    """A write to Salesforce that was decided: it counts when Salesforce tells of it."""

    number = serializers.IntegerField(source="pk", read_only=True)

    class Meta:
        model = Effect
        fields = read_only_fields = (
            "number",
            "kind",
            "subject",
            "why",
            "state",
            "said",
            "created_at",
            "ended_at",
        )


class DoneShape(serializers.Serializer[models.Model]):
    """What came of an action: a write to Salesforce, or a request to a manager where no write can do it."""

    write = WriteShape(read_only=True, allow_null=True)
    request = RequestShape(read_only=True, allow_null=True)

    def to_representation(self, instance: models.Model) -> dict[str, Any]:
        """One of the two."""
        if isinstance(instance, Request):
            return {"write": None, "request": RequestShape(instance).data}
        assert isinstance(instance, Effect)
        return {"write": WriteShape(instance).data, "request": None}


class VersionShape(serializers.ModelSerializer[SettingsVersion]):
    """A version of the settings."""

    number = serializers.IntegerField(source="pk", read_only=True)
    entered_by = serializers.SerializerMethodField()

    class Meta:
        model = SettingsVersion
        fields: tuple[str, ...] = ("number", "entered_at", "entered_by", "why")
        read_only_fields = fields

    def get_entered_by(self, version: SettingsVersion) -> str | None:
        """Null: a command did."""
        return version.entered_by.username if version.entered_by is not None else None


class VersionPage(Page):
    """Versions of the settings."""

    results = VersionShape(many=True, read_only=True)


class VersionText(VersionShape):
    """A version with its text."""

    class Meta(VersionShape.Meta):
        fields = read_only_fields = (*VersionShape.Meta.fields, "text")


class InForceShape(serializers.Serializer[Any]):
    """The settings in force."""

    number = serializers.IntegerField(read_only=True, allow_null=True, help_text="Null: those shipped.")
    text = _text("The whole file.")


class CheckShape(serializers.Serializer[Any]):
    """What is wrong with a settings file; nothing: it can be entered."""

    problems = serializers.ListField(
        child=Text(), read_only=True, help_text="Sentences, each with its line and what to write instead."
    )


class FigureRowShape(serializers.Serializer[Any]):
    """One cycle, or with `by=rep` one rep's span of it, behind a figure."""

    person_id = _text()
    number = serializers.IntegerField(read_only=True)
    ordinal = serializers.IntegerField(read_only=True)
    name = _text()
    company = _text()
    title = _text()
    campaign = _text(null=True)
    path = _text()
    assigned_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True)
    first_touch_at = _instant()
    response_s = serializers.FloatField(read_only=True, allow_null=True)
    waited_s = serializers.FloatField(read_only=True)
    touch_count = serializers.IntegerField(read_only=True)
    outcome = _text()
    handling = _text()
    rep = _text(null=True)
    rep_name = _text()
    is_member = serializers.BooleanField(read_only=True, help_text="Whether it counts: the numerator.")

    def get_fields(self) -> dict[str, Field]:
        """With `source`, a name that the framework has for itself."""
        return super().get_fields() | {"source": _text(null=True)}


class FigureRows(Page):
    """The rows a figure rests on; `total` is its denominator, `members` its numerator."""

    value = serializers.FloatField(read_only=True, allow_null=True, help_text="The figure itself.")
    total = serializers.IntegerField(read_only=True)
    members = serializers.IntegerField(read_only=True)
    results = FigureRowShape(many=True, read_only=True)
