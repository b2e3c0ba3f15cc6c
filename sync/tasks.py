"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same work."""

from __future__ import annotations

from celery import shared_task
from django.conf import settings
from structlog import get_logger

from base import clock
from base.outbox import is_due
from sync import pull, quota
from sync.checkup.run import make_waiting
from sync.models.writing import EVERYTHING
from sync.salesforce.client import connect
from sync.salesforce.http import OrganisationError
from sync.writeback.deliver import deliver
from sync.writeback.modes import held_kinds, switches

log = get_logger(__name__)


@shared_task
def poll(**_: object) -> None:
    """Read what is due; an organisation out of reach is said and tried again at the next turn."""
    try:
        pull.poll(connect, now=clock.now())
    except OrganisationError as error:
        log.warning("poll_failed", error=str(error))


@shared_task
def check_up(**_: object) -> None:
    """Make the check-up that operations asked for, if one waits."""
    make_waiting(now=clock.now())


@shared_task
def write_back(**_: object) -> None:
    """Write to Salesforce what is due; out of reach, it stays due."""
    if not is_due(EVERYTHING, now=clock.now(), held=held_kinds(switches())):
        return
    try:
        quota.refuse_writing(now=clock.now())
        organisation = connect(stop_at=settings.SALESFORCE_WRITES_STOP_AT)
    except OrganisationError as error:
        log.warning("write_back_failed", error=str(error))
        return
    while deliver(organisation, clock=clock.now):
        pass
    quota.note(organisation.usage, now=clock.now())
