"""What the addresses of lists of what automation did have in common: which part, narrowed by what, from where on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.http import Http404, QueryDict

from alerts.lines import Narrowed
from base.address import WrongAddress, given, one_of
from base.models import User
from leadmodel.access import visible_reps
from leadmodel.pages.parts import Part, TileView
from metrics import cursors

PAGE = 50
Place = TypeVar("Place")


@dataclass(frozen=True)
class Asked(Generic[Place]):
    """What an address asks for. `choice`: by which name it tells its ledger's, if that has one."""

    part: Part
    narrowed: Narrowed
    choice: str | None
    after: Place | None

    def query(self, *, after: str | int | None = None) -> str:
        """The address of this list, from the place written so on."""
        found = {
            "show": self.part.name,
            **({self.choice: self.narrowed.choice} if self.choice else {}),
            "rep": self.narrowed.rep,
            "q": self.narrowed.words,
            "after": after,
        }
        return "?" + urlencode({name: value for name, value in found.items() if value})


def read_asked(
    user: User,
    parameters: QueryDict,
    parts: Mapping[str, Part],
    *,
    what: str,
    choice: str | None = None,
    place: Callable[[QueryDict], Place | None],
) -> Asked[Place]:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose people this user does not see."""
    part = parts[one_of(parameters, "show", parts, f"list of {what}") or "all"]
    rep, seen = given(parameters, "rep"), visible_reps(user)
    if rep is not None and seen is not None and rep not in seen:
        raise Http404(f"There is no rep {rep} among those you may see.")
    states = () if part.name == "all" else part.states
    chosen = given(parameters, choice) if choice else None
    narrowed = Narrowed(states, chosen, rep, given(parameters, "q"))
    return Asked(part, narrowed, choice, place(parameters))


def tiles_of(parts: Sequence[Part], counts: Mapping[str, int], selected: Part) -> list[TileView]:
    """Each part's number: of all lines, whatever else the list is narrowed by, and so it leads to all of them."""
    return [part.tile(counts, f"?show={part.name}", is_selected=part is selected) for part in parts]


def read_keys(parameters: QueryDict) -> tuple[datetime, str, int] | None:
    """The keys of the row after which a list goes on, as `write_keys` wrote them; None: from its start.

    Raises WrongAddress.
    """
    word = given(parameters, "after")
    if word is None:
        return None
    try:
        at, text, number = cursors.read(word, (str, str, int))
        # zones may be further off than PostgreSQL reads
        return datetime.fromisoformat(str(at)).astimezone(UTC), str(text), int(number)
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error
    except (ValueError, OverflowError) as error:
        raise WrongAddress(f"“{word[:40]}” is no place in this list; begin again without it.") from error


def write_keys(at: datetime, text: str, number: int) -> str:
    """A row's place in its list, by the keys of its order."""
    return cursors.write([at.isoformat(), text, number])
