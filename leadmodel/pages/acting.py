"""The actions a page offers on a person, and what their forms say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid4

from base.address import FIRST_YEAR, LAST_YEAR, WrongAddress, given
from base.models import User
from leadmodel.access import sees_all
from leadmodel.actions import Asked, NotPossible
from leadmodel.lifecycle.stages import Stage
from leadmodel.may_act import assigns, refusal
from leadmodel.models import Person
from leadmodel.outcomes import names
from leadmodel.pages.marks import read_marks_of
from leadmodel.pages.shell import read_shell
from leadmodel.reasons import dispositions
from leadmodel.recycling import held_back
from leadmodel.settings_store import settings_in_force
from leadmodel.takers import Taker, reps_to_give_to

LONGEST = 1000
"""Letters of what people write into a form."""
NOT_OURS = "The form is not whole: open the page again and repeat it."
_KEYS = {Stage.NURTURE: "n", Stage.UNQUALIFIED: "u", Stage.QUALIFIED: "q"}
_DIGITS = "1234567890"
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Choice:
    """A reason, what it is called, and the digit that chooses it; further ones have none."""

    reason: str
    label: str
    digit: str


@dataclass(frozen=True)
class Closing:
    """A disposition and its reasons; none: it needs none."""

    kind: str
    label: str
    key: str
    choices: list[Choice]


@dataclass(frozen=True)
class Assigning:
    """Whom the person may be given to. `held`: why that needs an override; `may_override`: the viewer's to give."""

    takers: list[Taker]
    held: str
    may_override: bool


@dataclass(frozen=True)
class Panel:
    """The actions on one person. `assigning`: None for those who assign nobody.

    `refusal`: why there are none. `once`: what makes one showing of the forms one decision. `stays`: whether it is open
    again after an action. `problem`: why the latest try came to nothing, `written`: what it had filled in.
    """

    person_id: str
    refusal: str
    once: str
    closings: list[Closing]
    can_log: bool
    assigning: Assigning | None
    today_iso: str
    tomorrow_iso: str
    stays: bool
    problem: str
    written: Mapping[str, str]

    @property
    def with_reasons(self) -> list[Closing]:
        """The dispositions that need a reason."""
        return [closing for closing in self.closings if closing.choices]

    @property
    def at_once(self) -> list[Closing]:
        """The dispositions that need none."""
        return [closing for closing in self.closings if not closing.choices]


def read_panel(
    user: User,
    person: Person,
    *,
    now: datetime,
    stays: bool,
    problem: str = "",
    written: Mapping[str, str] | None = None,
) -> Panel:
    """The actions this user may take on a person they may see."""
    once = str(uuid4())
    why_not = refusal(user, person)
    today = Asked(user, once, now).today
    ways = [] if why_not else dispositions(person.person_id, settings_in_force(), now=now)
    return Panel(
        person_id=person.person_id,
        refusal=why_not,
        once=once,
        closings=[
            Closing(
                way.kind.value,
                way.kind.capitalize(),
                _KEYS[way.kind],
                [Choice(one.name, one.shown, _DIGITS[at : at + 1]) for at, one in enumerate(way.reasons)],
            )
            for way in ways
        ],
        can_log=user.salesforce_id is not None,
        assigning=None if why_not else _read_assigning(user, person, now),
        today_iso=today.isoformat(),
        tomorrow_iso=(today + timedelta(days=1)).isoformat(),
        stays=stays,
        problem=problem,
        written=written or {},
    )


def _read_assigning(user: User, person: Person, now: datetime) -> Assigning | None:
    if not assigns(user):
        return None
    return Assigning(
        takers=reps_to_give_to(user),
        held=held_back(person, settings_in_force(), now),
        may_override=sees_all(user),
    )


def read_acting_page(user: User, person: Person, panel: Panel, *, now: datetime) -> dict[str, object]:
    """The page of its own that the actions have where a part of a page cannot be shown."""
    return {
        "shell": read_shell(user, current="queue", now=now),
        "name": names({panel.person_id})[panel.person_id],
        "panel": panel,
        "marks": read_marks_of(user, person, shown_as=person.person_id, now=now),
    }


def read_once(form: Mapping[str, str]) -> str:
    """The form's word for this one decision. Raises WrongAddress where the form is none of ours."""
    try:
        return str(UUID(form.get("once", "")))
    except ValueError as error:
        raise WrongAddress(NOT_OURS) from error


def read_words(form: Mapping[str, str], name: str) -> str:
    """What somebody wrote. Raises NotPossible where it is too long."""
    words = given(form, name) or ""
    if len(words) > LONGEST:
        raise NotPossible(f"That is {len(words):,} letters: {LONGEST:,} have room.")
    return words


def read_date(form: Mapping[str, str], name: str) -> date:
    """A day somebody chose. Raises NotPossible where it is none."""
    text = given(form, name)
    try:
        day = date.fromisoformat(text or "")
    except ValueError as error:
        raise NotPossible("Choose a day.") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise NotPossible(f"{day.year} lies outside all records: choose another day.")
    return day


def read_one(form: Mapping[str, str], name: str, known: type[E]) -> E:
    """One of a closed set. Raises WrongAddress where the form is none of ours."""
    try:
        return known(form.get(name, ""))
    except ValueError as error:
        raise WrongAddress(NOT_OURS) from error
