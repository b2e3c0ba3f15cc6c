"""Lists of what is to be sent, by how it stands, for operations: mails of the morning, and what tells somebody."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse

from base.address import one_of, read_place
from base.models import Effect, User
from leadmodel.pages.parts import Part, TileView

PAGE = 50
_STATE = Effect.State
BADGES = {
    _STATE.READY: ("waiting", ""),
    _STATE.LEASED: ("being sent", ""),
    _STATE.DONE: ("sent", "good"),
    _STATE.CANCELLED: ("not sent", ""),
    _STATE.REFUSED: ("failed", "bad"),
}
"""How each state is called, and its tone."""
Row = TypeVar("Row")


def parts_of(*, waiting: str, sent: str, skipped: str, failed: str) -> Mapping[str, Part]:
    """The lists by their names, each with what is in it, in words."""
    parts = (
        Part("waiting", "Waiting", waiting, (_STATE.READY, _STATE.LEASED)),
        Part("sent", "Sent", sent, (_STATE.DONE,)),
        Part("skipped", "Not sent", skipped, (_STATE.CANCELLED,)),
        Part("failed", "Failed", failed, (_STATE.REFUSED, _STATE.CONFLICT), "bad"),
    )
    return {part.name: part for part in parts}


@dataclass(frozen=True)
class Asked:
    """Which list, from which place on."""

    part: Part
    after: int | None

    def query(self, *, part: str | None = None, after: int | None = None) -> str:
        """The address of this list with another part or place."""
        found = {"show": part or self.part.name, "after": after}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class OutboxView(Generic[Row]):
    """The page. `query` is the address of the list, `here` of this page of it."""

    tiles: list[TileView]
    words: str
    rows: list[Row]
    query: str
    here: str
    next_href: str
    first_href: str


def read_asked(parameters: QueryDict, parts: Mapping[str, Part], what: str) -> Asked:
    """What an address asks for. Raises WrongAddress."""
    part = one_of(parameters, "show", parts, f"list of {what}") or "sent"
    return Asked(parts[part], read_place(parameters))


def narrowed(effects: QuerySet[Effect], asked: Asked) -> QuerySet[Effect]:
    """Those of the list from its place on, the latest first."""
    found = effects.filter(state__in=asked.part.states)
    return (found.filter(pk__lt=asked.after) if asked.after else found).order_by("-pk")


def view_outbox(
    effects: QuerySet[Effect],
    asked: Asked,
    parts: Mapping[str, Part],
    rows_of: Callable[[Sequence[Effect]], list[Row]],
    *,
    page: str,
) -> OutboxView[Row]:
    """How many stand how, and one page of a list; `page` is what its address is called."""
    found = list(narrowed(effects, asked)[: PAGE + 1])
    shown = found[:PAGE]
    counts = dict(effects.order_by().values_list("state").annotate(Count("pk")))
    return OutboxView(
        tiles=[
            part.tile(counts, asked.query(part=part.name), is_selected=part is asked.part)
            for part in parts.values()
        ],
        words=asked.part.words,
        rows=rows_of(shown),
        query=asked.query(),
        here=reverse(page) + asked.query(after=asked.after),
        next_href=asked.query(after=shown[-1].pk) if len(found) > PAGE else "",
        first_href=asked.query() if asked.after else "",
    )


def names_of(effects: Sequence[Effect]) -> dict[int, str]:
    """What those are called whom these go to."""
    numbers = {effect.payload["user"] for effect in effects}
    known = {user.pk: str(user) for user in User.objects.filter(pk__in=numbers)}
    return {number: known.get(number, f"user {number}") for number in numbers}
