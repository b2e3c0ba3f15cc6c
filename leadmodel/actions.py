"""What people do to people: the one place for writes. Each is decided here, kept in the outbox, done by write-back.

Nothing here changes what the lead model derives: what was done counts when Salesforce tells of it. `once` is the
form's own word for this one click, so that a double click decides once. Who may act: whoever holds the person, their
manager, and ops.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import partial

from django.db import transaction

from base.hints import look_now
from base.models import Effect, Role, User
from base.outbox import Decided, decide
from base.pages import viewer_zone
from leadmodel.access import access_person, sees_all
from leadmodel.changes import LastRead, read_last
from leadmodel.directory import read_directory
from leadmodel.lifecycle.facts import Tracked
from leadmodel.lifecycle.stages import Stage
from leadmodel.may_act import assigns, lately_given_up, refusal, taken_over
from leadmodel.models import Cycle, Exclusion, Person, PersonRecord, Request, Span
from leadmodel.reasons import REASON_FIELDS, dispositions, has_status
from leadmodel.recycling import held_back
from leadmodel.settings_store import settings_in_force
from leadmodel.takers import reps_to_give_to
from sync.models import Group
from sync.tasks import write_back
from sync.writeback.deliver import CHANGE, TASK, TASK_UNDO
from sync.writeback.plan import FieldChange, Value, Write, undoing

DISPOSE = f"{CHANGE}.disposition"
ASSIGN = f"{CHANGE}.assign"
GIVE_BACK = f"{CHANGE}.owner"
TOUCH = f"{TASK}.touch"
FOLLOW_UP = f"{TASK}.follow_up"
UNDO = f"{CHANGE}.undo"
LONGEST_SUBJECT = 255
_UNTIL_LATER = "Say until when, and make it a later day: an exception ends by itself."


class NotPossible(Exception):
    """The action cannot be taken. The text is a sentence: why, and what to do instead."""


class Touched(StrEnum):
    """How a rep reached out."""

    CALL = "Call"
    EMAIL = "Email"


@dataclass(frozen=True)
class Asked:
    """Who asks for an action, when, and the form's word for this one click."""

    by: User
    once: str
    now: datetime

    @property
    def today(self) -> date:
        """The day it is where they are: Salesforce's days are its users'."""
        return self.now.astimezone(viewer_zone(self.by)).date()


def dispose(asked: Asked, record_id: str, *, kind: Stage, reason: str | None) -> Effect:
    """Close the person's cycle: the status that means `kind`, with its reason (M8)."""
    settings = settings_in_force()
    person = _own(asked.by, record_id)
    ways = {way.kind: way for way in dispositions(person.person_id, settings, now=asked.now)}
    if kind not in ways:
        raise NotPossible(
            f"No Salesforce status means {kind} for this person: ops can name one in the settings"
            " (write_back.statuses; stages.contact_status_field for contacts)."
        )
    way = ways[kind]
    if reason is None and way.reasons:
        raise NotPossible(f"Choose the reason for {kind} from the list.")
    if reason is not None and reason not in {offered.name for offered in way.reasons}:
        raise NotPossible(f"“{reason}” is no reason for {kind}: choose one of the list.")
    last = read_last(asked.by, person.person_id, settings)
    changes = [last.set(Tracked.STATUS, way.status)]
    field = REASON_FIELDS.get(kind)
    if field is not None and reason is not None:
        changes.append(last.set(field, reason))
    why = f"{kind}: {reason}" if reason else kind.value
    return _write(asked, DISPOSE, person, changes, why)


