"""The Response page's address: the Team page's, split by what one likes, with a number or a part selected. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import QueryDict

from base.address import WrongAddress, given, one_of
from metrics.pages.address import Asked, read_address
from metrics.response import ARRIVED, BY_WORD, MAPS
from metrics.selection import By

SPLITS = {
    By.SOURCE: "Source",
    By.TEAM: "Team",
    By.REP: "Rep",
    By.CAMPAIGN: "Campaign",
    By.PRIORITY: "Priority",
}
"""What the figures may be split by, as headings say it."""


@dataclass(frozen=True)
class ResponseAsked(Asked):
    """What an address of the Response page asks for.

    `group` is one of the split's, as it is written in the data; `is_nameless` asks for those that have none.
    """

    by: By = By.SOURCE
    group: str | None = None
    is_nameless: bool = False
    part: str | None = None
    shown: str = ARRIVED

    @property
    def is_selecting(self) -> bool:
        """Whether a number is open."""
        return bool(self.figure or self.part)

    @property
    def is_of_group(self) -> bool:
        """Whether the open number is a group's."""
        return self.group is not None or self.is_nameless

    def kept(self) -> dict[str, str]:
        """How the page is split, which map is shown, what is selected."""
        found = {
            "by": self.by.value if self.by is not By.SOURCE else None,
            "map": self.shown if self.shown != ARRIVED else None,
            "figure": self.figure,
            "group": self.group,
            "nameless": "yes" if self.is_nameless else None,
            "part": self.part,
        }
        return {name: value for name, value in found.items() if value}


def read_response_address(parameters: QueryDict, *, zone: ZoneInfo, now: datetime) -> ResponseAsked:
    """Read the parameters; `zone` is the organisation's. Raises WrongAddress."""
    asked = read_address(parameters, zone=zone, now=now)
    part = given(parameters, "part")
    if part is not None and part not in BY_WORD:
        raise WrongAddress(f"“{part[:60]}” is no part of the responses: open a number of the page.")
    by = one_of(parameters, "by", [split.value for split in SPLITS], "split")
    # as written: spaces around a name may be all that tells two apart
    group = parameters.get("group") or None
    is_nameless = one_of(parameters, "nameless", ["yes"], "answer to whether the group has no name") == "yes"
    if (group is not None or is_nameless) and asked.figure is None:
        raise WrongAddress("The address names a group but no figure: open a number of the table.")
    own = {
        "by": By(by) if by else By.SOURCE,
        "group": None if is_nameless else group,
        "is_nameless": is_nameless,
        "part": None if asked.figure else part,
        "shown": one_of(parameters, "map", list(MAPS), "map of the week") or ARRIVED,
    }
    return ResponseAsked(**{**vars(asked), "tile": None, "left_out": None, "sort": None, "rep": None, **own})
