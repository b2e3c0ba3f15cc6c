"""Promises and limits: what a lead is owed, and when automation gives up (M15, M18). A part of the settings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field, model_validator

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.section import Section
from leadmodel.lifecycle.stages import Path

Days = Annotated[float, Field(gt=0)]


class Response(Section):
    """The promise to answer (M18), calendar hours (M17)."""

    target_minutes: Annotated[float, Field(gt=0)] = 120
    maximum_minutes: Annotated[float, Field(gt=0)] = 24 * 60

    @model_validator(mode="after")
    def _in_order(self) -> Response:
        if self.maximum_minutes < self.target_minutes:
            raise ValueError(
                "maximum_minutes is less than target_minutes; write the larger one as the maximum"
            )
        return self

    @property
    def target(self) -> timedelta:
        """Within this a lead is answered in time; exactly this is in time."""
        return timedelta(minutes=self.target_minutes)

    @property
    def maximum(self) -> timedelta:
        """After this an unanswered lead goes to somebody else."""
        return timedelta(minutes=self.maximum_minutes)


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


class TypedLimit(WorkingLimit):
    """The limit of some lead types; what is None may be anything."""

    path: Path | None = None
    priority: Priority | None = None
    target_account: bool | None = None

    @model_validator(mode="after")
    def _says_which(self) -> TypedLimit:
        if self.path is None and self.priority is None and self.target_account is None:
            raise ValueError("says of no lead type that it is for it; name path, priority or target_account")
        return self

    def fits(self, path: Path, priority: Priority | None, *, is_target_account: bool) -> bool:
        """Whether it is for leads of this type."""
        return (
            self.path in (None, path)
            and self.priority in (None, priority)
            and self.target_account in (None, is_target_account)
        )


class AutoAbandon(WorkingLimit):
    """When automation gives somebody up (M15): by the first of `types` that fits, else as written here."""

    types: tuple[TypedLimit, ...] = ()
    most_a_day: Annotated[int, Field(ge=0)] = 1000
    """However many are due: a mistake in the limits shows before it has given up everybody."""

    def limit_of(self, path: Path, priority: Priority | None, *, is_target_account: bool) -> WorkingLimit:
        """The limit of leads of this type."""
        found = (one for one in self.types if one.fits(path, priority, is_target_account=is_target_account))
        return next(found, self)


class Policies(NamedTuple):
    """What is promised from an instant on; None is "always"."""

    since: datetime | None
    response: Response
    auto_abandon: AutoAbandon


def in_force(policies: Sequence[Policies], at: datetime) -> Policies:
    """The policies that held at `at`, of all ever in force, oldest first; before the first of them, that one."""
    found = policies[0]
    for one in policies[1:]:
        if one.since is not None and one.since <= at:
            found = one
    return found
