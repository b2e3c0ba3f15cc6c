"""Cycles, and the spans they are made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leadmodel.access import access_person
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.stages import Handling, Outcome, Path
from leadmodel.lists import list_cycles, list_spans
from leadmodel.settings_store import settings_in_force
from metrics.api.paging import PAGED, Paged, limit_of, page, place_of, written
from metrics.api.parameters import day, one_of, record_id, text, zone
from metrics.api.periods import read_period
from metrics.api.resource import Call, Resource, reads
from metrics.api.shapes import CyclePage, CycleShape, SpanPage, SpanShape

FROM = day("from", "Only those assigned on this day or later.")
TO = day("to", "Only those assigned before this day.")
ZONE = zone("tz", "The zone of the two days; the organisation's unless told.")
PERSON = record_id("person", "Only this person's: any of their Lead and Contact Ids.")
NARROWED = (
    one_of("path", "Only of this path.", [path.value for path in Path]),
    text("source", "Only of this source."),
    text("team", "Only of this team: that of a cycle's first rep, as of then."),
    one_of("priority", "Only of this priority.", [priority.value for priority in Priority]),
    one_of("relation", "Only of this relation.", [relation.value for relation in Relation]),
    one_of("outcome", "Only with this outcome.", [outcome.value for outcome in Outcome]),
    one_of("handling", "Only handled like this.", [handling.value for handling in Handling]),
    record_id("rep", "Only this Salesforce user's: a cycle's first rep, a span's rep."),
)
PARAMETERS = (FROM, TO, ZONE, PERSON, *NARROWED, *PAGED)


class Cycles(Resource):
    """Cycles of the people the user may see."""

    @reads("cycles", CyclePage, parameters=PARAMETERS)
    def get(self, call: Call) -> Paged:
        """Cycles of the people the user may see, by their assignment, latest first."""
        filters = _filters(call)
        place = place_of(call, datetime, str, int)
        if place is not None:
            filters["after"] = place
        rows = list_cycles(call.user, filters, limit=limit_of(call) + 1)
        return page(call, rows, CycleShape, lambda row: [written(row.assigned_at), row.person_id, row.number])


class Spans(Resource):
    """Spans of the people the user may see."""

    @reads("spans", SpanPage, parameters=PARAMETERS)
    def get(self, call: Call) -> Paged:
        """Spans of the people the user may see, by their cycle's assignment, latest first."""
        filters = _filters(call)
        place = place_of(call, datetime, str, int, int)
        if place is not None:
            filters["after"] = place
        rows = list_spans(call.user, filters, limit=limit_of(call) + 1)
        return page(
            call,
            rows,
            SpanShape,
            lambda row: [written(row.assigned_at), row.person_id, row.number, row.ordinal],
        )


def _filters(call: Call) -> dict[str, Any]:
    """What narrows the list. Raises Http404 for a person the user may not see."""
    filters: dict[str, Any] = {one.name: value for one in NARROWED if (value := call.asked[one]) is not None}
    if (asked := call.asked[PERSON]) is not None:
        filters["person"] = access_person(call.user, asked).person_id
    zone = call.asked[ZONE] or settings_in_force().organisation.zone
    filters |= read_period(call.asked[FROM], call.asked[TO], zone)
    return filters
