"""Telling somebody something: once per key, in the caller's transaction. Sending it is the deliverers'."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings as django
from django.db import connection
from psycopg2.extras import Json, execute_values

from alerts.stops import Telling, of_notice
from alerts.telling.preflight import CHECKS
from alerts.telling.slack import connected, why_no_slack
from alerts.telling.wishes import Wishes, read_wishes
from alerts.telling.words import KINDS, Name
from base.models import Effect, User
from base.outbox import Decided, decide
from leadmodel.lifecycle.telling import Channel, Topic, is_in_the_digest
from leadmodel.settings_store import settings_in_force

__all__ = ["Name", "Notice", "Topic", "tell"]

MOST_IN_ONE = 200
"""So many notices go into one message at most."""


@dataclass(frozen=True)
class Notice:
    """Something to tell one person.

    `key` is what makes it this one telling, without the channel; at most 190 characters. `person_id`: whom it is
    about, empty for nobody. `headline` is one line and no HTML, `text` a sentence or two: what, by when, what to do.
    `link` is a path within the app. From `expires_at` on it is sent no more. `still` is what must hold when it is
    sent: a kind of `preflight.CHECKS` and what that asks; empty: nothing.
    """

    key: str
    topic: str
    name: str
    to: int
    person_id: str
    headline: str
    text: str
    link: str
    expires_at: datetime | None = None
    still: Mapping[str, Any] = field(default_factory=dict)


def tell(notices: Sequence[Notice], *, now: datetime) -> None:
    """Tell these people, in the caller's transaction; what was told before, by its key, is left out.

    Each gets a line behind the bell, and for each channel of theirs a message is decided. What is new to one person of
    one topic and one switch goes into one message, also into one that still waits. What they muted is kept as muted.
    """
    for one in notices:
        if one.still and one.still.get("kind") not in CHECKS:
            raise ValueError(f"{one.still.get('kind')!r} is no condition that can be looked at again.")
    if not notices:
        return
    users = list(User.objects.filter(pk__in={one.to for one in notices}))
    wishes = read_wishes(users, settings_in_force())
    new = _ring(notices, wishes, now)
    parcels: dict[tuple[Channel, int, Topic, Telling], list[str]] = defaultdict(list)
    for one in sorted(notices, key=lambda one: one.key):
        if one.key in new:
            for channel in KINDS:
                parcels[channel, one.to, Topic(one.topic), of_notice(one.topic, one.name)].append(one.key)
    decided = []
    for (channel, user, topic, of), keys in sorted(parcels.items()):
        for place in range(0, len(keys), MOST_IN_ONE):
            parcel = _Parcel(user, topic, of, keys[place : place + MOST_IN_ONE])
            decided += _message(channel, wishes[user], parcel, now)
    decide(decided, by=None, now=now)


def _ring(notices: Sequence[Notice], wishes: Mapping[int, Wishes], now: datetime) -> set[str]:
    """A line behind the bell for each that is new; their keys. Whoever tells the same at once waits, and is second."""
    rows = []
    for one in sorted({one.key: one for one in notices}.values(), key=lambda one: one.key):
        wanted = [channel for channel in Channel if wishes[one.to].wants(Topic(one.topic), channel)]
        name = Name(one.name) if wanted else Name.MUTED
        told = {
            key: value.isoformat() if isinstance(value, datetime) else value
            for key, value in one.still.items()
        }
        rows.append(
            (
                one.key, one.to, Topic(one.topic).value, name.value, one.person_id, _line(one.headline), one.text,
                one.link, Json(told), one.expires_at, now, None if Channel.BELL in wanted else now,
            )
        )  # fmt: skip
    with connection.cursor() as cursor:
        found = execute_values(
            cursor.cursor,
            """
            INSERT INTO alerts_told (key, to_id, topic, name, person_id, headline, text, link, still, expires_at, at,
                                     read_at)
            VALUES %s ON CONFLICT (key) DO NOTHING RETURNING key
            """,
            rows,
            page_size=1000,
            fetch=True,
        )
    return {key for (key,) in found}


def _line(text: str) -> str:
    """People's text on one line: nothing in it may look like a line of ours, or a header."""
    told = " ".join(text.split())
    return told if len(told) <= 300 else f"{told[:299]}…"


