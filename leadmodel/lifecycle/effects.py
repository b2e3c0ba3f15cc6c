"""What a dated fact does to the line it falls on. Each effect is called with the line, the instant and the actor."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from leadmodel.lifecycle.line import Line
from leadmodel.lifecycle.stages import DISPOSITIONS, Ending, Stage, Trigger

Effect = Callable[[Line, datetime, str | None], None]


def owned_by(owner: str | None, *, is_conversion: bool = False) -> Effect:
    """The person belongs to `owner` from now on (M12)."""

    def effect(line: Line, at: datetime, actor: str | None) -> None:
        line.own(at, owner, actor, is_conversion=is_conversion)

    return effect


def explained(kind: Stage, reason: str | None) -> Effect:
    """The reason field for a kind of disposition holds `reason` from now on (M8)."""

    def effect(line: Line, _at: datetime, _actor: str | None) -> None:
        line.reasons[kind] = reason

    return effect


def assigned(trigger: Trigger) -> Effect:
    """A signal that opens a cycle (M5)."""

    def effect(line: Line, at: datetime, actor: str | None) -> None:
        line.assign(at, actor, trigger)

    return effect


def disposed(kind: Stage, ending: Ending) -> Effect:
    """A disposition (M8), by status or by conversion (K3)."""

    def effect(line: Line, at: datetime, actor: str | None) -> None:
        line.dispose(at, kind, actor, ending)

    return effect


def _claimed(line: Line, at: datetime, _actor: str | None) -> None:
    line.claim(at)


def won(line: Line, _at: datetime, _actor: str | None) -> None:
    """An opportunity of the person was won: a customer from now on (M14)."""
    line.is_customer = True
    line.handed = None


def lost(reason: str | None) -> Effect:
    """An opportunity of the person was lost, and why (M14)."""

    def effect(line: Line, at: datetime, actor: str | None) -> None:
        line.lose(at, actor, reason)

    return effect


ENTERED: dict[Stage, Effect] = {
    Stage.RAW: Line.back_to_raw,
    Stage.ASSIGNED: assigned(Trigger.STATUS),
    Stage.WORKING: _claimed,
    **{kind: disposed(kind, Ending.STATUS) for kind in DISPOSITIONS},
}
"""What entering a status of this stage does."""
CONVERTED = disposed(Stage.QUALIFIED, Ending.CONVERSION)
DATED = assigned(Trigger.ASSIGNED_DATE)
