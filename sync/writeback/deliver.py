"""Work off the outbox's writes: claim, look at Salesforce, decide, write, note. Safe to kill, repeat and run at once.

Changes of records are *set* operations that are compared first, so doing one again finds it done. Tasks come under a
key of ours where the organisation has a field for it, and are looked for before they are made again where it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.db import transaction

from base.models import Effect
from base.outbox import claim, finish, hold, put_back, wait_for
from sync.models import Echo, Mark, ObjectState, WriteSwitch
from sync.models.writing import EVERYTHING
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.outcomes import CallsSpent, Refused
from sync.writeback import calls
from sync.writeback.calls import Answer, Told
from sync.writeback.entered import read_activity
from sync.writeback.meant import not_meant
from sync.writeback.modes import AUTOMATIC, Mode, held_kinds, is_stopped, mode_of, switches
from sync.writeback.plan import Already, Conflict, Current, Follow, Send, Value, Write, decide, quoted

log = structlog.get_logger(__name__)

CHANGE = "salesforce.change"
"""Kinds of changes begin with this; the payload is `Write.payload()`."""
TASK = "salesforce.task"
"""Kinds of Tasks to make begin with this; the payload is `{"values": {…}, "follow": the WhoId as decided}`."""
TASK_UNDO = "salesforce.untask"
"""A Task of ours to take away again; the payload is `{"task": Id}`."""
BATCH = 100
_PAUSE = timedelta(minutes=1)
"""How long a write waits for what is no fault of its own: a switch, an organisation out of reach."""
_MOST_HOPS = 5
_UNTIL_WRITTEN = timedelta(seconds=2)
"""A write is in Salesforce by then, as a rule; it knows whole seconds."""
_INSTANT = "%Y-%m-%dT%H:%M:%S.000+0000"
_Decided = Send | Already | Conflict
_Result = dict[str, Any]
"""What a change did, as its effect keeps it: object, record, values, and what they replaced (before)."""


def deliver(organisation: Organisation, *, clock: Callable[[], datetime], limit: int = BATCH) -> int:
    """Work off up to `limit` due writes; how many were claimed. `clock` tells the time: a batch takes a while."""
    moved = switches()
    effects = claim(EVERYTHING, now=clock(), limit=limit, held=held_kinds(moved))
    over = not_meant([one for one in effects if one.kind.startswith(AUTOMATIC)], now=clock())
    todo: list[Effect] = []
    dry: set[int] = set()
    for effect in effects:
        mode = mode_of(moved, effect.kind)
        if mode == Mode.OFF:
            wait_for(effect, clock() + _PAUSE, said=_why_off(effect.kind, moved))
            continue
        if effect.pk in over and effect.attempts == 1:  # sent before, it may be in Salesforce
            finish(effect, Effect.State.CANCELLED, now=clock(), said=over[effect.pk])
            continue
        todo.append(effect)
        if mode == Mode.DRY:
            dry.add(effect.pk)
    round_ = _Round(organisation, clock, frozenset(dry))
    try:
        round_.work_off(todo)
    except OrganisationError as error:
        for effect in todo:
            round_.postpone(effect, error)
    if effects:
        log.info("written_back", claimed=len(effects), held=len(effects) - len(todo), dry=len(dry))
    return len(effects)


def _why_off(kind: str, moved: Mapping[str, WriteSwitch]) -> str:
    is_own = kind.startswith(AUTOMATIC) and is_stopped(moved)
    said = "Automation is stopped" if is_own else "Writing to Salesforce is switched off"
    return f"{said} for now."


@dataclass(frozen=True)
class _Round:
    """One claimed batch. Before each act the lease is looked at: whoever took it over has the effect, not we."""

    organisation: Organisation
    clock: Callable[[], datetime]
    dry: frozenset[int]
    acted: set[int] = field(default_factory=set)
    """The effects that may be in Salesforce by now."""

    def work_off(self, todo: Sequence[Effect]) -> None:
        """All of it. Raises OrganisationError where Salesforce cannot be looked at."""
        changes = [effect for effect in todo if effect.kind.startswith(CHANGE)]
        decided = self._still_meant(self._decided(changes))
        done = [(effect, self._change(effect, decision)) for effect, decision in decided]
        self._note_changes([(effect, result) for effect, result in done if result is not None])
        tasks = [effect for effect in todo if effect.kind.startswith(TASK)]
        survivors = self._survivors([effect.payload["follow"] for effect in tasks])
        for effect in tasks:
            self._make_task(effect, survivors[effect.payload["follow"]])
        for effect in todo:
            if effect.kind == TASK_UNDO:
                self._take_away(effect)

    def postpone(self, effect: Effect, error: OrganisationError) -> None:
        """Salesforce could not be looked at. An outage, or calls used up, is no attempt; what it refuses is one.

        So is what was sent already: its repetition must know that it may find its own doing.
        """
        is_refused = isinstance(error, Refused) and not isinstance(error, CallsSpent)
        if is_refused or effect.pk in self.acted:
            put_back(effect, now=self.clock(), said=str(error))
        else:
            wait_for(effect, self.clock() + _PAUSE, said=str(error))

    # -- changes of records -----------------------------------------------------------------------

    def _decided(self, changes: Sequence[Effect]) -> list[tuple[Effect, _Decided]]:
        """Each change with what is to be done about it, all records looked at in one query per object and hop."""
        writes = {effect.pk: Write.of(effect.payload) for effect in changes}
        fields: dict[str, set[str]] = {"Lead": set(), "Contact": set()}
        for write in writes.values():
            for change in write.changes:
                for name, asked in change.fields.items():
                    fields[name].add(asked)
        readable = {name: wanted & _readable(name, wanted) for name, wanted in fields.items()}
        decided: list[tuple[Effect, _Decided]] = []
        at = {effect.pk: writes[effect.pk].record_id for effect in changes}
        waiting = list(changes)
        for _ in range(_MOST_HOPS):
            current = calls.read_current(self.organisation, [at[effect.pk] for effect in waiting], readable)
            following: list[Effect] = []
            for effect in waiting:
                decision = decide(writes[effect.pk], current.get(at[effect.pk]))
                if isinstance(decision, Follow):
                    at[effect.pk] = decision.record_id
                    following.append(effect)
                else:
                    decided.append((effect, decision))
            waiting = following
        lost = Conflict("The record was merged too often to follow it.")
        return decided + [(effect, lost) for effect in waiting]

    def _still_meant(self, decided: Sequence[tuple[Effect, _Decided]]) -> list[tuple[Effect, _Decided]]:
        """Without those meant for a record that was left alone, of which somebody has entered something since (M20).

        They are cancelled; whoever decided them looks at what is known by then and decides anew.
        """
        sends = {effect.pk: decision for effect, decision in decided if isinstance(decision, Send)}
        told = [
            (key, Write.of(effect.payload).quiet_since)
            for effect, _ in decided
            if (key := effect.pk) in sends
        ]
        quiet = {key: datetime.fromisoformat(since) for key, since in told if since is not None}
        if not quiet:
            return list(decided)
        asked = [sends[key].record_id for key in quiet]
        activity = read_activity(self.organisation, asked, min(quiet.values()))
        left = []
        for effect, decision in decided:
            since = quiet.get(effect.pk)
            entered = activity.latest(sends[effect.pk].record_id, since) if since is not None else None
            if entered is not None:
                said = f"S{entered.words[1:]}, after we had last read."
                self._finish(effect, Effect.State.CANCELLED, said)
            else:
                left.append((effect, decision))
        return left

    def _change(self, effect: Effect, decision: _Decided) -> _Result | None:
        """Do one change; what it did, where that is still to be noted."""
        match decision:
            case Conflict(said):
                self._finish(effect, Effect.State.CONFLICT, said)
            case Already() if effect.attempts == 1:
                # we have not written yet: it is somebody else's doing, and nothing of it is ours to take back
                self._finish(effect, Effect.State.DONE, "Salesforce held these values already.")
            case Already() as already:  # written before we were killed
                return {
                    "object": already.object_name,
                    "record": already.record_id,
                    "values": already.values,
                    "before": already.before,
                }
            case Send() as send if effect.pk in self.dry:
                values = send.values | dict.fromkeys(send.stamps, "now")
                meant = ", ".join(
                    f"{field} from “{quoted(send.before[field])}” to “{quoted(value)}”"
                    for field, value in values.items()
                )
                self._finish(effect, Effect.State.DRY, f"Would change {meant}.")
            case Send() as send if self._may_act(effect):
                values = send.values | _stamped(send, self.clock())
                answer = calls.change(self.organisation, send, values)
                if answer.answer is Answer.ACCEPTED:
                    return {
                        "object": send.object_name,
                        "record": send.record_id,
                        "values": values,
                        "before": send.before,
                    }
                self._end(effect, answer)
        return None

    def _note_changes(self, done: Sequence[tuple[Effect, _Result]]) -> None:
        """They are in Salesforce: say so, and whose doing they were, so that the lead model knows (K2)."""
        if not done:
            return
        told = calls.read_current(self.organisation, [result["record"] for _, result in done], {})
        for effect, result in done:
            actor = effect.decided_by.salesforce_id if effect.decided_by is not None else None
            record = told.get(result["record"])
            with transaction.atomic():
                if not self._finish(effect, Effect.State.DONE, result=result):
                    continue
                if actor is not None and record is not None:
                    _echo(effect, result, record, actor)

    # -- Tasks ------------------------------------------------------------------------------------

    def _survivors(self, record_ids: Sequence[str]) -> dict[str, Current | None]:
        """Record Id → the record the person is today; None where it is gone."""
        at = {record_id: record_id for record_id in record_ids}
        seen: dict[str, Current] = {}
        for _ in range(_MOST_HOPS):
            unread = {record_id for record_id in at.values() if record_id not in seen}
            if not unread:
                break
            found = calls.read_current(self.organisation, unread, {})
            seen |= found
            for first, record_id in at.items():
                one = found.get(record_id)
                if one is not None and one.follows is not None:
                    at[first] = one.follows
        return {first: seen.get(record_id) for first, record_id in at.items()}

    def _make_task(self, effect: Effect, whom: Current | None) -> None:
        if whom is None or whom.is_deleted:
            self._finish(effect, Effect.State.CONFLICT, "The person was deleted in Salesforce.")
            return
        values = effect.payload["values"] | {"WhoId": whom.record_id}
        if effect.pk in self.dry:
            self._finish(effect, Effect.State.DRY, f"Would log “{values['Subject']}”.")
            return
        key_field = settings.SALESFORCE_TASK_KEY_FIELD
        has_key = ObjectState.objects.filter(pk="Task", fields__has_key=key_field).exists()
        if not self._may_act(effect):
            return
        if has_key:
            key = str(uuid5(NAMESPACE_URL, effect.key))
            answer = calls.make_task(self.organisation, values, key, key_field)
        else:
            others = _made_by_others(effect) if effect.attempts > 1 else None
            answer = calls.make_task_without_key(self.organisation, values, effect.created_at, others=others)
        self._end(effect, answer, {"task": answer.record_id})

    def _take_away(self, effect: Effect) -> None:
        if effect.pk in self.dry:
            self._finish(effect, Effect.State.DRY, "Would take the Task away again.")
        elif self._may_act(effect):
            self._end(effect, calls.delete_task(self.organisation, effect.payload["task"]))

    # -- beginning and end ------------------------------------------------------------------------

    def _may_act(self, effect: Effect) -> bool:
        """Whether the effect is still ours and its kind still on; from here on it may be in Salesforce.

        A batch may take minutes, and whoever stops automation does not wait for its end.
        """
        now, moved = self.clock(), switches()
        if mode_of(moved, effect.kind) != Mode.ON:
            wait_for(effect, now + _PAUSE, said=_why_off(effect.kind, moved))
            return False
        is_ours = hold(effect, now=now)
        if is_ours:
            self.acted.add(effect.pk)
        return is_ours

    def _end(self, effect: Effect, told: Told, result: _Result | None = None) -> None:
        """Note an answer: accepted, to be looked at again, later, or refused in Salesforce's own words."""
        match told.answer:
            case Answer.ACCEPTED:
                self._finish(effect, Effect.State.DONE, result=result)
            case Answer.REFUSED:
                self._finish(effect, Effect.State.REFUSED, told.said)
            case Answer.CHANGED | Answer.LATER:
                put_back(effect, now=self.clock(), said=told.said)

    def _finish(
        self, effect: Effect, state: Effect.State, said: str = "", result: _Result | None = None
    ) -> bool:
        return finish(effect, state, now=self.clock(), said=said, result=result)


