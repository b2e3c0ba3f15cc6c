"""The due scan of the ladder: find what is due → look at Salesforce once more → decide, in one transaction a batch.

The database is the queue. Whatever is decided about a step (`Escalation`) commits with what follows from it: the
notices, the write that re-assigns. Killed anywhere, run twice or on three machines, each step is decided once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from alerts.ladder.acts import Became, act
from alerts.ladder.due import DueStep, UpTo, find_due, reopen_cancelled, skip_stale, take_due
from alerts.ladder.look import read_news
from alerts.ladder.meetings import UNREADABLE_PAUSE, read_changed, read_given_up, why_unreadable
from alerts.ladder.returns import read_elsewhere
from alerts.models import Escalation
from alerts.stops import read_stopped, stopped_acts
from leadmodel.changes import read_last_of
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import REASSIGN
from leadmodel.pages.shell import read_up_to
from leadmodel.rebuild import EVERYBODY
from leadmodel.settings_store import settings_in_force
from sync.models import Mark
from sync.salesforce.client import Organisation

log = structlog.get_logger(__name__)

BATCH = 100
"""Steps a batch takes: their records' Ids are named in one address."""
FRESH = timedelta(minutes=5)
"""As long as Salesforce was read so lately, what is due since is done too: the look before acting fills the gap (M20).
A read longer ago is behind, and delays."""
State = Escalation.State
_OF_NURTURE = (ClockKind.RETURN, ClockKind.FOLLOW_UP)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)


def climb(
    connected: Callable[[], Organisation], *, now: datetime, since: datetime | None = None
) -> Counter[str]:
    """Decide about every step that is due by now; how many ended in which state.

    `since`: of what comes too late only what does so since then is looked at. Where the last read is not fresh, only
    what was due by it is done. Nothing is decided before Salesforce was ever read, while everybody is to be derived
    anew, or of what operations have stopped. `connected` is called only where something is due. Raises
    OrganisationError where Salesforce cannot be looked at: then all stays due.
    """
    read_at = read_up_to()
    done: Counter[str] = Counter()
    if read_at is None or Mark.objects.filter(record_id=EVERYBODY).exists():
        return done
    settings = settings_in_force()
    late = settings.response.stale_after_hours
    upto = UpTo(
        read_at=min(read_at, now),
        due=now if now - read_at <= FRESH else read_at,
        stale=now - timedelta(hours=late),
        now=now,
        since=since,
    )
    done[State.STALE] = skip_stale(
        upto,
        said=f"Not done: found over {late:g} h late.",
        over="Answered, disposed or taken over while it waited.",
    )
    reopen_cancelled(upto, kind=REASSIGN, said="Decided anew, as its write was cancelled.")
    organisation = None
    while found := find_due(upto, stopped=stopped_acts(read_stopped()), limit=BATCH):
        organisation = organisation or connected()
        news = read_news(organisation, {one.person_id for one in found}, upto.read_at)
        news |= read_changed(organisation, {one.activity_id for one in found if one.activity_id is not None})
        decided = _decided_together(settings, found, news, upto)
        done.update(decided)
        if not decided:
            break  # others hold what is left
    if done.total():
        log.info("climbed", **{str(state): number for state, number in done.items()})
    return done


def _decided_together(
    settings: ModelSettings,
    found: Sequence[DueStep],
    news: dict[str, str],
    upto: UpTo,
) -> Counter[str]:
    """Decide about a batch; where one of it cannot be decided, about each for itself, so that the others go on."""
    persons, looked_at = {one.person_id for one in found}, {one.key for one in found}

    def batch(some: set[str]) -> Counter[str]:
        with transaction.atomic():
            # asked again: Salesforce was asked meanwhile, which may have taken long
            stopped = stopped_acts(read_stopped())
            due = [one for one in take_due(upto, some, stopped=stopped, limit=BATCH) if one.key in looked_at]
            became = _kept(due, news, settings, upto.now)
            free = [one for one in due if one not in became]
            became |= act(free, settings, read_at=upto.read_at, now=upto.now)
            _note(became, upto.now)
        return Counter(told.state for told in became.values())

    try:
        return batch(persons)
    except (DatabaseError, LookupError, ValueError, TypeError) as error:
        log.warning("batch_failed", error=type(error).__name__, steps=len(found))
    done: Counter[str] = Counter()
    for person_id in sorted(persons):
        try:
            done.update(batch({person_id}))
        except (DatabaseError, LookupError, ValueError, TypeError) as error:
            done.update(_put_off(person_id, error, upto))
    return done


def _kept(
    due: Sequence[DueStep], news: dict[str, str], settings: ModelSettings, now: datetime
) -> dict[DueStep, Became]:
    """The steps that are not done: there is news of the person or meeting, or nobody works on them by the status."""
    last = read_last_of(None, sorted({one.person_id for one in due}), settings)
    elsewhere = read_elsewhere([one for one in due if one.clock in _OF_NURTURE], last, now)
    elsewhere |= read_given_up(due, last, now)
    unreadable = why_unreadable(settings) if any(one.clock is ClockKind.MEETING for one in due) else ""
    kept = {}
    for one in due:
        told = news.get(one.person_id) or news.get(one.activity_id or "")
        if told:
            kept[one] = Became(State.WAITING, f"Waits: {told}, which is not read yet.")
        elif one.clock is ClockKind.MEETING:
            # whoever it was with, and wherever they are by now: it was held, or it was not
            if unreadable:
                kept[one] = Became(State.WAITING, unreadable, UNREADABLE_PAUSE)
        elif one.clock in (*_OF_NURTURE, ClockKind.NO_SHOW):
            if one.person_id in elsewhere:
                kept[one] = Became(State.MOOT, elsewhere[one.person_id])
        elif one.clock is ClockKind.ACCEPTANCE:
            continue  # of whom a status says that they are qualified, and nobody works on them: that is the point
        elif one.person_id in last and last[one.person_id].is_elsewhere(now):
            kept[one] = Became(State.MOOT, "Salesforce's status says that nobody works on them.")
    return kept


def _put_off(person_id: str, error: Exception, upto: UpTo) -> Counter[str]:
    """What cannot be decided waits, longer each time, and is shown; the line goes on."""
    with transaction.atomic():
        due = take_due(upto, {person_id}, stopped=(), limit=BATCH)
        said = f"Cannot be decided ({type(error).__name__}); it is tried again."
        became = {
            one: Became(State.WAITING, said, min(_FIRST_PAUSE * 4**one.attempts, _LONGEST_PAUSE))
            for one in due
        }
        _note(became, upto.now, has_failed=True)
    log.warning("step_failed", error=type(error).__name__, steps=len(due))
    return Counter(told.state for told in became.values())


def _note(became: dict[DueStep, Became], now: datetime, *, has_failed: bool = False) -> None:
    rows = [
        Escalation(
            person_id=one.kept_of,
            number=one.number,
            step=one.step,
            act=one.act,
            holder_id=one.holder_id,
            due_at=one.due_at,
            activity_id=one.activity_id,
            state=told.state,
            said=told.said[:300],
            attempts=one.attempts + has_failed,
            again_at=now + told.wait if told.state is State.WAITING else None,
            decided_at=now,
        )
        for one, told in became.items()
    ]
    Escalation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["about", "step", "due_at"],
        # a meeting's is of whoever that is with by now
        update_fields=[
            "person_id",
            "number",
            "holder_id",
            "state",
            "said",
            "attempts",
            "again_at",
            "decided_at",
        ],
    )
