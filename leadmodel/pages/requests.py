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
from leadmodel.models import Request
from leadmodel.outcomes import names
from leadmodel.pages.marks import Mark, view_request
from leadmodel.takers import Taker, takers

USUAL = timedelta(days=30)
"""How long an exception lasts unless the manager says otherwise."""


@dataclass(frozen=True)
class Waiting:
    """A request to answer. `problem`: why the latest try to answer it came to nothing, `written`: what it said."""

    number: int
    person_id: str
    name: str
    who: str
    asked: Instant
    is_exception: bool
    what: str
    why: str
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
    today = now.astimezone(zone).date()

    def view(request: Request) -> Waiting:
        is_wrong = request.pk == wrong
        return Waiting(
            number=request.pk,
            person_id=request.record_id,
            name=called[request.record_id],
            who=str(request.asked_by),
            asked=instant(request.asked_at, now=now, zone=zone),
            is_exception=request.kind == Request.Kind.EXCEPTION,
            what=request.get_kind_display(),
            why=request.why,
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
