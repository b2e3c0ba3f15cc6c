"""Why a person's cycles are what they are, and which figures count them: what their page says, as data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404
from rest_framework import serializers

from leadmodel.access import access_person
from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.explain import Sentence, Topic
from leadmodel.pages.person import tell_whole, teller_of
from leadmodel.story import read_story
from metrics.api.people import AS_OF, KNOWN_BY
from metrics.api.periods import refuse_the_future
from metrics.api.resource import Call, Resource, reads
from metrics.membership import Membership, Place, Standing, read_membership

_UTC = ZoneInfo("UTC")


class FactShape(serializers.Serializer[Any]):
    """What a sentence stands on: which row of which object tells what of which record, and when it was learned."""

    object = serializers.CharField(
        read_only=True, help_text="In Salesforce's words; Exception: entered here."
    )
    fact_id = serializers.CharField(read_only=True, help_text="Of the row that tells it.")
    record_id = serializers.CharField(read_only=True, help_text="Of the record it is about.")
    field = serializers.CharField(read_only=True)
    before = serializers.CharField(read_only=True, allow_null=True)
    value = serializers.CharField(read_only=True, allow_null=True)
    at = serializers.DateTimeField(read_only=True)
    learned_at = serializers.DateTimeField(read_only=True)


class SentenceShape(serializers.Serializer[Any]):
    """One sentence, the rule of the lead model it follows, and the facts it stands on, earliest first."""

    text = serializers.CharField(read_only=True)
    rule = serializers.CharField(read_only=True)
    topic = serializers.ChoiceField(read_only=True, choices=[topic.value for topic in Topic])
    facts = FactShape(many=True, read_only=True)


class StandingShape(serializers.Serializer[Any]):
    """How a cycle stands in one figure, and where it is not counted, why."""

    figure = serializers.CharField(read_only=True)
    place = serializers.ChoiceField(
        read_only=True,
        choices=[place.value for place in Place],
        help_text="Counted, among those it speaks of without being counted, or out.",
    )
    why = serializers.CharField(read_only=True, help_text="Empty where it is counted.")
    rule = serializers.CharField(read_only=True)


class ExplainedCycleShape(serializers.Serializer[Any]):
    """One cycle."""

    number = serializers.IntegerField(read_only=True)
    sentences = SentenceShape(many=True, read_only=True)
    is_left_out = serializers.BooleanField(
        read_only=True, help_text="By an exception, whatever the figures say."
    )
    figures = StandingShape(
        many=True, read_only=True, help_text="Empty until a rebuild has stored the cycle."
    )


class ExplanationShape(serializers.Serializer[Any]):
    """A person explained."""

    person_id = serializers.CharField(read_only=True)
    sentences = SentenceShape(
        many=True,
        read_only=True,
        help_text="Of the person as a whole: why without any cycle; hand-offs, returns, meetings, original owners.",
    )
    cycles = ExplainedCycleShape(many=True, read_only=True)


class Explanation(Resource):
    """Why a person is where they are."""

    @reads("explanation", ExplanationShape, parameters=(AS_OF, KNOWN_BY), id_name="record_id")
    def get(self, call: Call, record_id: str) -> Any:
        """Why a person's cycles are what they are, with the facts that say so, and which figures count them."""
        as_of, known_by = call.asked[AS_OF], call.asked[KNOWN_BY]
        refuse_the_future({"as_of": as_of, "known_by": known_by}, now=call.now)
        found = access_person(call.user, record_id)
        story = read_story(found.person_id, as_of=as_of, known_by=known_by)
        if story is None:
            raise Http404(f"There was no person {record_id} at that instant.")
        teller, person = teller_of(story, now=call.now, zone=_UTC), story.person
        told = read_membership(story, as_of=as_of, known_by=known_by, now=call.now)
        stored = {membership.number: membership for membership in told}
        return ExplanationShape(
            {
                "person_id": person.person_id,
                "sentences": _sentences(
                    [
                        *(() if person.cycles else teller.of_person(person)),
                        *tell_whole(
                            story, teller, as_of or call.now, is_now=as_of is None and known_by is None
                        ),
                    ]
                ),
                "cycles": [
                    _cycle(cycle.number, teller.of_cycle(cycle, person), stored.get(cycle.number))
                    for cycle in person.cycles
                ],
            }
        ).data


def _cycle(number: int, sentences: Sequence[Sentence], membership: Membership | None) -> dict[str, Any]:
    return {
        "number": number,
        "sentences": _sentences(sentences),
        "is_left_out": membership is not None and membership.is_left_out,
        "figures": [_standing(one) for one in membership.standings] if membership is not None else [],
    }


def _sentences(told: Iterable[Sentence]) -> list[dict[str, Any]]:
    return [
        {"text": one.text, "rule": one.rule, "topic": one.topic.value, "facts": [_fact(f) for f in one.facts]}
        for one in told
    ]


def _fact(fact: Fact) -> dict[str, Any]:
    told: dict[str, Any] = fact._asdict()  # noqa: SLF001 - a named tuple's own way of being a mapping
    return told | {"object": fact.object_name}


def _standing(one: Standing) -> dict[str, Any]:
    return {
        "figure": one.figure.name,
        "place": one.place.value,
        "why": one.why,
        "rule": one.fails.rule if one.fails is not None else "",
    }
