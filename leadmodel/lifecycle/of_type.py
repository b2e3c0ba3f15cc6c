"""What holds for some lead types only: the part of such settings that says which. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pydantic import model_validator

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.section import Section
from leadmodel.lifecycle.stages import Path


class OfType(Section):
    """The lead types something is for; what is None may be anything."""

    path: Path | None = None
    priority: Priority | None = None
    target_account: bool | None = None

    @property
    def is_of_any_type(self) -> bool:
        """Whether it says of no lead type that it is for it."""
        return self.path is None and self.priority is None and self.target_account is None

    def fits_type(self, path: Path, priority: Priority | None, *, is_target_account: bool) -> bool:
        """Whether it is for leads of this type."""
        return (
            self.path in (None, path)
            and self.priority in (None, priority)
            and self.target_account in (None, is_target_account)
        )

    def covers_type(self, other: OfType) -> bool:
        """Whether it is for all lead types that `other` is for."""
        return (
            self.path in (None, other.path)
            and self.priority in (None, other.priority)
            and self.target_account in (None, other.target_account)
        )


class OfSomeType(OfType):
    """What is for some lead types says for which."""

    @model_validator(mode="after")
    def _says_which(self) -> OfSomeType:
        if self.is_of_any_type:
            raise ValueError("says of no lead type that it is for it; name path, priority or target_account")
        return self


_Typed = TypeVar("_Typed", bound=OfSomeType)


def first_that_fits(
    types: Iterable[_Typed], path: Path, priority: Priority | None, *, is_target_account: bool
) -> _Typed | None:
    """What is said of leads of this type: by the first that is for them. None: nothing."""
    for one in types:
        if one.fits_type(path, priority, is_target_account=is_target_account):
            return one
    return None
