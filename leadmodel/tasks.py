"""Hints from the broker: look now. Losing them loses nothing, the next one finds the same marks."""

from __future__ import annotations

from celery import shared_task

from leadmodel.rebuild import rebuild_all


@shared_task
def rebuild(**_: object) -> None:
    """Derive the people marked as changed."""
    rebuild_all()
