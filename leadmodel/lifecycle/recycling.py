"""How long Nurture holds a person (M13), and when they are looked at again (M18): a part of the settings. Pure."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property
from typing import Annotated

from pydantic import Field, model_validator

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.of_type import OfSomeType, first_that_fits
from leadmodel.lifecycle.section import Section
from leadmodel.lifecycle.stages import Path

After = Annotated[float, Field(ge=0)] | None
"""Days until a return; 0 or None: there is none."""
HALF_A_YEAR = 182


class TypedReturn(OfSomeType):
    """The return of some lead types."""

    return_after_days: After


class Recycling(Section):
    """How long Nurture holds, and after how long whoever holds a person there is reminded of them."""

    nurture_hold_days: Annotated[int, Field(ge=0)] = 90
    return_after_days: After = HALF_A_YEAR
    types: tuple[TypedReturn, ...] = ()
    """Other returns of some lead types, the first that fits."""
    remind_of_follow_ups: bool = True
    """Whether whoever holds a person in Nurture is reminded of a Task they planned for a day, when that begins."""

    @model_validator(mode="after")
    def _held_no_longer(self) -> Recycling:
        if "return_after_days" not in self.model_fields_set and self.nurture_hold_days > HALF_A_YEAR:
            # where only a hold is named, and that a long one, people are looked at again when it is over
            object.__setattr__(self, "return_after_days", self.nurture_hold_days)
        every = (("", self.return_after_days), *((_which(one), one.return_after_days) for one in self.types))
        for which, days in every:
            if days and days < self.nurture_hold_days:
                raise ValueError(
                    f"return_after_days{which} is {days:g}, less than nurture_hold_days, {self.nurture_hold_days}:"
                    " nobody is to be worked again while Nurture holds them; write a later return or a shorter hold"
                )
        return self

    @cached_property
    def nurture_hold(self) -> timedelta:
        """So long Nurture holds a person (M13)."""
        return timedelta(days=self.nurture_hold_days)

    def return_after(
        self, path: Path, priority: Priority | None, *, is_target_account: bool
    ) -> timedelta | None:
        """How long after they went to Nurture people of this type are looked at again; None: not at all."""
        typed = first_that_fits(self.types, path, priority, is_target_account=is_target_account)
        days = self.return_after_days if typed is None else typed.return_after_days
        return timedelta(days=days) if days else None


def _which(one: TypedReturn) -> str:
    """The lead types that a return is for, as they are written."""
    written = one.model_dump(mode="json", exclude={"return_after_days"}, exclude_none=True)
    return f" of {', '.join(f'{name} {value}' for name, value in written.items())}"
