"""What operations may stop: each kind of telling, and all automation at once.

Asked when something is decided, and again before it goes out. The switches are moved and kept like those of write-back,
which has one for each kind of write (`sync.writeback.modes`).

Stopped is not lost: a step stays due, a message waits. Both are done once it is switched on, if they still hold then.
"""

from __future__ import annotations

from enum import StrEnum

from alerts.mails.recipients import ASKED_FOR
from alerts.telling.words import Name
from base.models import Effect
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.telling import Topic
from sync.writeback.modes import STOP, Mode, switches


class Telling(StrEnum):
    """The kinds of telling, as their switches are kept."""

    REMINDERS = "tell.reminders"
    ESCALATIONS = "tell.escalations"
    COULD_NOT_ASSIGN = "tell.could_not_assign"
    REASSIGNED = "tell.reassigned"
    ABANDONED = "tell.abandoned"
    MAILS = "tell.mails"


LABELS = {
    STOP: "All automation",
    Telling.REMINDERS: "Reminders to reps",
    Telling.ESCALATIONS: "Escalations to managers",
    Telling.COULD_NOT_ASSIGN: "Word that nobody may take over",
    Telling.REASSIGNED: "Word of who changed hands",
    Telling.ABANDONED: "Word of who was given up",
    Telling.MAILS: "Mails of the morning",
}
"""What each switch is called."""
BY_ACT = {
    Act.REMIND_REP: Telling.REMINDERS,
    Act.TELL_MANAGER: Telling.ESCALATIONS,
    Act.TELL_THEIR_MANAGER: Telling.ESCALATIONS,
}
"""The steps of the ladder that only tell. That somebody takes over is a write, and has the switch of one."""
_BY_TOPIC = {
    Topic.COULD_NOT_ASSIGN: Telling.COULD_NOT_ASSIGN,
    Topic.REASSIGNED: Telling.REASSIGNED,
    Topic.ABANDONED: Telling.ABANDONED,
}

_REMINDED = (Topic.RESPONSE, Topic.HAND_OFF, Topic.RETURN, Topic.MEETING, Topic.IDLE_ACCOUNT)


def read_stopped() -> frozenset[str]:
    """The switches that stand on off; all kinds of telling where all automation is stopped."""
    off = frozenset(kind for kind, move in switches().items() if move.mode == Mode.OFF)
    return off | frozenset(Telling) if STOP in off else off


def stopped_acts(stopped: frozenset[str]) -> list[str]:
    """The steps of the ladder that are left undone for now."""
    return [act.value for act in Act if STOP in stopped or BY_ACT.get(act) in stopped]


def why_stopped(effect: Effect) -> str:
    """Why a message does not go out for now, in a sentence; empty where it may."""
    stopped = read_stopped()
    held = sorted(stopped & _kinds_of(effect)) if stopped else []
    if not held:
        return ""
    label = LABELS[STOP if STOP in stopped else held[0]]
    return f"Stopped by operations ({label}): it waits until that is switched on."


def _kinds_of(effect: Effect) -> frozenset[str]:
    """What a message tells, which is of one kind; a mail that somebody asked for is no automation."""
    if "notices" not in effect.payload:
        return frozenset() if effect.kind.endswith(ASKED_FOR) else frozenset({Telling.MAILS})
    return frozenset({effect.payload["of"]})


def of_notice(topic: str, name: str) -> Telling:
    """The kind of a notice: a first word of who waits is a reminder, whatever follows from it an escalation."""
    if topic in _REMINDED and name == Name.FIRST:
        return Telling.REMINDERS
    return _BY_TOPIC.get(Topic(topic), Telling.ESCALATIONS)
