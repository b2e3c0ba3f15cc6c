"""People: lists, one person, and their touches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404

from leadmodel.access import access_person
from leadmodel.lifecycle.cycles import COUNTING, Cycle, Touch
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.stages import Path, Stage
from leadmodel.lifecycle.words import WHYS
from leadmodel.lists import list_people
from leadmodel.story import Story, read_story
from metrics.api.paging import PAGED, Paged, limit_of, page, place_of
from metrics.api.parameters import instant, one_of, record_id, text
from metrics.api.periods import refuse_the_future
from metrics.api.resource import Call, Resource, reads
from metrics.api.shapes import PersonDetail, PersonPage, PersonShape, TouchList

NARROWED = (
    one_of("stage", "Only people in this stage.", [stage.value for stage in Stage]),
    record_id("holder", "Only people whom this Salesforce user or queue holds."),
    text("team", "Only people whose latest cycle is this team's."),
    text("source", "Only people whose latest cycle has this source."),
    one_of("path", "Only people whose latest cycle has this path.", [path.value for path in Path]),
    one_of("priority", "Only people whose latest cycle has this priority.", [one.value for one in Priority]),
    one_of("relation", "Only people whose latest cycle has this relation.", [one.value for one in Relation]),
    text(
        "search",
        "Only people whose name, company and address have words that begin like each of these, or of this Id.",
    ),
)
AS_OF = instant("as_of", "The state as it was at this instant; now unless told.")
KNOWN_BY = instant("known_by", "The state as it was known by this instant.")


class People(Resource):
    """People the user may see."""

    @reads("people", PersonPage, parameters=(*NARROWED, *PAGED))
    def get(self, call: Call) -> Paged:
        """People the user may see, by Id. Source, path, team, priority and relation are of their latest cycle."""
        filters: dict[str, Any] = {
            one.name: value for one in NARROWED if (value := call.asked[one]) is not None
        }
        place = place_of(call, str)
        if place is not None:
            (filters["after"],) = place
        rows = list_people(call.user, filters, limit=limit_of(call) + 1)
        return page(call, rows, PersonShape, lambda person: [person.person_id])


class OnePerson(Resource):
    """One person."""

    @reads("person", PersonDetail, id_name="record_id")
    def get(self, call: Call, record_id: str) -> Any:
        """The person a Lead's or Contact's Id stands for: stage, since when, holder, flags, records."""
        found = access_person(call.user, record_id)
        (person,) = list_people(call.user, {"person": found.person_id}, limit=1)
        return PersonDetail(person).data


class Touches(Resource):
    """A person's activities."""

    @reads("touches", TouchList, parameters=(AS_OF, KNOWN_BY), id_name="record_id")
    def get(self, call: Call, record_id: str) -> Any:
        """A person's activities as the model reads them, latest first: which count as touches, which not, and why."""
        as_of, known_by = call.asked[AS_OF], call.asked[KNOWN_BY]
        refuse_the_future({"as_of": as_of, "known_by": known_by}, now=call.now)
        found = access_person(call.user, record_id)
        story = read_story(found.person_id, as_of=as_of, known_by=known_by)
        if story is None:
            raise Http404(f"There was no person {record_id} at that instant.")
        told = sorted(_told(story), key=lambda one: (one["at"], one["activity_id"]), reverse=True)
        return TouchList({"person_id": story.person.person_id, "results": told}).data


def _told(story: Story) -> Iterator[dict[str, Any]]:
    for cycle in story.person.cycles:
        for touch in cycle.touches:
            yield _touch(touch, cycle, story)
    for touch in story.person.loose_touches:
        yield _touch(touch, None, story)


def _touch(touch: Touch, cycle: Cycle | None, story: Story) -> dict[str, Any]:
    activity = story.activities.get(touch.activity_id)
    return {
        "at": touch.at,
        "activity_id": touch.activity_id,
        "kind": activity.kind if activity is not None else "",
        "subject": activity.subject if activity is not None else "",
        "by": touch.by,
        "by_name": story.name(touch.by),
        "cycle": cycle.number if cycle is not None else None,
        "counts": cycle is not None and touch.why in COUNTING,
        "why": touch.why.value,
        "words": WHYS[touch.why],
        "is_first": cycle is not None and touch.activity_id == cycle.first_touch_id,
        "is_backdated": touch.is_backdated,
        "counts_at": touch.counts_at,
    }
