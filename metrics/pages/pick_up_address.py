"""The Pick-up page's address: the Response page's split, or a part of what a rep left or closed. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, one_of
from metrics.pages.response_address import ResponseAsked, read_response_address
from metrics.picking import AUTOMATIC, FIGURES


@dataclass(frozen=True)
class PickUpAsked(ResponseAsked):
    """What an address of the Pick-up page asks for: of a figure of `picking`, a rep's, of a source or a campaign."""

    pick: str | None = None
    of_source: str | None = None
    campaign: str | None = None

    @property
    def is_selecting(self) -> bool:
        """Whether a number is open."""
        return bool(self.figure or self.pick)

    def kept(self) -> dict[str, str]:
        """How the page is split, what is selected."""
        found = {"pick": self.pick, "rep": self.rep, "of_source": self.of_source, "campaign": self.campaign}
        return super().kept() | {name: value for name, value in found.items() if value}


def read_pick_up_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> PickUpAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    asked = read_response_address(parameters, zone=zone, now=now)
    pick = one_of(parameters, "pick", [*FIGURES, AUTOMATIC], "part of what was picked up or not")
    rep = given(parameters, "rep")
    if pick in FIGURES and rep is None:
        raise WrongAddress("The address names no rep: open a number of the page.")
    own = {
        "pick": None if asked.figure else pick,
        "rep": rep,
        # as written: spaces around a name may be all that tells two apart
        "of_source": parameters.get("of_source") or None,
        "campaign": parameters.get("campaign") or None,
        "part": None,
    }
    return PickUpAsked(**{**vars(asked), **own})
