"""What a page says about actions taken on a person: waiting, then accepted, refused, or lost to a newer change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel import outcomes
from leadmodel.models import Person, Request

SHOWN_FOR = timedelta(days=1)
MOST = 5
ANSWERS_SHOWN_FOR = timedelta(days=7)
FAILURES_SHOWN_FOR = timedelta(days=7)
_FRESH = timedelta(minutes=1)
_SOON_S, _LATER_S = 2, 30
"""How often a page asks for what waits: at first, and once it takes its time."""

STATES = {
    Effect.State.READY: ("waiting", ""),
    Effect.State.LEASED: ("waiting", ""),
    Effect.State.DONE: ("accepted", "good"),
    Effect.State.CONFLICT: ("conflict", "near"),
    Effect.State.REFUSED: ("refused", "bad"),
    Effect.State.CANCELLED: ("cancelled", ""),
    Effect.State.DRY: ("dry run", ""),
}
"""A write's state as a badge says it, and its tone."""
_ANSWERS = {
    Request.State.WAITING: ("asked", ""),
    Request.State.GRANTED: ("granted", "good"),
    Request.State.REFUSED: ("refused", "bad"),
}


@dataclass(frozen=True)
class Mark:
    """One action, how far it is, and why. `undo`: the write that may be taken back from here."""

    at: Instant
    what: str
    state: str
    tone: str
    said: str
    undo: int | None = None


@dataclass(frozen=True)
class Marks:
    """A person's requests, then the writes of a day, newest first.

    `poll_s`: seconds until the page asks again, 0 when nothing waits.
    """

    person_id: str
    marks: list[Mark]
    poll_s: int


@dataclass(frozen=True)
class Failure:
    """A write of the viewer's that came to nothing."""

    person_id: str
    name: str
    mark: Mark


def read_marks(user: User, person_ids: Collection[str], *, now: datetime) -> dict[str, Marks]:
    """What each person's row or page says."""
    since, zone = now - SHOWN_FOR, viewer_zone(user)
    writes = outcomes.writes_about(person_ids, since)
    requests = outcomes.requests_about(person_ids, now - ANSWERS_SHOWN_FOR)
    undoable = outcomes.can_be_undone(
        user, [effect for found in writes.values() for effect in found], now=now
    )
    return {
        person_id: Marks(
            person_id,
            [
                *(view_request(request, now=now, zone=zone) for request in requests[person_id]),
                *(view_write(effect, undoable, now=now, zone=zone) for effect in writes[person_id]),
            ][:MOST],
            _pause_s(writes[person_id], now),
        )
        for person_id in person_ids
    }


def read_marks_of(user: User, person: Person, *, shown_as: str, now: datetime) -> Marks:
    """One person's marks, for a page that knows them by the Id of this record, which may have merged since."""
    return replace(read_marks(user, [person.person_id], now=now)[person.person_id], person_id=shown_as)


def read_failures(rep: str, user: User, *, now: datetime) -> list[Failure]:
    """What a rep decided lately and Salesforce did not take."""
    zone = viewer_zone(user)
    effects = outcomes.failed_writes(rep, now - FAILURES_SHOWN_FOR)
    names = outcomes.names({effect.subject for effect in effects})
    return [
        Failure(effect.subject, names[effect.subject], view_write(effect, set(), now=now, zone=zone))
        for effect in effects
    ]


def view_write(effect: Effect, undoable: set[int], *, now: datetime, zone: ZoneInfo) -> Mark:
    """A write as a mark."""
    state, tone = STATES[Effect.State(effect.state)]
    return Mark(
        at=instant(effect.created_at, now=now, zone=zone),
        what=_begun(effect.why or effect.kind),
        state=state,
        tone=tone,
        said=effect.said,
        undo=effect.pk if effect.pk in undoable else None,
    )


def view_request(request: Request, *, now: datetime, zone: ZoneInfo) -> Mark:
    """A request as a mark."""
    state, tone = _ANSWERS[Request.State(request.state)]
    answer = f"{request.answered_by}: {request.answer}" if request.answered_by and request.answer else ""
    return Mark(
        at=instant(request.asked_at, now=now, zone=zone),
        what=f"{request.get_kind_display()}: {request.why}" if request.why else request.get_kind_display(),
        state=state,
        tone=tone,
        said=answer,
    )


def _pause_s(effects: Sequence[Effect], now: datetime) -> int:
    waiting = [effect for effect in effects if effect.is_waiting]
    if not waiting:
        return 0
    return _SOON_S if now - waiting[0].created_at < _FRESH else _LATER_S


def _begun(words: str) -> str:
    """With a capital, whatever follows: names keep theirs."""
    return words[:1].upper() + words[1:]
