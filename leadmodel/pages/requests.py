"""The page of requests: what reps ask, to be granted or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from base.models import User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel import requests
from leadmodel.may_act import refusals
from leadmodel.models import Request
from leadmodel.outcomes import names
from leadmodel.pages.marks import Mark, view_request
from leadmodel.pages.people import holders
from leadmodel.takers import Taker, takers

USUAL = timedelta(days=30)
"""How long an exception lasts unless the manager says otherwise."""


@dataclass(frozen=True)
class Waiting:
    """A request to answer. `problem`: why the latest try to answer it came to nothing, `written`: what it said.

    `holder`: who holds the person now; `refusal`: why it cannot be granted, in a sentence.
    """

    number: int
    person_id: str
    name: str
    who: str
    asked: Instant
    is_exception: bool
    what: str
    why: str
    holder: str
    refusal: str
    problem: str
    written: Mapping[str, str]


@dataclass(frozen=True)
class Answered:
    """A request that was answered."""

    person_id: str
    name: str
    who: str
    mark: Mark


@dataclass(frozen=True)
class RequestsView:
    """The page."""

    waiting: list[Waiting]
    answered: list[Answered]
    takers: list[Taker]
    until_iso: str
    tomorrow_iso: str


def read_requests(
    user: User, *, now: datetime, wrong: int = 0, problem: str = "", written: Mapping[str, str] | None = None
) -> RequestsView:
    """What this user is asked. `wrong`: the request whose answer could not be taken, with its `problem`."""
    zone = viewer_zone(user)
    waiting, answered = list(requests.waiting(user)), requests.answered(user)
    called = names({request.record_id for request in (*waiting, *answered)})
    held_by = holders({request.record_id for request in waiting})
    not_mine = {request.record_id for request in waiting if request.kind == Request.Kind.NOT_MINE}
    refused = refusals(user, not_mine)
    today = now.astimezone(zone).date()

    def view(request: Request) -> Waiting:
        is_wrong, is_exception = request.pk == wrong, request.kind == Request.Kind.EXCEPTION
        return Waiting(
            number=request.pk,
            person_id=request.record_id,
            name=called[request.record_id],
            who=str(request.asked_by),
            asked=instant(request.asked_at, now=now, zone=zone),
            is_exception=is_exception,
            what=request.get_kind_display(),
            why=request.why,
            holder=held_by.get(request.record_id, ""),
            refusal="" if is_exception else refused[request.record_id],
            problem=problem if is_wrong else "",
            written=(written or {}) if is_wrong else {},
        )

    return RequestsView(
        waiting=[view(request) for request in waiting],
        answered=[
            Answered(
                request.record_id,
                called[request.record_id],
                str(request.asked_by),
                view_request(request, now=now, zone=zone),
            )
            for request in answered
        ],
        takers=takers(user),
        until_iso=(today + USUAL).isoformat(),
        tomorrow_iso=(today + timedelta(days=1)).isoformat(),
    )


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The instant a day ends: an exception until a day holds on that day."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
