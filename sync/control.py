"""Pausing: people stop reading for a while, and let it go on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from base.models import User
from sync.models import ObjectState, ReadingPause

_ONE = 1


class Paused(Exception):
    """Somebody paused reading while it was under way. What was not loaded yet is read anew later."""

    def __init__(self) -> None:
        super().__init__("Reading is paused; what was under way is read anew when it goes on.")


def pause(user: User | None, *, now: datetime) -> None:
    """Read nothing from now on. A read under way stops at its next page."""
    ReadingPause.objects.get_or_create(pk=_ONE, defaults={"since": now, "by": user})


def resume() -> None:
    """Read again, everything that fell due meanwhile at once."""
    with transaction.atomic():
        ReadingPause.objects.all().delete()
        ObjectState.objects.update(due_at=None)


def is_paused() -> bool:
    """Whether somebody paused reading."""
    return ReadingPause.objects.filter(pk=_ONE).exists()


def paused() -> ReadingPause | None:
    """Since when, and by whom, reading is paused; None when it is not."""
    return ReadingPause.objects.select_related("by").filter(pk=_ONE).first()
