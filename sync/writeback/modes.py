"""The switches of write-back: what is written, only told, or held."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from base.models import User
from sync.models import WriteSwitch
from sync.models.writing import EVERYTHING

Mode = WriteSwitch.Mode
AUTOMATIC = "salesforce.change.auto-"
"""Kinds of what automation does begin with this."""
AUTOMATIC_KINDS = (f"{AUTOMATIC}abandon", f"{AUTOMATIC}reassign")
STOP = "automation"
"""The switch that stops all automation: nothing of it is decided, written or told. What people do goes on."""


def switches() -> dict[str, WriteSwitch]:
    """The move that holds, by kind; a kind that nobody switched is missing."""
    moves = WriteSwitch.objects.order_by("kind", "-moved_at", "-pk").distinct("kind")
    return {move.kind: move for move in moves.select_related("moved_by")}


def mode_of(moved: Mapping[str, WriteSwitch], kind: str) -> Mode:
    """The switch for all writes wins over a kind's own; one that nobody switched stands where it started.

    Whatever those say, what automation decided waits while automation is stopped.
    """
    if kind.startswith(AUTOMATIC) and is_stopped(moved):
        return Mode.OFF
    everything = moved.get(EVERYTHING)
    if everything is not None and everything.mode != Mode.ON:
        return Mode(everything.mode)
    return own_mode(moved, kind)


def own_mode(moved: Mapping[str, WriteSwitch], kind: str) -> Mode:
    """How a kind's own switch stands, whatever that for all writes says."""
    own = moved.get(kind)
    return Mode(own.mode) if own is not None else _at_first(kind)


def _at_first(kind: str) -> Mode:
    """What people decide is written; what automation does is only told, until somebody has looked and says so."""
    return Mode.DRY if kind.startswith(AUTOMATIC) else Mode.ON


def held_kinds(moved: Mapping[str, WriteSwitch]) -> list[str]:
    """The kinds that wait while others are written."""
    off = [kind for kind, move in moved.items() if move.mode == Mode.OFF]
    return [*off, *AUTOMATIC_KINDS] if is_stopped(moved) else off


def is_stopped(moved: Mapping[str, WriteSwitch]) -> bool:
    """Whether operations have stopped all automation."""
    return STOP in moved and moved[STOP].mode == Mode.OFF


def switch(kind: str, mode: Mode, *, by: User, why: str, now: datetime) -> None:
    """From now on writes of this kind are treated so. Moved to where it stands, a switch has not moved."""
    now_at = switches().get(kind)
    if (now_at.mode if now_at is not None else _at_first(kind)) != mode:
        WriteSwitch.objects.create(kind=kind, mode=mode, moved_by=by, why=why, moved_at=now)
