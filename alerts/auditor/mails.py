"""Whose mail should have been decided about this morning, recomputed from accounts, zones, calendars and what was done.

Not by the scan's recipients: managers have one each working morning, reps where they asked for one or somebody of
theirs was given up, operations where automation did anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from django.conf import settings as django
from django.db import connection
from django.db.models import Q

from alerts.addresses import read_reaches
from alerts.auditor.differing import Check, Checked, Difference, Look
from alerts.models import MailChoice
from alerts.stops import Telling
from base.models import Effect, Role, User
from leadmodel.directory import read_directory
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.models import Absence
from leadmodel.pages.shell import read_up_to

_NAMES = {Role.MANAGER: "clean-your-room", Role.REP: "morning", Role.OPS: "digest"}
"""How the keys of each role's mail are called."""
_BACK = timedelta(days=7)
"""So far back a mail tells what automation did, or since the latest that was sent."""
_MARGIN = timedelta(minutes=15)
"""Up to so long before it is due."""


class _Morning(NamedTuple):
    """Somebody's morning whose time has come, on a day they work."""

    user: User
    due_at: datetime
    day: str
    has_asked: bool

    @property
    def keys(self) -> list[str]:
        """The mail's by its role, and by another which they had this morning: one mail a day, whatever they became."""
        names = [_NAMES[Role(self.user.role)], *_NAMES.values()]
        return [f"mail/{name}/{self.user.pk}/{self.day}" for name in dict.fromkeys(names)]


def check_mails(look: Look) -> Checked:
    """Each working morning's mail was decided: sent, to be sent, or why not."""
    read_at = read_up_to()
    if not django.EMAIL_HOST or read_at is None or Telling.MAILS in look.stopped:
        return Checked(0, ())
    due = _with_cause(list(_mornings(look)), look)
    keys = [key for one in due for key in one.keys]
    decided = set(Effect.objects.filter(key__in=keys).values_list("key", flat=True))
    differing = [
        Difference(
            Check.MAILS,
            one.keys[0],
            "",
            f"The mail of {one.user.username} was due at {one.due_at:%H:%M} UTC, and was not decided.",
        )
        for one in due
        if decided.isdisjoint(one.keys)
    ]
    return Checked(len(due), differing)


def _mornings(look: Look) -> Iterator[_Morning]:
    """Of all who may be due a mail; who got an account, or chose another time, only later has none yet."""
    given_up = {holder_id for holder_id, _ in _given_up(look.now)}
    asked_for = Q(mail_choice__wants_it=True, mail_choice__chosen_as=Role.REP)
    reps = Q(role=Role.REP) & (asked_for | Q(salesforce_id__in=given_up))
    may = Q(role=Role.OPS) | Q(salesforce_id__isnull=False) & (Q(role=Role.MANAGER) | reps)
    reaches = read_reaches(User.objects.filter(may, is_active=True))
    chosen = MailChoice.objects.in_bulk(list(reaches))
    teams = read_directory(look.settings).teams if reaches else {}
    away = _away({reach.user.salesforce_id or "" for reach in reaches.values()}, look.now)
    for number, reach in reaches.items():
        choice, me = chosen.get(number), reach.user.salesforce_id or ""
        at = choice.at if choice is not None and choice.at is not None else look.settings.clean_your_room.time
        today = look.now.astimezone(reach.zone).date()
        due_at = datetime.combine(today, at, reach.zone).astimezone(UTC)
        calendar = look.settings.business_time.of(teams[me][-1][1] if teams.get(me) else None)
        is_worked = bool(calendar.week.get(today.weekday())) and not calendar.is_closed(today)
        is_away = any(gone <= due_at < back for gone, back in away[me])
        if due_at <= look.now and is_worked and not is_away:
            asked = choice is not None and choice.wants_it and choice.chosen_as == reach.user.role
            yield _Morning(reach.user, due_at, str(today), asked)


