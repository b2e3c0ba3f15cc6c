"""Promises and limits: what a lead is owed, and when automation gives up (M15, M18). A part of the settings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from leadmodel.lifecycle.business_time import Openings
from leadmodel.lifecycle.hand_offs import HandOff
from leadmodel.lifecycle.idle_accounts import IdleAccounts
from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.meetings import Meetings
from leadmodel.lifecycle.of_type import OfSomeType, first_that_fits
from leadmodel.lifecycle.recycling import Recycling
from leadmodel.lifecycle.section import Section
from leadmodel.lifecycle.stages import Path

Days = Annotated[float, Field(gt=0)]
Minutes = Annotated[float, Field(gt=0)]


class Act(StrEnum):
    """What a step does about somebody: who waits for an answer, was handed off, is to return, had a meeting."""

    REMIND_REP = "remind_rep"
    TELL_MANAGER = "tell_manager"
    REASSIGN = "reassign"
    TELL_THEIR_MANAGER = "tell_their_manager"
    """The manager's manager."""


class Promise(StrEnum):
    """Which due moment a step counts from."""

    TARGET = "target"
    MAXIMUM = "maximum"


class LadderStep(Section):
    """One step: what is done so many minutes after a due moment, or before it where they are negative."""

    do: Act
    of: Promise
    minutes: float = 0


_LADDER = (
    LadderStep(do=Act.REMIND_REP, of=Promise.TARGET, minutes=-30),
    LadderStep(do=Act.TELL_MANAGER, of=Promise.MAXIMUM),
    LadderStep(do=Act.REASSIGN, of=Promise.MAXIMUM),
    LadderStep(do=Act.TELL_THEIR_MANAGER, of=Promise.MAXIMUM, minutes=24 * 60),
)


_OF_P1 = 60.0
"""Minutes within which hand-raisers are answered, unless the settings say otherwise."""


class Response(Section):
    """The promise to answer (M18), and what is done as long as nobody does."""

    hours: Literal["calendar", "business"] = "calendar"
    """Whether the promise runs round the clock, or in the hours of whoever owes the answer (M17)."""
    target_minutes: Annotated[float, Field(gt=0)] = 120
    maximum_minutes: Annotated[float, Field(gt=0)] = 24 * 60
    priorities: dict[Priority, Minutes] = Field(default_factory=dict)
    """Other targets of some priorities, in minutes."""
    ladder: tuple[LadderStep, ...] = _LADDER
    stale_after_hours: Annotated[float, Field(gt=0)] = 48
    """A step found this late is not done any more: whoever starts today does not tell of last year."""

    @model_validator(mode="after")
    def _hand_raisers_first(self) -> Response:
        if "priorities" not in self.model_fields_set:
            # where everybody is promised less than an hour, they are too
            object.__setattr__(self, "priorities", {Priority.P1: min(_OF_P1, self.target_minutes)})
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Response:
        if self.maximum_minutes < self.target_minutes:
            raise ValueError(
                "maximum_minutes is less than target_minutes; write the larger one as the maximum"
            )
        for priority, minutes in self.priorities.items():
            if self.maximum_minutes < minutes:
                raise ValueError(
                    f"maximum_minutes is less than priorities.{priority}; write the larger one as the maximum"
                )
        return self

    @model_validator(mode="after")
    def _each_step_once(self) -> Response:
        if len(set(self.ladder)) < len(self.ladder):
            raise ValueError("ladder has the same step twice; keep one of them")
        return self

    def target_of(self, priority: Priority | None) -> timedelta:
        """Within this a lead of that priority is answered in time; exactly this is in time."""
        minutes = (
            self.target_minutes if priority is None else self.priorities.get(priority, self.target_minutes)
        )
        return timedelta(minutes=minutes)

    @cached_property
    def maximum(self) -> timedelta:
        """After this an unanswered lead goes to somebody else."""
        return timedelta(minutes=self.maximum_minutes)

    def due_at(
        self, promise: Promise, priority: Priority | None, since: datetime, openings: Openings | None
    ) -> datetime:
        """Until when an answer owed `since` then is in time; `openings` are the hours of whoever owes it.

        In business hours that is as long as no more of them than promised have passed: an answer after closing time
        costs none. Where nobody ever works, the calendar counts.
        """
        owed = self.owed(promise, priority)
        last = None
        if openings is not None and self.hours == "business":
            last = openings.used_up(since, owed.total_seconds())
        return last or since + owed

    def step_at(
        self, step: LadderStep, priority: Priority | None, since: datetime, openings: Openings | None
    ) -> datetime:
        """When a step is due: so long after the due moment, or before it in the hours the promise runs in."""
        offset, early = timedelta(minutes=step.minutes), None
        if step.minutes < 0 and openings is not None and self.hours == "business":
            early = openings.reached(since, (self.owed(step.of, priority) + offset).total_seconds())
        # one that would come before the wait begins comes at once
        return max(since, early or self.due_at(step.of, priority, since, openings) + offset)

    def owed(self, promise: Promise, priority: Priority | None) -> timedelta:
        """How long an answer may take by this promise, in the hours it runs in."""
        return self.target_of(priority) if promise is Promise.TARGET else self.maximum


class WorkingLimit(Section):
    """How long somebody may be worked: for so many days, and then for as long as touches are not this far apart."""

    working_days: Days = 30
    untouched_days: Days = 7

    def due_at(self, first_touch_at: datetime, last_touch_at: datetime) -> datetime:
        """When a cycle is given up that was first and last touched then."""
        return max(
            first_touch_at + timedelta(days=self.working_days),
            last_touch_at + timedelta(days=self.untouched_days),
        )


class TypedLimit(OfSomeType, WorkingLimit):
    """The limit of some lead types."""


class AutoAbandon(WorkingLimit):
    """When automation gives somebody up (M15): by the first of `types` that fits, else as written here."""

    types: tuple[TypedLimit, ...] = ()
    most_a_day: Annotated[int, Field(ge=0)] = 1000
    """However many are due: a mistake in the limits shows before it has given up everybody."""

    def limit_of(self, path: Path, priority: Priority | None, *, is_target_account: bool) -> WorkingLimit:
        """The limit of leads of this type."""
        return first_that_fits(self.types, path, priority, is_target_account=is_target_account) or self


class Policies(NamedTuple):
    """What is promised from an instant on; None is "always"."""

    since: datetime | None
    response: Response
    auto_abandon: AutoAbandon
    hand_off: HandOff
    recycling: Recycling
    meetings: Meetings
    idle_accounts: IdleAccounts | None
    """None: nothing is promised of target accounts."""


def in_force(policies: Sequence[Policies], at: datetime) -> Policies:
    """The policies that held at `at`, of all ever in force, oldest first; before the first of them, that one."""
    found = policies[0]
    for one in policies[1:]:
        if one.since is not None and one.since <= at:
            found = one
    return found
