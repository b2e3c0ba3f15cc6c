"""What pages show and hold figures against: targets, and other names of stages. Nothing is derived from them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, model_validator

from leadmodel.lifecycle.section import Section, Share


class Alias(StrEnum):
    """What other models call the stages (R141, R152); `lifecycle.aliases` says what dates each."""

    AQL = "AQL"
    MAL = "MAL"
    MQO = "MQO"
    SQO = "SQO"
    MCL = "MCL"
    MEL = "MEL"
    MQL = "MQL"
    SAL = "SAL"
    SQL = "SQL"


class Aliases(Section):
    """Which other names pages show beside the stages, with their dates, in this order; none: none."""

    show: tuple[Alias, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Aliases:
        twice = [alias for alias in self.show if self.show.count(alias) > 1]
        if twice:
            raise ValueError(f"{twice[0]} stands twice under show; keep one")
        return self


class Target(Section):
    """What the Team page holds a figure against; shares between 0 and 1, durations in seconds.

    With `up_to` it is a band, from `value` to there: more is as little meant as less (R144).
    """

    value: Annotated[float, Field(ge=0)]
    better: Literal["higher", "lower"] = "higher"
    near: Share = 0.1
    """How far off the target still shows as near, as a share of the target."""
    up_to: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_band(self) -> Target:
        if self.up_to is not None and (self.better == "lower" or self.up_to <= self.value):
            raise ValueError(
                "up_to ends a band that begins at value: write a larger number than value there, and better: higher"
            )
        return self


def default_targets() -> dict[str, Target]:
    """The seeds' numbers (R056, R077, R090, R105, R144)."""
    return {
        "acceptance_rate": Target(value=0.85, up_to=0.9),
        "pick_up_rate": Target(value=0.95),
        "pipeline_rate": Target(value=0.7, up_to=0.75),
        "response_median_s": Target(value=7200, better="lower", near=0.25),
        "response_p90_s": Target(value=86400, better="lower", near=0.25),
        "sla_attainment": Target(value=0.9),
        "touchless_rate": Target(value=0.05, better="lower", near=0.25),
    }
