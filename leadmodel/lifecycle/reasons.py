"""Why cycles end as nurture or unqualified: what reps may choose from, and what each reason means (M8, M10, M15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from leadmodel.lifecycle.section import Instant, Names, Section
from leadmodel.lifecycle.stages import Stage

KINDS = (Stage.NURTURE, Stage.UNQUALIFIED)
"""The dispositions that have reasons."""


class Reason(Section):
    """One reason, `name` in Salesforce's words. Offered in `[since, until)`; the file may write the name alone."""

    name: str
    label: str | None = None
    """What pages say instead of the name."""
    since: Instant | None = None
    until: Instant | None = None
    pre_qualification: bool = False
    """Whether it may end a person whom nobody touched (M10)."""
    program: str | None = None
    """The nurture program that takes these people up."""
    segmented: bool = False
    """Whether pages of reasons tell it apart, such as the right account's wrong buyer (R032)."""

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"name": value}
        if isinstance(value, dict | Reason):
            return value
        raise ValueError(f"{value!r} is no reason; write a text in quotes, or {{name: …}}")

    @field_validator("name")
    @classmethod
    def _named(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("is empty; write the value as Salesforce has it")
        return value

    @model_validator(mode="after")
    def _in_order(self) -> Reason:
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError(f"“{self.name}” ends (until) before it begins (since); turn the two round")
        return self

    @model_serializer(mode="wrap")
    def _short(self, write: SerializerFunctionWrapHandler) -> Any:
        told = {name: value for name, value in write(self).items() if value not in (None, False)}
        return self.name if told.keys() == {"name"} else told

    @property
    def shown(self) -> str:
        """What pages call it."""
        return self.label or self.name

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at `at`."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def overlaps(self, other: Reason) -> bool:
        """Whether both are in force at some instant."""
        return (self.since is None or other.until is None or self.since < other.until) and (
            other.since is None or self.until is None or other.since < self.until
        )


BuiltIn = Annotated[Names, Field(min_length=1)]


class Reasons(Section):
    """Where reasons stand in Salesforce, what is offered, and which values say *abandoned* (R024, R025)."""

    nurture_field: str | None = None
    unqualified_field: str | None = None
    nurture: tuple[Reason, ...] = ()
    """What a rep may choose from; none: the reasons in use."""
    unqualified: tuple[Reason, ...] = ()
    abandoned_by_rep: BuiltIn = ("Abandoned by rep",)
    """The nurture reasons by which a rep gives somebody up; always offered."""
    auto_abandoned: BuiltIn = ("Auto-abandoned",)
    """Those that automation writes (M15); never offered."""

    @model_validator(mode="after")
    def _without_contradiction(self) -> Reasons:
        for kind in KINDS:
            listed = self.of(kind)
            for at, reason in enumerate(listed):
                if any(reason.name == other.name and reason.overlaps(other) for other in listed[:at]):
                    raise ValueError(
                        f"“{reason.name}” stands twice under {kind} at the same time; keep one, or give each its dates"
                    )
        automatic = set(self.auto_abandoned)
        for where, names in (
            ("nurture", {reason.name for reason in self.nurture}),
            ("abandoned_by_rep", set(self.abandoned_by_rep)),
        ):
            if both := automatic & names:
                raise ValueError(
                    f"“{min(both)}” stands under {where} and auto_abandoned; what automation writes is no rep's choice,"
                    " keep one"
                )
        return self

    @property
    def segmented(self) -> tuple[str, ...]:
        """The reasons that are told apart, of whichever disposition, whenever in force (R032)."""
        return tuple(sorted({one.name for kind in KINDS for one in self.of(kind) if one.segmented}))

    def of(self, kind: Stage) -> tuple[Reason, ...]:
        """The list of a disposition, whenever in force."""
        return {Stage.NURTURE: self.nurture, Stage.UNQUALIFIED: self.unqualified}.get(kind, ())

    def field_of(self, kind: Stage) -> str | None:
        """The Salesforce field that holds a disposition's reason."""
        return {Stage.NURTURE: self.nurture_field, Stage.UNQUALIFIED: self.unqualified_field}.get(kind)

    def offered(self, kind: Stage, at: datetime) -> tuple[Reason, ...]:
        """What a rep may choose from at `at`; nothing where the settings list nothing, and those in use stand in."""
        listed = self.of(kind)
        return self.with_built_in(kind, (one for one in listed if one.holds(at))) if listed else ()

    def with_built_in(self, kind: Stage, reasons: Iterator[Reason]) -> tuple[Reason, ...]:
        """These reasons and *abandoned by rep*, which no list can leave out, without what only automation writes."""
        if kind is not Stage.NURTURE:
            return tuple(reasons)
        found = {one.name: one for one in reasons if one.name not in self.auto_abandoned}
        return (*found.values(), *(Reason(name=name) for name in self.abandoned_by_rep if name not in found))

    def listed(self, kind: Stage, name: str) -> Reason | None:
        """What the settings last said of a reason of this disposition; None where they never list it."""
        return next((one for one in reversed(self.of(kind)) if one.name == name), None)

    @cached_property
    def _pre_qualification(self) -> dict[tuple[Stage, str], list[Reason]]:
        found: dict[tuple[Stage, str], list[Reason]] = {}
        for kind in KINDS:
            for reason in self.of(kind):
                if reason.pre_qualification:
                    found.setdefault((kind, reason.name), []).append(reason)
        return found

    def is_pre_qualification(self, kind: Stage | None, name: str | None, at: datetime | None) -> bool:
        """Whether a cycle closed at `at` as `kind` with this reason may have been bypassed (M10)."""
        if kind is None or name is None or at is None:
            return False
        return any(reason.holds(at) for reason in self._pre_qualification.get((kind, name), ()))