class _Parcel(NamedTuple):
    """What is new to one person of one topic, and of one kind that operations may stop."""

    user: int
    topic: Topic
    of: Telling
    keys: list[str]


def _message(channel: Channel, wishes: Wishes, parcel: _Parcel, now: datetime) -> list[Decided]:
    """The message to decide: none where the channel is not theirs, or where one that waits takes these up."""
    user, topic, of, keys = parcel
    payload = {"user": user, "topic": topic.value, "of": of.value, "notices": keys}
    key, kind = f"{keys[0]}/{channel}", KINDS[channel]
    if wishes.has_muted(topic, channel):
        why = "Muted: switched off on their own page."
        return [Decided(key, kind, payload | {"name": Name.MUTED.value}, not_done=why)]
    if not wishes.wants(topic, channel):
        return []
    if why := _why_no_way(channel):
        return [Decided(key, kind, payload, not_done=why)]
    if _join_waiting(kind, parcel):
        return []
    wait = timedelta(minutes=wishes.settings.collect_minutes)
    return [Decided(key, kind, payload, due_at=now + wait)]


def _why_no_way(channel: Channel) -> str:
    """Why nobody is told by this channel here, in a sentence; empty where they are."""
    if channel is Channel.MAIL and not django.EMAIL_HOST:
        return "Not sent: no mail server is set (EMAIL_HOST)."
    # one that is no more refuses what is sent, which is told by mail instead
    return why_no_slack(None) if channel is Channel.SLACK and connected() is None else ""


_JOIN = """
    UPDATE base_effect SET payload = jsonb_set(payload, '{notices}', payload->'notices' || %(keys)s::jsonb)
    WHERE id = (
        SELECT id FROM base_effect
        WHERE kind = %(kind)s AND state = 'ready' AND attempts = 0 AND payload->>'user' = %(user)s
          AND payload->>'topic' = %(topic)s AND payload->>'of' = %(of)s
          AND jsonb_array_length(payload->'notices') + %(number)s <= %(most)s
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
    )
"""
"""What nobody has begun to send may grow: it waits for quiet hours to end, for others to come, or for a deliverer."""


def _join_waiting(kind: str, parcel: _Parcel) -> bool:
    user, topic, of, keys = parcel
    values: dict[str, str | int] = {
        "keys": json.dumps(keys),
        "kind": kind,
        "user": str(user),
        "topic": topic.value,
        "of": of.value,
        "number": len(keys),
        "most": MOST_IN_ONE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, values)
        return bool(cursor.rowcount)


def mail_instead(effect: Effect, *, now: datetime) -> None:
    """Tell by mail what Slack refused, unless the same was or will be by mail, or mails of this are muted."""
    if is_in_the_digest(Topic(effect.payload["topic"]), Channel.MAIL):
        return
    lately = effect.created_at - timedelta(days=1)
    mails = Effect.objects.filter(kind=KINDS[Channel.MAIL], created_at__gte=lately)
    decided = {key for mail in mails.filter(payload__user=effect.payload["user"]) for key in notices_of(mail)}
    keys = [key for key in notices_of(effect) if key not in decided]
    if keys and not _why_no_way(Channel.MAIL):
        payload = effect.payload | {"notices": keys, "instead": True}
        decide([Decided(f"{keys[0]}/{Channel.MAIL}", KINDS[Channel.MAIL], payload)], by=None, now=now)


def notices_of(effect: Effect) -> list[str]:
    """The keys of what a message tells."""
    return [str(key) for key in effect.payload["notices"]]