def _with_cause(mornings: Sequence[_Morning], look: Look) -> list[_Morning]:
    """Those that have a mail: managers, reps who asked for one, and whoever has something to be told of."""
    told_until = _told_until(look.now)
    since = {
        one.user.pk: max(told_until.get(one.user.pk, one.due_at - _BACK), one.due_at - _MARGIN - _BACK)
        for one in mornings
    }
    did = _did([one for one in mornings if one.user.role == Role.OPS], since)
    lost: dict[str | None, list[datetime]] = defaultdict(list)
    for holder_id, ended_at in _given_up(look.now):
        lost[holder_id].append(ended_at)

    def has_cause(one: _Morning) -> bool:
        if one.user.role == Role.OPS:
            return one.user.pk in did
        between = since[one.user.pk], one.due_at - _MARGIN
        return (
            one.user.role == Role.MANAGER
            or one.has_asked
            or any(between[0] < at <= between[1] for at in lost[one.user.salesforce_id])
        )

    return [one for one in mornings if has_cause(one)]


def _away(users: Collection[str], now: datetime) -> Mapping[str, list[tuple[datetime, datetime]]]:
    """When these are away today."""
    found: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    absences = Absence.objects.filter(
        user_id__in=users, ends_at__gt=now - timedelta(days=2), starts_at__lte=now
    )
    for absence in absences:
        found[absence.user_id].append((absence.starts_at, absence.ends_at))
    return found


_GIVEN_UP = """
    SELECT person.holder_id, effect.ended_at
    FROM base_effect effect
    JOIN leadmodel_personrecord record ON record.record_id = effect.subject
    JOIN leadmodel_person person ON person.person_id = record.person_id
    WHERE effect.ended_at > %(since)s AND effect.kind = %(kind)s AND effect.state = 'done'
      AND effect.result ? 'values' AND person.holder_id IS NOT NULL
"""


def _given_up(now: datetime) -> list[tuple[str, datetime]]:
    """Who holds somebody whom automation gave up lately, and when it did."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVEN_UP, {"since": now - _BACK - timedelta(days=1), "kind": ABANDON})
        return list(cursor.fetchall())


_TOLD_UNTIL = """
    SELECT (payload ->> 'user')::bigint, max((payload ->> 'until')::timestamptz) FROM base_effect
    WHERE kind = ANY(%(kinds)s) AND state = 'done' AND created_at > %(since)s AND payload ? 'until' GROUP BY 1
"""


def _told_until(now: datetime) -> Mapping[int, datetime]:
    """Up to when each was told what automation did, by a mail of the morning that was sent."""
    kinds = [f"mail.{name}" for name in _NAMES.values()]
    with connection.cursor() as cursor:
        cursor.execute(_TOLD_UNTIL, {"kinds": kinds, "since": now - _BACK - timedelta(days=2)})
        return dict(cursor.fetchall())


_DID = """
    SELECT asked.who
    FROM unnest(%(users)s::bigint[], %(since)s::timestamptz[], %(until)s::timestamptz[]) AS asked (who, since, until)
    WHERE EXISTS (
        SELECT FROM base_effect effect WHERE effect.ended_at > asked.since AND effect.ended_at <= asked.until
          AND (
              (effect.state IN ('conflict', 'refused') AND effect.kind LIKE 'salesforce.%%')
              OR (effect.state = 'refused' AND (effect.kind LIKE 'mail.%%' OR effect.kind LIKE 'notice.%%'))
              OR (effect.state = 'dry' AND effect.kind = ANY(%(kinds)s))
              OR (effect.state = 'done' AND effect.kind = ANY(%(kinds)s) AND effect.result ? 'values')
          )
    ) OR EXISTS (
        SELECT FROM alerts_escalation step WHERE step.decided_at > asked.since AND step.decided_at <= asked.until
          AND step.state = 'done' AND step.act <> 'reassign'
    ) OR EXISTS (
        SELECT FROM alerts_assignment line WHERE line.to_id IS NULL
          AND line.decided_at > asked.since AND line.decided_at <= asked.until
    )
"""


def _did(operations: Sequence[_Morning], since: Mapping[int, datetime]) -> set[int]:
    """Who of these is to be told that automation did something, or that something came to nothing."""
    if not operations:
        return set()
    asked: dict[str, list[int] | list[datetime] | list[str]] = {
        "users": [one.user.pk for one in operations],
        "since": [since[one.user.pk] for one in operations],
        "until": [one.due_at - _MARGIN for one in operations],
        "kinds": [ABANDON, REASSIGN],
    }
    with connection.cursor() as cursor:
        cursor.execute(_DID, asked)
        return {number for (number,) in cursor.fetchall()}
