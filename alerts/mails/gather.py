"""Gather what a manager's mail rests on: by the queries of the strip, its lists and the figures, over their reps."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from alerts.mails.contents import Gathered, Share
from alerts.mails.recipients import DAILY
from base.models import Effect, Role, User
from leadmodel.access import visible_reps
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.models import Absence
from metrics import now as present
from metrics.definitions import BY_NAME
from metrics.pulling import outside_the_band
from metrics.query import ask
from metrics.selection import Selection, last_days, period

OUTSIDE = present.BY_NAME["outside_sla"]
IN_TIME = BY_NAME["sla_attainment"]
WEEKS = 4
_A_DAY = timedelta(days=1)


def gather(user: User, settings: ModelSettings, *, at: datetime, now: datetime) -> Gathered:
    """As of `at` and as known by it, which is what the mail's links ask for: no later change alters either."""
    reps = visible_reps(user, settings=settings)
    with present.moment(now, reps, as_of=at, known_by=at) as moment:
        counts = present.count_tiles(moment, reps)
        outside = present.list_tile(moment, reps, OUTSIDE)
    away = Absence.objects.filter(starts_at__lte=at, ends_at__gt=at, entered_at__lte=at)
    return Gathered(
        at=at,
        since=_mail_before(user, at) or at - _A_DAY,
        counts=counts,
        outside=outside,
        away=frozenset(away.values_list("user_id", flat=True)),
        yesterday=_in_time(settings, reps, at, days=1),
        weeks=_in_time(settings, reps, at, days=7 * WEEKS),
        pulls=outside_the_band(settings, reps, at=at),
    )


def _mail_before(user: User, at: datetime) -> datetime | None:
    """The instant the mail before told of, where one was sent within a week."""
    sent = Effect.objects.filter(
        kind=DAILY[Role.MANAGER],
        state=Effect.State.DONE,
        payload__user=user.pk,
        created_at__gte=at - 7 * _A_DAY,
    )
    latest = sent.order_by("-created_at", "-pk").first()
    return datetime.fromisoformat(latest.payload["as_of"]) if latest is not None else None


def _in_time(settings: ModelSettings, reps: frozenset[str] | None, at: datetime, *, days: int) -> Share:
    """The share answered in time of the last whole days before `at`, in the organisation's zone."""
    first, until = days_before(settings, at, days=days)
    start, end = period(first, until, settings.organisation.zone)
    selection = Selection(start=start, end=end, now=at, as_of=at, known_by=at, reps=reps)
    told = ask(selection, figures=(IN_TIME,)).overall
    return Share(told[IN_TIME.name], int(told[f"{IN_TIME.name}_of"] or 0))


def days_before(settings: ModelSettings, at: datetime, *, days: int) -> tuple[date, date]:
    """The last `days` whole days before the day of `at`, as `[first, until)`."""
    today, _ = last_days(1, at, settings.organisation.zone)
    return today - timedelta(days=days), today