def assign(asked: Asked, record_id: str, *, to: str, is_override: bool) -> Effect:
    """Over to a rep (M5): a hand-over where a cycle is open, else what begins one, which M13 may forbid.

    `is_override`: ops assigns somebody all the same whom M13 holds back.
    """
    if not assigns(asked.by):
        raise NotPossible("Managers and ops assign people: give back those who are not yours.")
    person, settings = _own(asked.by, record_id), settings_in_force()
    if (same := _decided_before(asked, ASSIGN)) is not None:
        return same
    rep = next((taker for taker in reps_to_give_to(asked.by) if taker.record_id == to), None)
    if rep is None:
        raise NotPossible("Choose from the list who takes the person over.")
    last, why = read_last(asked.by, person.person_id, settings), f"assign to {rep.name}"
    owner = [] if last.owner == to else [last.set(Tracked.OWNER, to)]
    assigned = settings.write_back.status_of(Stage.ASSIGNED, settings.stages)
    if _open_cycle(person) is not None or last.is_to_begin(assigned):
        if not owner:
            raise NotPossible(f"{rep.name} holds the person already.")
        begun: list[FieldChange] = []
    else:
        held = held_back(person, settings, asked.now)
        if held and not (is_override and sees_all(asked.by)):
            raise NotPossible(f"{held} Only ops can assign them all the same, and must say so.")
        why += f", overriding: {held}" if held else ""
        begun = _what_begins(person, last, assigned)
    kept = last.kept_owners(person.holder_id, to, read_directory(settings), asked.now)
    return _write(asked, ASSIGN, person, [*begun, *owner, *kept], why)


def _what_begins(person: Person, last: LastRead, status: str | None) -> list[FieldChange]:
    """The status and date that open a cycle (M5)."""
    settings, changes = last.settings, []
    if status is not None and has_status(person.person_id, settings):
        changes.append(last.set(Tracked.STATUS, status))
    if settings.assignment.assigned_date_field is not None:
        changes.append(last.stamp(Tracked.ASSIGNED_DATE))
    if not changes and not settings.assignment.owner:
        raise NotPossible(
            "Nothing in Salesforce says that this person is assigned: ops can name it in the settings"
            " (stages.assigned, stages.contact_status_field, assignment.assigned_date_field)."
        )
    return changes


def log_touch(asked: Asked, record_id: str, *, how: Touched, words: str) -> Effect:
    """Log a call or mail that was made just now (M7): a completed Task of the rep's."""
    person = _own(asked.by, record_id)
    values: dict[str, Value] = {
        "Subject": _subject(how.value, words),
        "Status": "Completed",
        "TaskSubtype": how.value,
        "ActivityDate": asked.today.isoformat(),
    }
    return _task(asked, TOUCH, person, values)


def follow_up(asked: Asked, record_id: str, *, day: date, words: str) -> Effect:
    """Plan a follow-up: an open Task of the rep's, due on a day."""
    if day < asked.today:
        raise NotPossible(f"{day:%d %B %Y} is over: choose today or a later day.")
    person = _own(asked.by, record_id)
    values: dict[str, Value] = {
        "Subject": _subject("Follow up", words),
        "Status": "Not Started",
        "ActivityDate": day.isoformat(),
    }
    return _task(asked, FOLLOW_UP, person, values)


def give_back(asked: Asked, record_id: str, *, why: str) -> Effect | Request:
    """“Not mine”: back to the queue the person came from; where there was none, the manager is asked."""
    person = _own(asked.by, record_id)
    queue = _queue_before(person)
    if queue is None:
        return _request(asked, person, Request.Kind.NOT_MINE, why)
    last = read_last(asked.by, person.person_id, settings_in_force())
    return _write(asked, GIVE_BACK, person, [last.set(Tracked.OWNER, queue)], f"not mine: {why}")


def contest(asked: Asked, record_id: str, *, why: str) -> Request:
    """Ask the manager to leave this person out of the figures (M16)."""
    if not why.strip():
        raise NotPossible("Say why the figures should leave this person out: your manager decides by it.")
    return _request(asked, _own(asked.by, record_id), Request.Kind.EXCEPTION, why)


