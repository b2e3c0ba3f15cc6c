"""What a check of the auditor tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from leadmodel.lifecycle.settings import ModelSettings

MOST_LOOKED_AT = 1000
"""Differences a check tells at most; where there are more, these are the longest overdue."""


class Check(StrEnum):
    """What is held against what."""

    STEPS = "steps"
    TOLD = "told"
    REASSIGNED = "reassigned"
    ABANDONED = "abandoned"
    ACCOUNTS = "accounts"
    MAILS = "mails"
    OUTBOX = "outbox"


class Difference(NamedTuple):
    """Something that should have been and is not. `key` makes it this one, of Ids only; `what` is a sentence."""

    check: Check
    key: str
    person_id: str
    what: str


class Checked(NamedTuple):
    """How much should have been done by now, and what of it was not."""

    expected: int
    differing: Sequence[Difference]


@dataclass(frozen=True)
class Look:
    """What all checks of one run go by.

    `at`: as far as Salesforce was read and derived; None where that is too long ago to expect anything of it.
    `stopped`: the switches that stand on off.
    """

    now: datetime
    at: datetime | None
    settings: ModelSettings
    stopped: frozenset[str]
