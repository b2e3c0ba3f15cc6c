"""What becomes of what an escalation told: it is over, or it still holds after a while. Either is told, once.

Found by the index of what is not settled. What was found over is marked in the transaction that tells it, so that it
is looked at no more; killed anywhere, both happened or neither.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.urls import reverse

from alerts.models import Told
from alerts.stops import Telling, of_notice, read_stopped
from alerts.telling.accounts import KIND, account_names
from alerts.telling.clocks import OF_AN_ANSWER, Stopped
from alerts.telling.notices import Name, Notice, Topic, tell
from alerts.telling.preflight import in_doubt, why_not
from leadmodel.outcomes import names
from leadmodel.settings_store import settings_in_force

log = structlog.get_logger(__name__)

BATCH = 500
EVER = datetime.min.replace(tzinfo=UTC)
_TOLD = (Name.WORSENED, Name.REPEAT_DUE)
"""What escalations tell. Whoever is only reminded sees in the queue what became of it."""
_LATELY = timedelta(days=2)
_AGAIN = "/again/"
_ENDED = {
    Stopped.ANSWERED: "{} was answered",
    Stopped.TAKEN_UP: "{} waits no more to be taken up",
    Stopped.MARKED: "The meeting with {} waits no more to be marked",
    Stopped.TRIED: "The no-show of {} was followed up or given up",
    Stopped.DISPOSED: "{} was disposed of",
    Stopped.WORKED: "{} is worked again",
    Stopped.REASSIGNED: "{} is in other hands",
    Stopped.EXCEPTED: "{} is left out by an exception",
    Stopped.DELETED: "{} was deleted in Salesforce",
}
"""What is worth telling; where policies or records changed there is nothing that somebody did."""


def look_after(*, now: datetime, since: datetime | None = None) -> int:
    """Look what became of all that is not settled, and tell it; how many notices that were.

    `since`: only of what was told after it. What operations stopped is left as it is, and looked at once they
    switch it on.
    """
    stopped = read_stopped()
    if Telling.ESCALATIONS in stopped:  # that something is over is told by their switch, too
        return 0
    told, after = 0, (since or EVER, 0)
    while True:
        with transaction.atomic():
            found = _take(after)
            told += _decide([one for one in found if of_notice(one.topic, one.name) not in stopped], now)
        if len(found) < BATCH:
            break
        after = (found[-1].at, found[-1].pk)
    if told:
        log.info("looked_after", notices=told)
    return told


def _take(after: tuple[datetime, int]) -> list[Told]:
    """The next lines that are not settled, by when they were told.

    Not locked, as that would write each of them anew each time: whoever tells the same at once is second.
    """
    at, pk = after
    later = Q(at__gte=at) & (Q(at__gt=at) | Q(pk__gt=pk))
    unsettled = Told.objects.filter(later, settled_at=None, name__in=_TOLD).exclude(still={})
    return list(unsettled.order_by("at", "pk")[:BATCH])


def _decide(found: Sequence[Told], now: datetime) -> int:
    doubted = in_doubt(found)
    known = [one for one in found if one.key not in doubted]
    over = why_not(known, now=now)
    Told.objects.filter(key__in=over).update(settled_at=now)
    called = {**names({one.person_id for one in known}), **account_names(known)}
    resolved = _untold(_resolved([one for one in known if one.key in over], over, called, now))
    repeated = _untold(_repeated([one for one in known if one.key not in over], now))
    notices = [*resolved, *_of_the_latest(repeated)]
    tell(notices, now=now)
    return len(notices)


def _resolved(
    over: Sequence[Told], why: Mapping[str, str], called: Mapping[str, str], now: datetime
) -> Iterator[Notice]:
    """To each who was told of a wait that it is over: once, however many steps told of it."""
    for one in over:
        ended = Stopped(why[one.key])
        if ended not in _ENDED:
            continue
        yield Notice(
            key=f"resolved/{_wait(one)}",
            topic=Topic.RESOLVED,
            name=Name.RESOLVED,
            to=one.to_id,
            person_id=one.person_id,
            headline=_ENDED[ended].format(called[one.still.get("account_id") or one.person_id]),
            text=f"You were told: {one.headline}. Nothing more is to be done about it.",
            # who was told of an account may not see it in other hands
            link=reverse("target-accounts") if one.still["kind"] == KIND else one.link,
            expires_at=now + _LATELY,
        )


def _repeated(holds: Sequence[Told], now: datetime) -> Iterator[Notice]:
    """What still holds after so many hours, and after each so many more: once for each, the missed ones not at all."""
    hours = settings_in_force().telling.repeat_after_hours
    if hours is None:
        return
    period = timedelta(hours=hours)
    for one in holds:
        number = (now - one.at) // period
        if one.name == Name.WORSENED and number > 0:
            yield Notice(
                key=f"{one.key}{_AGAIN}{number}",
                topic=one.topic,
                name=Name.REPEAT_DUE,
                to=one.to_id,
                person_id=one.person_id,
                headline=one.headline,
                text=one.text,
                link=one.link,
                expires_at=now + period,
                still=one.still,
            )


def _of_the_latest(repeated: Sequence[Notice]) -> list[Notice]:
    """Of what somebody was told of one wait only the last is told again, wherever the others stand."""
    if not repeated:
        return []
    persons = {one.person_id for one in repeated} - {""}
    accounts = {one.still["account_id"] for one in repeated if one.still["kind"] == KIND}
    told = Told.objects.filter(settled_at=None, name=Name.WORSENED).exclude(still={})
    told = told.filter(Q(person_id__in=persons) | Q(person_id="", still__account_id__in=accounts))
    latest = {_wait(one): one.key for one in told.order_by("pk")}.values()
    last = set(latest)
    return [one for one in repeated if one.key.rpartition(_AGAIN)[0] in last]


def _wait(one: Told) -> str:
    """Whose wait somebody was told of, and who: several steps may have told of the same."""
    still = one.still
    if still["kind"] == KIND:
        return f"{still['account_id']}/{still['owner_id']}/{still['started_at']}/{one.to_id}"
    of = still.get("activity_id") or f"{still['number']}/{still['ordinal']}"
    if still["clock"] not in OF_AN_ANSWER:
        # of a span there is one wait for an answer; a hand-off or meeting may be another's later
        of = f"{of}/{still['clock']}/{still['holder']}"
    return f"{still['person_id']}/{of}/{one.to_id}"


def _untold(notices: Iterable[Notice]) -> list[Notice]:
    """Those that were not told before, each once."""
    found = {one.key: one for one in notices}
    for key in Told.objects.filter(key__in=found).values_list("key", flat=True):
        del found[key]
    return list(found.values())
