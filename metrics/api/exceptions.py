"""Exceptions: who is left out of the figures until when, and why (M16)."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from leadmodel import actions
from leadmodel.access import access_person
from leadmodel.actions import Asked
from leadmodel.lists import list_exceptions
from leadmodel.models import Exclusion
from metrics.api.bodies import End, LeaveOut
from metrics.api.paging import PAGED, Paged, limit_of, page, place_of
from metrics.api.parameters import one_of, record_id
from metrics.api.resource import Call, Resource, acts, reads
from metrics.api.shapes import ExceptionPage, ExceptionShape

IN_FORCE = one_of("in_force", "Write true for those in force now only.", ["true"])
PERSON = record_id("person", "Only this person's: any of their Lead and Contact Ids.")


class Exceptions(Resource):
    """Exceptions about people the user may see."""

    @reads("exceptions", ExceptionPage, parameters=(IN_FORCE, PERSON, *PAGED))
    def get(self, call: Call) -> Paged:
        """Exceptions about people the user may see, the latest entered first."""
        filters: dict[str, Any] = {}
        if call.asked[IN_FORCE] is not None:
            filters["in_force"] = call.now
        if (asked := call.asked[PERSON]) is not None:
            filters["person"] = access_person(call.user, asked).person_id
        place = place_of(call, int)
        if place is not None:
            (filters["after"],) = place
        rows = list_exceptions(call.user, filters, limit=limit_of(call) + 1)
        return page(call, rows, ExceptionShape, lambda row: [row.pk])

    @acts("grant_exception", ExceptionShape, body=LeaveOut)
    def post(self, asked: Asked, body: LeaveOut) -> Exclusion:
        """Leave a person out of every figure until an instant; for managers and operations."""
        return actions.leave_out(asked, body.record_id, until=body.expires_at, why=body.reason)


class EndException(Resource):
    """The end of one exception."""

    @acts("end_exception", ExceptionShape, body=End, id_name="number")
    def post(self, asked: Asked, body: End, number: int) -> Exclusion:
        """End an exception now, and say why; for managers and operations."""
        found = list_exceptions(asked.by, {"number": number}, limit=1)
        if not found:
            raise Http404(f"There is no exception {number} about people you may see.")
        return actions.end_exception(asked, found[0], why=body.reason)
