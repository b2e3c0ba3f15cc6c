"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same work."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from alerts.mails.delivery import deliver
from alerts.mails.scan import scan


@shared_task
def send_mails(**_: object) -> None:
    """Decide the mails that are due, and send what waits."""
    try:
        scan(now=timezone.now())
    finally:
        # a mail that cannot be written holds up none that is
        while deliver(clock=timezone.now):
            pass
