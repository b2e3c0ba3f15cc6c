"""Requests: what reps ask of their managers, and the answers."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from leadmodel import actions, requests
from leadmodel.actions import Asked, NotPossible
from leadmodel.models import Request
from leadmodel.takers import takers
from metrics.api.bodies import Ask, Grant, Refuse
from metrics.api.paging import PAGED, Paged, limit_of, page, place_of
from metrics.api.parameters import one_of
from metrics.api.resource import Call, Resource, acts, reads
from metrics.api.shapes import RequestPage, RequestShape

STATE = one_of("state", "Only those in this state.", Request.State.values)


class Requests(Resource):
    """Requests the user asked or answers."""

    @reads("requests", RequestPage, parameters=(STATE, *PAGED))
    def get(self, call: Call) -> Paged:
        """Requests the user asked or answers, the latest first."""
        found = requests.seen(call.user).order_by("-pk")
        if (state := call.asked[STATE]) is not None:
            found = found.filter(state=state)
        place = place_of(call, int)
        if place is not None:
            found = found.filter(pk__lt=place[0])
        return page(call, list(found[: limit_of(call) + 1]), RequestShape, lambda row: [row.pk])

    @acts("ask", RequestShape, body=Ask)
    def post(self, asked: Asked, body: Ask) -> Request:
        """Ask the manager to leave a person out of the figures."""
        return actions.contest(asked, body.record_id, why=body.why)


class OneRequest(Resource):
    """One request."""

    @reads("request", RequestShape, id_name="number")
    def get(self, call: Call, number: int) -> Any:
        """A request the user asked or answers."""
        found = requests.seen(call.user).filter(pk=number).first()
        if found is None:
            raise Http404(f"There is no request {number} of yours.")
        return RequestShape(found).data


class GrantRequest(Resource):
    """Yes."""

    @acts("grant_request", RequestShape, body=Grant, id_name="number")
    def post(self, asked: Asked, body: Grant, number: int) -> Request:
        """Grant a request: leave the person out until `expires_at`, or give them `to` a user or queue."""
        found = requests.access_request(asked.by, number)
        if body.to is not None and body.to not in {taker.record_id for taker in takers(asked.by)}:
            raise NotPossible(f"{body.to} is no user or queue whom you may give people to.")
        actions.grant(asked, found, words=body.words, until=body.expires_at, to=body.to)
        found.refresh_from_db()
        return found


class RefuseRequest(Resource):
    """No."""

    @acts("refuse_request", RequestShape, body=Refuse, id_name="number")
    def post(self, asked: Asked, body: Refuse, number: int) -> Request:
        """Refuse a request, and say why."""
        found = requests.access_request(asked.by, number)
        actions.refuse(asked, found, words=body.words)
        found.refresh_from_db()
        return found
