"""Working off the outbox: decide, claim under a lease, say how it ended. The database is the queue.

`now` is the caller's clock. Nothing here talks to anybody outside.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from base.models import Effect, User

LEASE = timedelta(minutes=5)
"""How long a deliverer has for one act, longer than any socket waits; whoever finds the lease over takes it."""
MOST_ATTEMPTS = 8
_FIRST_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class Decided:
    """An effect as it is decided. See `Effect` for what the fields mean."""

    key: str
    kind: str
    payload: Mapping[str, Any]
    subject: str = ""
    why: str = ""
    not_done: str = ""
    """Why it is not to be done at all, in a sentence: decided once like the others, and cancelled at once."""
    due_at: datetime | None = None
    """Not before then; None: at once."""


def decide(effects: Sequence[Decided], *, by: User | None, now: datetime) -> list[Effect]:
    """Put effects into the outbox, in the caller's transaction; one decided before stays as it is.

    Returns them as they now are, in the order given.
    """
    Effect.objects.bulk_create(
        (
            Effect(
                key=one.key,
                kind=one.kind,
                subject=one.subject,
                payload=dict(one.payload),
                decided_by=by,
                why=one.why,
                due_at=one.due_at or now,
                created_at=now,
                said=one.not_done,
                state=Effect.State.CANCELLED if one.not_done else Effect.State.READY,
                ended_at=now if one.not_done else None,
            )
            for one in effects
        ),
        ignore_conflicts=True,
    )
    found = Effect.objects.in_bulk([one.key for one in effects], field_name="key")
    return [found[one.key] for one in effects]


_FREE = """
    state IN ('ready', 'leased') AND due_at <= %(now)s AND starts_with(kind, %(kinds)s)
    AND (state = 'ready' OR lease_until < %(now)s)
    AND NOT EXISTS (
        SELECT FROM base_effect earlier
        WHERE earlier.subject = one.subject AND one.subject <> '' AND earlier.id < one.id
          AND earlier.state IN ('ready', 'leased') AND starts_with(earlier.kind, %(kinds)s)
          AND earlier.kind <> ALL(%(held)s)
    )
"""
"""Of the effect `one`: whether a deliverer may take it now."""


_Parameter = str | int | datetime | uuid.UUID | list[str]


def _which(kinds: str, now: datetime, held: Collection[str], **more: _Parameter) -> Mapping[str, _Parameter]:
    return {"kinds": kinds, "now": now, "held": list(held), **more}


def is_due(kinds: str, *, now: datetime, held: Collection[str] = ()) -> bool:
    """Whether `claim` would find something to do."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM base_effect one WHERE {_FREE})", _which(kinds, now, held))
        row = cursor.fetchone()
    return bool(row and row[0])


def claim(kinds: str, *, now: datetime, limit: int, held: Collection[str] = ()) -> list[Effect]:
    """Lease up to `limit` due effects whose kind begins with `kinds`, longest due first.

    What concerns one record is done in the order it was decided, one after another: while an effect waits or is being
    done, those after it are left. Kinds that are `held` outside hold nobody up. `attempts` of one taken over from
    a dead deliverer is above 1: what it did may have happened already.
    """
    lease_id = uuid.uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        # materialized: asked again for each row, as a plan for few rows may, the limit would begin anew each time
        cursor.execute(
            "WITH free AS MATERIALIZED (SELECT id FROM base_effect one WHERE "
            + _FREE
            + """
                ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
            )
            UPDATE base_effect SET state = 'leased', lease_id = %(lease)s, lease_until = %(until)s,
                   attempts = attempts + 1
            FROM free WHERE base_effect.id = free.id
            """,
            _which(kinds, now, held, lease=lease_id, until=now + LEASE, limit=limit),
        )
    return list(Effect.objects.filter(lease_id=lease_id, state=Effect.State.LEASED).order_by("due_at", "id"))


def hold(effect: Effect, *, now: datetime) -> bool:
    """Renew the lease just before acting. False where it has gone to somebody else, who acts instead."""
    ours = Effect.objects.filter(pk=effect.pk, lease_id=effect.lease_id, state=Effect.State.LEASED)
    return ours.update(lease_until=now + LEASE) == 1


def finish(
    effect: Effect,
    state: Effect.State,
    *,
    now: datetime,
    said: str = "",
    result: Mapping[str, Any] | None = None,
) -> bool:
    """Say how a leased effect ended. False where the lease has gone to somebody else, who will say."""
    return _say(effect, state=state, said=said, result=dict(result or {}), ended_at=now)


def put_back(effect: Effect, *, now: datetime, said: str) -> bool:
    """Try again later: after a pause that doubles with every attempt, and not for ever.

    Effects put back together do not come back together: each pause is up to twice as long, by the effect's key.
    """
    if effect.attempts >= MOST_ATTEMPTS:
        return finish(
            effect, Effect.State.REFUSED, now=now, said=f"Given up after {effect.attempts} attempts. {said}"
        )
    pause = _FIRST_PAUSE * 2 ** (effect.attempts - 1) * (1 + _share(f"{effect.key}/{effect.attempts}"))
    return _say(effect, state=Effect.State.READY, said=said, due_at=now + pause)


def wait_for(effect: Effect, until: datetime, *, said: str) -> bool:
    """Let it wait for something outside of it, which is no attempt."""
    return _say(effect, state=Effect.State.READY, said=said, due_at=until, attempts=effect.attempts - 1)


def try_again(effect: Effect, *, now: datetime) -> bool:
    """Have a refused effect done after all, under its key. False where it is not refused any more.

    One attempt stays noted: what an earlier one did may have happened.
    """
    refused = Effect.objects.filter(pk=effect.pk, state=Effect.State.REFUSED)
    return bool(refused.update(state=Effect.State.READY, attempts=1, due_at=now, said="", ended_at=None))


def _share(text: str) -> float:
    """From 0 to 1, the same for the same text and as good as random among others."""
    return int.from_bytes(sha256(text.encode()).digest()[:4]) / 2**32


def do_after_all(effects: QuerySet[Effect], *, now: datetime, most: int | None = None) -> int:
    """Have what a dry run told done after all, the oldest first; how many of these effects those were.

    `most`: no more than so many.
    """
    told = effects.filter(state=Effect.State.DRY)
    if most is not None:
        told = told.filter(pk__in=list(told.order_by("pk").values_list("pk", flat=True)[:most]))
    return told.update(state=Effect.State.READY, attempts=0, due_at=now, said="", ended_at=None)


def _say(effect: Effect, **values: object) -> bool:
    changed = Effect.objects.filter(pk=effect.pk, lease_id=effect.lease_id, state=Effect.State.LEASED).update(
        **values, lease_id=None, lease_until=None
    )
    return changed == 1
