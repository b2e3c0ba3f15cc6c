"""Work off the outbox's writes: claim, look at Salesforce, decide, write, note. Safe to kill, repeat and run at once.

Changes of records are *set* operations that are compared first, so doing one again finds it done. Tasks come under a
key of ours where the organisation has a field for it, and are looked for before they are made again where it has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from base.models import Effect
from base.outbox import claim, finish, put_back, wait_for
from sync.models import Echo, Mark, ObjectState, WriteMode
from sync.models.writing import EVERYTHING
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.writeback import calls
from sync.writeback.calls import Answer, Told
from sync.writeback.modes import mode_of, modes
from sync.writeback.plan import Already, Conflict, Current, Follow, Send, Write, decide

log = structlog.get_logger(__name__)

CHANGE = "salesforce.change"
"""Kinds of changes begin with this; the payload is `Write.payload()`."""
TASK = "salesforce.task"
"""Kinds of Tasks to make begin with this; the payload is `{"values": {…}, "follow": the WhoId as decided}`."""
TASK_UNDO = "salesforce.untask"
"""A Task of ours to take away again; the payload is `{"task": Id}`."""
BATCH = 100
_PAUSE_WHILE_OFF = timedelta(minutes=1)
_MOST_HOPS = 5


def is_due(*, now: datetime) -> bool:
    """Whether a write waits to be worked off, so that nobody signs in for nothing."""
    free = Q(state=Effect.State.READY) | Q(state=Effect.State.LEASED, lease_until__lt=now)
    return Effect.objects.filter(free, due_at__lte=now, kind__startswith=EVERYTHING).exists()


def deliver(organisation: Organisation, *, now: datetime, limit: int = BATCH) -> int:
    """Work off up to `limit` due writes; how many were claimed."""
    effects = claim(EVERYTHING, now=now, limit=limit)
    switched = modes()
    held = [effect for effect in effects if mode_of(switched, effect) == WriteMode.Mode.OFF]
    for effect in held:
        wait_for(effect, now + _PAUSE_WHILE_OFF, said="Writing to Salesforce is switched off for now.")
    todo = [effect for effect in effects if effect not in held]
    dry = {effect.pk for effect in todo if mode_of(switched, effect) == WriteMode.Mode.DRY}
    try:
        _work_off(organisation, todo, dry, now)
    except OrganisationError as error:  # nothing could be looked at: all of it later
        for effect in todo:
            put_back(effect, now=now, said=str(error))
    if effects:
        log.info("written_back", claimed=len(effects), held=len(held), dry=len(dry))
    return len(effects)


def _work_off(organisation: Organisation, todo: Sequence[Effect], dry: set[int], now: datetime) -> None:
    changes = [effect for effect in todo if effect.kind.startswith(CHANGE)]
    for effect, decision in _decided(organisation, changes):
        _change(organisation, effect, decision, is_dry=effect.pk in dry, now=now)
    tasks = [effect for effect in todo if effect.kind.startswith(TASK)]
    survivors = _survivors(organisation, [effect.payload["follow"] for effect in tasks])
    for effect in tasks:
        _make_task(organisation, effect, survivors, is_dry=effect.pk in dry, now=now)
    for effect in todo:
        if effect.kind == TASK_UNDO and effect.pk in dry:
            finish(effect, Effect.State.DRY, now=now, said="Would take the Task away again.")
        elif effect.kind == TASK_UNDO:
            _end(effect, calls.delete_task(organisation, effect.payload["task"]), now=now)


def _decided(
    organisation: Organisation, changes: Sequence[Effect]
) -> list[tuple[Effect, Send | Already | Conflict]]:
    """Each change with what is to be done about it, all records looked at in one query per object and hop."""
    writes = {effect.pk: Write.of(effect.payload) for effect in changes}
    fields: dict[str, set[str]] = {"Lead": set(), "Contact": set()}
    for write in writes.values():
        for change in write.changes:
            for name, field in change.fields.items():
                fields[name].add(field)
    fields = {name: asked & _readable(name, asked) for name, asked in fields.items()}
    decided: list[tuple[Effect, Send | Already | Conflict]] = []
    at = {effect.pk: writes[effect.pk].record_id for effect in changes}
    waiting = list(changes)
    for _ in range(_MOST_HOPS):
        current = calls.read_current(organisation, [at[effect.pk] for effect in waiting], fields)
        following: list[Effect] = []
        for effect in waiting:
            decision = decide(writes[effect.pk], current.get(at[effect.pk]))
            if isinstance(decision, Follow):
                at[effect.pk] = decision.record_id
                following.append(effect)
            else:
                decided.append((effect, decision))
        waiting = following
    return decided + [
        (effect, Conflict("The record was merged too often to follow it.")) for effect in waiting
    ]


def _readable(name: str, fields: set[str]) -> set[str]:
    """Those of the fields the organisation has, as far as we know; asking for another would fail all."""
    known = ObjectState.objects.filter(pk=name).values_list("fields", flat=True).first()
    return fields & known.keys() if known else fields


def _survivors(organisation: Organisation, record_ids: Sequence[str]) -> dict[str, Current | None]:
    """Record Id → the record the person is today; None where it is gone."""
    at = {record_id: record_id for record_id in record_ids}
    seen: dict[str, Current] = {}
    for _ in range(_MOST_HOPS):
        unread = {record_id for record_id in at.values() if record_id not in seen}
        if not unread:
            break
        found = calls.read_current(organisation, unread, {})
        seen |= found
        for first, record_id in at.items():
            one = found.get(record_id)
            if one is not None and one.follows is not None:
                at[first] = one.follows
    return {first: seen.get(record_id) for first, record_id in at.items()}


def _change(
    organisation: Organisation,
    effect: Effect,
    decision: Send | Already | Conflict,
    *,
    is_dry: bool,
    now: datetime,
) -> None:
    match decision:
        case Conflict(said):
            finish(effect, Effect.State.CONFLICT, now=now, said=said)
        case Already(record_id):
            # found as meant: by others, or by us before we were killed
            _note_change(organisation, effect, record_id, _meant(effect, record_id), now=now)
        case Send() as send if is_dry:
            told = ", ".join(
                f"{field} from “{send.before[field]}” to “{value}”" for field, value in send.values.items()
            )
            finish(effect, Effect.State.DRY, now=now, said=f"Would change {told}.")
        case Send() as send:
            told_back = calls.change(organisation, send)
            if told_back.answer is Answer.ACCEPTED:
                result: dict[str, object] = {
                    "object": send.object_name, "record": send.record_id,
                    "values": send.values, "before": send.before,
                }  # fmt: skip
                _note_change(organisation, effect, send.record_id, result, now=now)
            else:
                _end(effect, told_back, now=now)


def _meant(effect: Effect, record_id: str) -> dict[str, object]:
    """What a change was to do, as its result notes it."""
    name = calls.object_of(record_id)
    changes = [change for change in Write.of(effect.payload).changes if name in change.fields]
    return {
        "object": name,
        "record": record_id,
        "values": {change.fields[name]: change.value for change in changes},
        "before": {change.fields[name]: change.expected for change in changes},
    }


def _note_change(
    organisation: Organisation, effect: Effect, record_id: str, result: dict[str, object], *, now: datetime
) -> None:
    """It is in Salesforce: say so, and whose doing it was, so that the lead model knows (K2)."""
    actor = effect.decided_by.salesforce_id if effect.decided_by is not None else None
    at = calls.modified_at(organisation, [record_id]).get(record_id, now)
    values = result["values"]
    assert isinstance(values, dict)
    with transaction.atomic():
        if not finish(effect, Effect.State.DONE, now=now, result=result):
            return
        if actor is not None:
            Echo.objects.bulk_create(
                Echo(
                    record_id=record_id,
                    field="Owner" if field == "OwnerId" else field,
                    new_value=value,
                    at=at,
                    actor_id=actor,
                    effect_id=effect.pk,
                )
                for field, value in values.items()
            )
            Mark.objects.create(record_id=record_id)


def _make_task(
    organisation: Organisation,
    effect: Effect,
    survivors: dict[str, Current | None],
    *,
    is_dry: bool,
    now: datetime,
) -> None:
    whom = survivors[effect.payload["follow"]]
    if whom is None or whom.is_deleted:
        finish(effect, Effect.State.CONFLICT, now=now, said="The person was deleted in Salesforce.")
        return
    values = effect.payload["values"] | {"WhoId": whom.record_id}
    if is_dry:
        finish(effect, Effect.State.DRY, now=now, said=f"Would log “{values['Subject']}”.")
        return
    key_field = settings.SALESFORCE_TASK_KEY_FIELD
    if ObjectState.objects.filter(pk="Task", fields__has_key=key_field).exists():
        key = str(uuid5(NAMESPACE_URL, effect.key))
        told = calls.make_task(organisation, values, key, key_field)
    else:
        told = calls.make_task_without_key(
            organisation, values, effect.created_at, is_repeat=effect.attempts > 1
        )
    _end(effect, told, now=now, result={"task": told.record_id})


def _end(effect: Effect, told: Told, *, now: datetime, result: dict[str, object] | None = None) -> None:
    """Note an answer: accepted, to be looked at again, later, or refused in Salesforce's own words."""
    match told.answer:
        case Answer.ACCEPTED:
            finish(effect, Effect.State.DONE, now=now, result=result)
        case Answer.REFUSED:
            finish(effect, Effect.State.REFUSED, now=now, said=told.said)
        case Answer.CHANGED | Answer.LATER:
            put_back(effect, now=now, said=told.said)
