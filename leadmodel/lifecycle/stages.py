"""The closed sets of the lead model: stages, outcomes, what starts a cycle and what ends it."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """Where a person stands. Derived, never set (M1)."""

    RAW = "raw"
    ASSIGNED = "assigned"
    WORKING = "working"
    QUALIFIED = "qualified"
    NURTURE = "nurture"
    UNQUALIFIED = "unqualified"


DISPOSITIONS = frozenset({Stage.QUALIFIED, Stage.NURTURE, Stage.UNQUALIFIED})
"""Stages that end a cycle (M8)."""

NOT_TO_BE_MET = frozenset({Stage.RAW, Stage.NURTURE, Stage.UNQUALIFIED})
"""Where nobody is to meet somebody any more; Qualified is where most are who are to be met."""

OPEN_STAGES = frozenset({Stage.ASSIGNED, Stage.WORKING})
"""Stages in which somebody owes the person something."""


class Outcome(StrEnum):
    """How a cycle counts: these partition all cycles (M8)."""

    OPEN = "open"
    QUALIFIED = "qualified"
    NURTURE = "nurture"
    UNQUALIFIED = "unqualified"
    WITHDRAWN = "withdrawn"


class Ending(StrEnum):
    """What closed a cycle; tells the two ways of being withdrawn apart (K4, K6)."""

    STATUS = "status"
    CONVERSION = "conversion"
    OPPORTUNITY = "opportunity"
    BACK_TO_RAW = "back_to_raw"
    MERGED = "merged"


class Handling(StrEnum):
    """What people did about a cycle: these partition all cycles too (M8, M10, M11)."""

    TOUCHED = "touched"
    BYPASSED = "bypassed"
    BY_AUTOMATION = "by_automation"
    UNTOUCHED = "untouched"


class Trigger(StrEnum):
    """The signal that opened a cycle (M5)."""

    STATUS = "status"
    ASSIGNED_DATE = "assigned_date"
    OWNER = "owner"
    OUTBOUND_PULL = "outbound_pull"


class Path(StrEnum):
    """Inbound raised a hand; outbound is whom we went to."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Entry(StrEnum):
    """Why a person came back for cycle 2 or more (M13); FIRST for cycle 1."""

    FIRST = "first"
    TIMED_RETURN = "timed_return"
    INBOUND_ACTION = "inbound_action"
    MANUAL = "manual"
