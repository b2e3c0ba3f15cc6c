"""Gather who may be due a mail: each with zone, address, choice, what they were told, calendar and absences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db import connection
from django.db.models import Max, Q
from django.db.models.fields.json import KT

from alerts.addresses import read_reaches
from alerts.mails.days import MOST_DAYS_BACK, Recipient
from alerts.models import MailChoice
from base.models import Effect, Role, User
from leadmodel.directory import read_directory
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import ABANDON
from leadmodel.models import Absence

DAILY = {Role.MANAGER: "mail.clean-your-room", Role.REP: "mail.morning", Role.OPS: "mail.digest"}
"""The kind of mail each role gets: one a day, with all that is to be told that morning."""
ASKED_FOR = "-asked"
"""How the kinds of the same mails out of turn end: no day's mail, and none the next one counts from."""


def key_of(user: User, day: date) -> str:
    """What makes a mail this one mail: one per person and local day."""
    return f"{DAILY[Role(user.role)].replace('.', '/')}/{user.pk}/{day}"


def wants_own(user: User, choice: MailChoice | None) -> bool:
    """Whether somebody wants the mail of their role: as they chose in that role, else a manager does.

    Operations have none but what automation did.
    """
    if user.role == Role.OPS:
        return False
    if choice is not None and choice.chosen_as == user.role:
        return choice.wants_it
    return user.role == Role.MANAGER


def read_recipients(
    settings: ModelSettings, *, now: datetime, users: Collection[int] | None = None
) -> dict[int, tuple[User, Recipient]]:
    """Active people (all who may be due a mail, or these, whoever they are), without calendars; in a few statements.

    Managers and reps have an active user in Salesforce. Reps may be due one who asked for it, and those somebody of
    whose was given up.
    """
    given_up = _given_up(now)
    people = User.objects.filter(Q(role=Role.OPS) | Q(salesforce_id__isnull=False), is_active=True)
    if users is None:
        asked_for = Q(mail_choice__wants_it=True, mail_choice__chosen_as=Role.REP)
        has_cause = Q(salesforce_id__in=given_up) | asked_for
        people = people.filter(~Q(role=Role.REP) | has_cause)
    else:
        people = people.filter(pk__in=users)
    found = {user.pk: user for user in people.order_by("pk")}
    reaches = read_reaches(found.values())
    choices = MailChoice.objects.in_bulk(found)
    latest, told_until = _latest(now), _told_until(now)
    recipients = {}
    for pk, user in found.items():
        reach = reaches.get(pk)
        if reach is None:
            continue
        choice = choices.get(pk)
        wants_it = wants_own(user, choice)
        is_waiting = user.role == Role.REP and not wants_it
        recipients[pk] = (
            user,
            Recipient(
                user_id=pk,
                address=reach.address,
                wants_it=wants_it,
                wants_digest=choice is None or choice.wants_digest,
                told_until=told_until.get(pk),
                given_up=given_up.get(user.salesforce_id or "", ()) if is_waiting else None,
                tells_missed=user.role == Role.MANAGER,
                zone=reach.zone,
                at=choice.at
                if choice is not None and choice.at is not None
                else settings.clean_your_room.time,
                latest=latest.get(pk),
            ),
        )
    return recipients


def with_calendars(
    chosen: Sequence[tuple[User, Recipient]], settings: ModelSettings
) -> list[tuple[User, Recipient]]:
    """The same with the days they work on: their team's calendar, their absences."""
    if not chosen:
        return []
    teams = read_directory(settings).teams
    away: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for absence in Absence.objects.filter(user_id__in=[user.salesforce_id for user, _ in chosen]):
        away[absence.user_id].append((absence.starts_at, absence.ends_at))
    told = []
    for user, recipient in chosen:
        me = user.salesforce_id or ""
        team = teams[me][-1][1] if teams.get(me) else None
        calendar = settings.business_time.of(team)
        told.append((user, replace(recipient, calendar=calendar, absences=tuple(away[me]))))
    return told


def _latest(now: datetime) -> dict[int, date]:
    """Each one's latest day that was decided about, as far back as missed days are told of, and one more."""
    since = now - timedelta(days=MOST_DAYS_BACK + 2)
    rows = Effect.objects.filter(kind__in=DAILY.values(), created_at__gte=since).order_by()
    days = rows.values_list(KT("payload__user")).annotate(latest_day=Max(KT("payload__day")))
    return {int(user): date.fromisoformat(day) for user, day in days}


def _told_until(now: datetime) -> dict[int, datetime]:
    """Up to when each was told what automation did, by the latest mail of a morning that was sent."""
    since = now - timedelta(days=MOST_DAYS_BACK + 2)
    sent = Effect.objects.filter(
        kind__in=DAILY.values(), state=Effect.State.DONE, created_at__gte=since, payload__has_key="until"
    ).order_by()
    rows = sent.values_list(KT("payload__user")).annotate(told_until=Max(KT("payload__until")))
    return {int(user): datetime.fromisoformat(until) for user, until in rows}


def _given_up(now: datetime) -> dict[str, tuple[datetime, ...]]:
    """When somebody was given up lately, by who holds them."""
    found: dict[str, list[datetime]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT person.holder_id, effect.ended_at
            FROM base_effect effect JOIN leadmodel_personrecord record ON record.record_id = effect.subject
            JOIN leadmodel_person person ON person.person_id = record.person_id
            WHERE effect.kind = %(kind)s AND effect.state = 'done' AND effect.result ? 'values'
              AND effect.ended_at > %(since)s AND person.holder_id IS NOT NULL
            """,
            {"kind": ABANDON, "since": now - timedelta(days=MOST_DAYS_BACK + 1)},
        )
        for holder_id, ended_at in cursor.fetchall():
            found[holder_id].append(ended_at)
    return {holder_id: tuple(instants) for holder_id, instants in found.items()}
