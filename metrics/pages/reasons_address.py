"""The Reasons page's address: that of the Team page, with a part of the dispositions selected. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, one_of
from metrics.pages.address import Asked, read_address
from metrics.reasons import KINDS

SHOWN = ("abandoned_by_rep", "auto_abandoned", "vague", "none", "segmented")
"""The strip's parts."""


@dataclass(frozen=True)
class ReasonsAsked(Asked):
    """What an address of the Reasons page asks for: of a disposition or a part of the strip, a reason, a rep.

    `untouched`: only those a human closed without a counted touch.
    """

    kind: str | None = None
    reason: str | None = None
    show: str | None = None
    untouched: bool = False

    @property
    def is_selecting(self) -> bool:
        """Whether a number is open."""
        return bool(self.kind or self.show or self.untouched)

    def kept(self) -> dict[str, str]:
        """What is selected."""
        found = {"kind": self.kind, "reason": self.reason, "show": self.show, "rep": self.rep}
        found["untouched"] = "yes" if self.untouched else None
        return {name: value for name, value in found.items() if value}


def read_reasons_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> ReasonsAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    asked = read_address(parameters, zone=zone, now=now)
    kind = one_of(parameters, "kind", list(KINDS), "disposition with reasons")
    # as written: spaces around a reason may be all that tells two apart
    reason = parameters.get("reason") or None
    if reason is not None and kind is None:
        raise WrongAddress(
            "The address names a reason but no disposition: open a reason of the table, or add “kind”."
        )
    own = {
        "kind": kind,
        "reason": reason,
        "show": one_of(parameters, "show", SHOWN, "part of the dispositions"),
        "untouched": one_of(parameters, "untouched", ["yes"], "answer to whether nobody touched them")
        == "yes",
    }
    return ReasonsAsked(
        **{**vars(asked), "figure": None, "tile": None, "left_out": None, "sort": None, **own}
    )
