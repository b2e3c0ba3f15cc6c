"""What every part of the settings file is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Names = tuple[str, ...]


class Section(BaseModel):
    """A part of the file: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


def _with_zone(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("needs a zone; write 2026-03-01T00:00:00Z")
    return value


Instant = Annotated[datetime, AfterValidator(_with_zone)]
"""An instant with its zone, as effective dates are written."""
