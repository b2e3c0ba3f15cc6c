"""Looking again before a message is sent: to whom it goes, what of it still holds, and whether it may go now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.addresses import Reach, read_reaches
from alerts.models import Told
from alerts.telling.notices import notices_of
from alerts.telling.preflight import in_doubt, why_not
from alerts.telling.wishes import Wishes, read_wishes
from base.models import Effect, User
from leadmodel.lifecycle.telling import Channel, Topic
from leadmodel.settings_store import settings_in_force

_NEWS_PAUSE = timedelta(seconds=10)
"""About as long as it takes to derive what was read."""


@dataclass(frozen=True)
class Look:
    """What is to be done about a message now.

    `why_none`: why it is not sent at all; else `wait_until`: until when it waits, for what `waits_for` says; else
    `told` goes to `reach`.
    """

    why_none: str = ""
    wait_until: datetime | None = None
    waits_for: str = ""
    reach: Reach | None = None
    wishes: Wishes | None = None
    told: tuple[Told, ...] = ()
    left_out: str = ""
    """Why some of what was decided is told no more, in a sentence; empty where all is."""


def look_again(effect: Effect, channel: Channel, *, now: datetime) -> Look:
    """How a message stands at `now`."""
    payload = effect.payload
    user = User.objects.filter(pk=payload["user"]).first()
    reach = read_reaches([user]).get(user.pk) if user is not None else None
    if user is None or reach is None:
        return Look("Not sent: no active user any more.")
    if channel is Channel.MAIL and reach.why_no_mail:
        return Look(reach.why_no_mail)
    wishes = read_wishes([user], settings_in_force())[user.pk]
    topic = Topic(payload["topic"])
    may_come = wishes.wants(topic, channel) or ("instead" in payload and not wishes.has_muted(topic, channel))
    if not may_come:
        return Look("Muted: not wanted any more, by their own page or the settings.")
    quiet_until = wishes.quiet_until(reach.zone, now)
    told = list(Told.objects.filter(key__in=notices_of(effect)).order_by("pk"))
    doubted = in_doubt(told)
    reasons = {key: why for key, why in why_not(told, now=now).items() if key not in doubted}
    for one in told:
        if one.expires_at is not None and one.expires_at <= (quiet_until or now):
            stale = "stale when quiet hours end" if one.expires_at > now else "stale"
            reasons.setdefault(one.key, stale)
    holds = tuple(one for one in told if one.key not in reasons)
    said = _counted(list(reasons.values()))
    if not holds:
        return Look(f"Not sent: {said or 'nothing is left to tell'}.")
    wait_until, waits_for = quiet_until, ""
    if quiet_until is not None:
        waits_for = f"the end of quiet hours at {quiet_until:%Y-%m-%d %H:%M} UTC"
    elif any(one.key in doubted for one in holds):
        wait_until, waits_for = now + _NEWS_PAUSE, "news that was read and is not derived yet"
    return Look("", wait_until, waits_for, reach, wishes, holds, f"Left out: {said}." if said else "")


def _counted(reasons: list[str]) -> str:
    """Each reason once, with how many it is of where there are several."""
    if len(reasons) == 1:
        return reasons[0]
    return "; ".join(f"{reasons.count(why)} {why}" for why in dict.fromkeys(reasons))