def _readable(name: str, fields: set[str]) -> set[str]:
    """Those of the fields the organisation has, as far as we know; asking for another would fail all."""
    known = ObjectState.objects.filter(pk=name).values_list("fields", flat=True).first()
    return fields & known.keys() if known else fields


def _made_by_others(effect: Effect) -> set[str]:
    """The Tasks that other effects about this person made: two calls may read the same."""
    made = Effect.objects.filter(subject=effect.subject, kind__startswith=TASK, state=Effect.State.DONE)
    return set(made.values_list("result__task", flat=True))


def _stamped(send: Send, now: datetime) -> dict[str, Value]:
    """The moment of a write, as its fields take it: a day, in UTC as the lead model reads days, or an instant.

    The instant is just after the write, never before it: whoever held the person until then must hold nothing of
    what begins with the stamp.
    """
    if not send.stamps:
        return {}
    types = ObjectState.objects.filter(pk=send.object_name).values_list("fields", flat=True).first() or {}
    at = (now + _UNTIL_WRITTEN).astimezone(UTC)
    return {
        field: now.astimezone(UTC).date().isoformat() if types.get(field) == "date" else f"{at:{_INSTANT}}"
        for field in send.stamps
    }


def _echo(effect: Effect, result: _Result, record: Current, actor: str) -> None:
    """Remember in whose name we wrote, and have the person derived anew."""
    Echo.objects.bulk_create(
        Echo(
            record_id=record.record_id,
            field="Owner" if field == "OwnerId" else field,
            new_value=value,
            at=datetime.fromisoformat(record.modified_at),
            told_by=record.modified_by,
            actor_id=actor,
            effect_id=effect.pk,
        )
        for field, value in result["values"].items()
    )
    Mark.objects.create(record_id=record.record_id)
