"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same work."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from celery import shared_task
from structlog import get_logger

from alerts.abandoning import abandon
from alerts.auditor.comparing import compare
from alerts.auditor.heartbeat import beat
from alerts.erasing import erase_what_was_told
from alerts.idle.scan import tell_idle
from alerts.ladder.climb import climb
from alerts.mails.delivery import deliver
from alerts.mails.scan import scan
from alerts.models import Escalation
from alerts.stops import Telling, read_stopped
from alerts.telling import delivery as telling
from alerts.telling.standing import look_after
from alerts.written import tell_written
from base import clock
from base.hints import look_now
from leadmodel.erasing import erase_long_gone
from sync.salesforce.client import connect
from sync.salesforce.http import OrganisationError
from sync.tasks import write_back

log = get_logger(__name__)

LATELY = timedelta(days=1)
"""What was due, or told, before that is looked at by the seldom look: there may be much of it (M19)."""


@shared_task
def send_mails(**_: object) -> None:
    """Decide the mails that are due, unless operations stopped them, and send what waits."""
    try:
        if Telling.MAILS not in read_stopped():
            scan(now=clock.now())
    finally:
        # a mail that cannot be written holds up none that is
        while deliver(clock=clock.now):
            pass


@shared_task
def send_notices(**_: object) -> None:
    """Send what people are to be told of."""
    while telling.deliver(clock=clock.now):
        pass


@shared_task
def audit(**_: object) -> None:
    """Hold what should have been done by now against what was; only where they agree is the heartbeat told."""
    if compare(now=clock.now()).agrees:
        beat()


@shared_task
def erase(**_: object) -> None:
    """Empty the names of whoever was deleted for good a month ago (K7)."""
    erase_long_gone(now=clock.now(), also=erase_what_was_told)


@shared_task
def act_on_due(**_: object) -> None:
    """Do what is due about people, and tell of it: give up whose limit is over (M15), climb the ladder (M18).

    Of what became due lately: it is often that this is asked.
    """
    _act(since=clock.now() - LATELY)


@shared_task
def act_on_all_due(**_: object) -> None:
    """The same of all that is due, however long it has been: it could not be done, or came to be due in the past."""
    _act(since=None)


def _act(*, since: datetime | None) -> None:
    abandoned = abandon(now=clock.now(), since=since)
    climbed = Counter[str]()
    try:
        climbed += climb(connect, now=clock.now(), since=since)
        climbed += tell_idle(connect, now=clock.now())
    except OrganisationError as error:
        # what is due stays due: nobody is told of before Salesforce was looked at (M20)
        log.warning("ladder_waits", error=str(error))
    told = tell_written(now=clock.now()) + look_after(now=clock.now(), since=since)
    if abandoned or climbed[Escalation.State.DONE]:
        look_now(write_back)
    if told or climbed.total():
        look_now(send_notices)
