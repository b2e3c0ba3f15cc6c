"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts.abandoning import abandon
from alerts.mails.delivery import deliver
from alerts.mails.scan import scan
from base.hints import look_now
from sync.tasks import write_back


@shared_task
def send_mails(**_: object) -> None:
    """Decide the mails that are due, and send what waits."""
    try:
        scan(now=timezone.now())
    finally:
        # a mail that cannot be written holds up none that is
        while deliver(clock=timezone.now):
            pass


@shared_task
def act_on_due(**_: object) -> None:
    """Do what is due about people: give up those whose limit is over (M15)."""
    if abandon(now=timezone.now()):
        look_now(write_back)
