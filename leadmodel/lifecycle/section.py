"""What every part of the settings file is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from typing_extensions import override

Share = Annotated[float, Field(ge=0, le=1)]
Names = tuple[str, ...]


class Section(BaseModel):
    """A part of the file: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)

    @override
    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values; what was worked out from those it had is worked out anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs a zone; write 2026-03-01T00:00:00Z")
    return value


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f"“{value}” is no time of day; write one like '07:30'")
    return value


TimeOfDay = Annotated[str, AfterValidator(_time_of_day)]
"""Hour and minute, as `07:30`."""
Instant = Annotated[datetime, AfterValidator(_with_zone)]
"""An instant with its zone, as effective dates are written."""