def grant(
    asked: Asked, request: Request, *, words: str, until: datetime | None = None, to: str | None = None
) -> None:
    """A manager or ops says yes: the person is left out `until` then (M16), or goes `to` another user or queue.

    Who goes to somebody else is still theirs to give: another team may have taken the person since it was asked.
    """
    person = _to_answer(asked.by, request)
    if request.kind == Request.Kind.NOT_MINE and (why_not := refusal(asked.by, person)):
        raise NotPossible(why_not)
    with transaction.atomic():
        _answer(asked, request, Request.State.GRANTED, words)
        if request.kind == Request.Kind.NOT_MINE:
            if to is None:
                raise NotPossible("Say who takes the person over.")
            settings = settings_in_force()
            last = read_last(asked.by, person.person_id, settings)
            kept = last.kept_owners(person.holder_id, to, read_directory(settings), asked.now)
            changes = [last.set(Tracked.OWNER, to), *kept]
            _write(asked, GIVE_BACK, person, changes, f"not mine: {request.why}")
            return
        if until is None:
            raise NotPossible(_UNTIL_LATER)
        _exclude(
            asked, person, until=until, why=request.why, otherwise_from=request.asked_at, request=request
        )


def leave_out(asked: Asked, record_id: str, *, until: datetime, why: str) -> Exclusion:
    """A manager or ops leaves the person out of every figure until then, from their latest assignment on (M16).

    Said again word for word, as by a double click, it is the same exception.
    """
    person = access_person(asked.by, record_id)
    if asked.by.role == Role.REP:
        raise NotPossible("A manager or ops grants exceptions: ask yours with a request.")
    if told := _is_others(asked.by, person):
        raise NotPossible(told)
    if not why.strip():
        raise NotPossible("Say why the figures should leave this person out.")
    with transaction.atomic():
        # whoever comes second waits here and finds the first one's
        PersonRecord.objects.select_for_update().get(record_id=person.person_id)
        same = Exclusion.objects.filter(
            record_id=person.person_id, owner=asked.by, expires_at=until, reason=why, ended_at=None
        ).first()
        return same or _exclude(asked, person, until=until, why=why, otherwise_from=asked.now)


def _is_others(user: User, person: Person) -> str:
    """Why a manager has no say on this attempt, which is another team's by now; empty where they have, or ops ask."""
    return "" if person.is_deleted else refusal(user, person)


def end_exception(asked: Asked, exclusion: Exclusion, *, why: str) -> Exclusion:
    """A manager or ops ends an exception now, and says why; up to now it stays in force."""
    person = access_person(asked.by, exclusion.record_id)
    if asked.by.role == Role.REP:
        raise NotPossible("A manager or ops ends exceptions.")
    if told := _is_others(asked.by, person):
        raise NotPossible(told)
    if not why.strip():
        raise NotPossible("Say why it ends: the figures count the person again from now on.")
    in_force = Exclusion.objects.filter(
        pk=exclusion.pk, starts_at__lt=asked.now, expires_at__gt=asked.now, ended_at=None
    )
    if not in_force.update(ended_at=asked.now, ended_by=asked.by, ended_why=why):
        raise NotPossible("It is not in force: it ended already, or has not begun.")
    exclusion.refresh_from_db()
    return exclusion


def refuse(asked: Asked, request: Request, *, words: str) -> None:
    """A manager or ops says no, and why."""
    if not words.strip():
        raise NotPossible("Say why not: the rep reads it.")
    _to_answer(asked.by, request)
    with transaction.atomic():
        _answer(asked, request, Request.State.REFUSED, words)


def _exclude(
    asked: Asked,
    person: Person,
    *,
    until: datetime,
    why: str,
    otherwise_from: datetime,
    request: Request | None = None,
) -> Exclusion:
    """From the latest assignment on; `otherwise_from` where there was none."""
    if until <= asked.now:
        raise NotPossible(_UNTIL_LATER)
    cycle = Cycle.objects.filter(person_id=person.person_id).order_by("-number").first()
    return Exclusion.objects.create(
        record_id=person.person_id,
        starts_at=cycle.assigned_at if cycle is not None else otherwise_from,
        expires_at=until,
        reason=why,
        owner=asked.by,
        request=request,
    )


def _to_answer(user: User, request: Request) -> Person:
    """Whom a request is about, if this user may answer it; nobody answers their own."""
    person = access_person(user, request.record_id)
    if user.role == Role.REP or user.pk == request.asked_by_id:
        raise NotPossible("A manager or ops answers requests, and nobody their own.")
    return person


def _answer(asked: Asked, request: Request, state: Request.State, words: str) -> None:
    waiting = Request.objects.filter(pk=request.pk, state=Request.State.WAITING)
    if not waiting.update(state=state, answered_by=asked.by, answered_at=asked.now, answer=words):
        raise NotPossible("Somebody answered it already.")


