"""The due scan of idle accounts: find what is due → look at Salesforce once more → decide, in one transaction a batch.

By the protocol of the ladder (`alerts.ladder.climb`): what is decided (`AccountWord`) commits with the notices that
follow from it. Killed anywhere, run twice or on three machines, each word is decided once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DatabaseError, transaction

from alerts.idle.acts import Became, State, tell_of
from alerts.idle.due import DueWord, find_due, skip_stale, take_due
from alerts.idle.look import read_news_of_accounts
from alerts.ladder.climb import FRESH
from alerts.ladder.due import UpTo
from alerts.models import AccountWord
from alerts.stops import read_stopped, stopped_acts
from leadmodel.accounts import records_on, with_news
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.pages.shell import read_up_to
from leadmodel.rebuild import EVERYBODY
from leadmodel.settings_store import settings_in_force
from sync.models import Mark
from sync.salesforce.client import Organisation

log = structlog.get_logger(__name__)

BATCH = 20
"""Accounts a batch looks at: each may have many people, who are asked for by their Ids."""
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(days=1)


def tell_idle(connected: Callable[[], Organisation], *, now: datetime) -> Counter[str]:
    """Decide about every word that is due by now; how many ended in which state.

    Under the conditions of `climb`. Raises OrganisationError where Salesforce cannot be looked at: all stays due.
    """
    read_at, done = read_up_to(), Counter[str]()
    settings = settings_in_force()
    if settings.idle_accounts is None or read_at is None:
        return done
    if Mark.objects.filter(record_id=EVERYBODY).exists():
        return done
    late = settings.response.stale_after_hours
    upto = UpTo(
        read_at=min(read_at, now),
        due=now if now - read_at <= FRESH else read_at,
        stale=now - timedelta(hours=late),
        now=now,
    )
    done[State.STALE] = skip_stale(
        upto, said=f"Not told: found over {late:g} h late.", over="Not told: nothing was due any more."
    )
    organisation = None
    looked_at, left = set[str](), set[str]()
    while found := find_due(upto, stopped=stopped_acts(read_stopped()), limit=BATCH, but=left):
        # what is to be derived first, or others hold, is left to the next scan, and holds nobody up
        left |= with_news({one.account_id for one in found}, settings.lead_types)
        left |= {one.account_id for one in found if one.key in looked_at}
        found = [one for one in found if one.account_id not in left]
        if not found:
            continue
        organisation = organisation or connected()
        records = records_on({one.account_id for one in found}, settings.lead_types)
        asked = {one.account_id: records.get(one.account_id, set()) for one in found}
        news = read_news_of_accounts(organisation, asked, upto.read_at)
        done.update(_decided_together(found, news, settings, upto))
        looked_at |= {one.key for one in found}
    if done.total():
        log.info("told_idle", **{str(state): number for state, number in done.items()})
    return done


def _decided_together(
    found: Sequence[DueWord], news: Mapping[str, str], settings: ModelSettings, upto: UpTo
) -> Counter[str]:
    """Decide about a batch; where one of it cannot be decided, about each for itself, so that the others go on."""
    accounts, looked_at = {one.account_id for one in found}, {one.key for one in found}
    try:
        return _decide(accounts, looked_at, news, settings, upto)
    except (DatabaseError, LookupError, ValueError, TypeError) as error:
        log.warning("batch_failed", error=type(error).__name__, words=len(found))
    done: Counter[str] = Counter()
    for account_id in sorted(accounts):
        try:
            done.update(_decide({account_id}, looked_at, news, settings, upto))
        except (DatabaseError, LookupError, ValueError, TypeError) as error:
            done.update(_put_off(account_id, error, upto))
    return done


@transaction.atomic
def _decide(
    accounts: Collection[str],
    looked_at: Collection[str],
    news: Mapping[str, str],
    settings: ModelSettings,
    upto: UpTo,
) -> Counter[str]:
    # asked again: Salesforce was asked meanwhile, which may have taken long
    due = take_due(upto, accounts, stopped=stopped_acts(read_stopped()), limit=2 * BATCH)
    underived = with_news({one.account_id for one in due}, settings.lead_types)
    due = [one for one in due if one.key in looked_at and one.account_id not in underived]
    became = {
        one: (State.WAITING, f"Waits: {news[one.account_id]}, which is not read yet.")
        for one in due
        if one.account_id in news
    }
    became |= tell_of([one for one in due if one not in became], settings, upto.now)
    _note(became, upto.now, wait=_FIRST_PAUSE)
    return Counter(state for state, _ in became.values())


def _put_off(account_id: str, error: Exception, upto: UpTo) -> Counter[str]:
    """What cannot be decided waits, longer each time; the line goes on."""
    with transaction.atomic():
        due = take_due(upto, {account_id}, stopped=(), limit=2)
        said = f"Cannot be decided ({type(error).__name__}); it is tried again."
        for one in due:
            wait = min(_FIRST_PAUSE * 4**one.attempts, _LONGEST_PAUSE)
            _note({one: (State.WAITING, said)}, upto.now, wait=wait, has_failed=True)
    log.warning("word_failed", error=type(error).__name__, words=len(due))
    return Counter([State.WAITING] * len(due))


def _note(
    became: Mapping[DueWord, Became], now: datetime, *, wait: timedelta, has_failed: bool = False
) -> None:
    rows = [
        AccountWord(
            account_id=one.account_id,
            owner_id=one.owner_id,
            act=one.act,
            due_at=one.due_at,
            state=state,
            said=said[:300],
            attempts=one.attempts + has_failed,
            again_at=now + wait if state is State.WAITING else None,
            decided_at=now,
        )
        for one, (state, said) in became.items()
    ]
    AccountWord.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account_id", "owner_id", "act", "due_at"],
        update_fields=["state", "said", "attempts", "again_at", "decided_at"],
    )
