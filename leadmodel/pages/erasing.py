"""What the page of somebody deleted says about their names: since when they are erased, or that they can be (K7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.models import User
from base.words import Instant, instant
from leadmodel.access import sees_all
from leadmodel.erasing import IN_THE_BIN, NAMED_FOR, why_not
from leadmodel.models import Erasure, Person


@dataclass(frozen=True)
class ErasingView:
    """`erased`: since when. `may_ask`: whether the viewer may have it done, `refusal`: why it cannot be done yet.

    `problem`: why the latest try came to nothing.
    """

    person_id: str
    erased: Instant | None
    may_ask: bool
    refusal: str
    problem: str
    days: int = NAMED_FOR.days
    days_in_the_bin: int = IN_THE_BIN.days


def read_erasing(
    user: User, person: Person, *, now: datetime, zone: ZoneInfo, problem: str = ""
) -> ErasingView | None:
    """For a person the user may see; None where Salesforce has not deleted them and nobody tried."""
    if not person.is_deleted and not problem:
        return None
    latest = Erasure.objects.filter(person_id=person.person_id).order_by("at").last()
    return ErasingView(
        person_id=person.person_id,
        erased=instant(latest.at, now=now, zone=zone) if latest is not None else None,
        may_ask=sees_all(user) and not problem,
        refusal=why_not(person, now=now) if sees_all(user) else "",
        problem=problem,
    )