def undo(asked: Asked, effect: Effect) -> Effect:
    """Take back what one of our writes did, unless somebody changed it since, or the person is another's by now."""
    if effect.state != Effect.State.DONE:
        raise NotPossible("Only what Salesforce accepted can be taken back.")
    is_own = effect.decided_by_id == asked.by.pk or sees_all(asked.by)
    if not is_own and effect.pk not in lately_given_up(asked.by, [effect], now=asked.now):
        raise NotPossible(
            "Only whoever decided it, or ops, can take it back; what automation gave up, for a day its holder too."
        )
    if why_not := taken_over(asked.by, [effect]).get(effect.pk):
        raise NotPossible(why_not)
    if effect.kind.startswith(TASK) and effect.result.get("task"):
        kind, payload = TASK_UNDO, {"task": effect.result["task"]}
    elif effect.kind.startswith(CHANGE) and effect.result.get("values"):
        kind, payload = UNDO, undoing(effect.result).payload()
    else:
        raise NotPossible("There is nothing of it to take back.")
    one = Decided(f"undo:{effect.pk}", kind, payload, subject=effect.subject, why=f"undo of {effect.why}")
    return _put_out(asked, one)


def _own(user: User, record_id: str) -> Person:
    """The person, if this user may act on them. Raises Http404 where they may not even see them."""
    person = access_person(user, record_id)
    if why_not := refusal(user, person):
        raise NotPossible(why_not)
    return person


def _subject(what: str, words: str) -> str:
    told = " ".join(words.split())
    return (f"{what}: {told}" if told else what)[:LONGEST_SUBJECT]


def _task(asked: Asked, kind: str, person: Person, values: dict[str, Value]) -> Effect:
    owner = asked.by.salesforce_id
    if owner is None:
        raise NotPossible(
            "You are no Salesforce user: a Task needs an owner there. Ops can match you to one."
        )
    payload = {"values": values | {"OwnerId": owner}, "follow": person.person_id}
    return _decide(asked, kind, person, payload, str(values["Subject"]))


def _write(asked: Asked, kind: str, person: Person, changes: Sequence[FieldChange], why: str) -> Effect:
    return _decide(asked, kind, person, Write(person.person_id, changes).payload(), why)


def _decide(asked: Asked, kind: str, person: Person, payload: Mapping[str, object], why: str) -> Effect:
    one = Decided(f"{kind}:{asked.once}", kind, payload, subject=person.person_id, why=why)
    return _put_out(asked, one)


def _decided_before(asked: Asked, kind: str) -> Effect | None:
    """What this very click decided, where what it did would stand in its own way."""
    return Effect.objects.filter(key=f"{kind}:{asked.once}", decided_by=asked.by).first()


def _put_out(asked: Asked, one: Decided) -> Effect:
    """Into the outbox, with a hint to look once it is there."""
    with transaction.atomic():
        (effect,) = decide([one], by=asked.by, now=asked.now)
        transaction.on_commit(partial(look_now, write_back))
        return effect


def _request(asked: Asked, person: Person, kind: Request.Kind, why: str) -> Request:
    request, _ = Request.objects.get_or_create(
        once=f"{kind}:{asked.once}",
        defaults={
            "kind": kind, "record_id": person.person_id, "asked_by": asked.by, "asked_at": asked.now, "why": why,
        },
    )  # fmt: skip
    return request


def _open_cycle(person: Person) -> Cycle | None:
    return Cycle.objects.filter(person_id=person.person_id, outcome="open").first()


def _queue_before(person: Person) -> str | None:
    """The queue that held the person last in the open cycle."""
    cycle = _open_cycle(person)
    if cycle is None:
        return None
    spans = Span.objects.filter(person_id=person.person_id, number=cycle.number, rep=None)
    holders = list(spans.order_by("-ordinal").values_list("holder_id", flat=True))
    queues = set(Group.objects.filter(id__in=holders).values_list("id", flat=True))
    return next((holder for holder in holders if holder in queues), None)
