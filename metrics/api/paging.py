"""Pages of lists: from a place on, never by counting rows off, so that rows that come meanwhile shift nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypedDict, TypeVar

from rest_framework import serializers
from rest_framework.utils.urls import replace_query_param

from metrics import cursors
from metrics.api.errors import Refused, Wrong
from metrics.api.parameters import NotRead, read_instant, text, whole
from metrics.api.resource import Call, Shape

MOST = 1000
LIMIT = whole("limit", "Rows of a page.", least=1, most=MOST, default=100)
AFTER = text("after", "Where the page begins: take it from `next` of the page before.")
PAGED = (LIMIT, AFTER)
R = TypeVar("R")


class Page(serializers.Serializer[Any]):
    """A page of a list."""

    next = serializers.CharField(
        read_only=True, allow_null=True, help_text="Address of the next page; null on the last one."
    )


class Paged(TypedDict):
    """What a page is made of."""

    next: str | None
    results: Any


def limit_of(call: Call) -> int:
    """Rows of a page, as asked."""
    return call.asked[LIMIT] or 100


def place_of(call: Call, *kinds: type) -> list[Any] | None:
    """The place where the page begins, None for the first one; a datetime stands as its text. Raises Refused."""
    word = call.asked[AFTER]
    if word is None:
        return None
    try:
        found = cursors.read(word, [str if kind is datetime else kind for kind in kinds])
        return [
            read_instant(str(key)) if kind is datetime else key
            for key, kind in zip(found, kinds, strict=True)
        ]
    except (cursors.WrongCursor, NotRead) as error:
        raise wrong_place() from error


def wrong_place() -> Refused:
    """What is said of a place that no page gave."""
    return Refused(
        Wrong("query.after", "This is no place in the list.", "Take it from `next` of the page before.")
    )


def page(
    call: Call, rows: Sequence[R], shape: type[Shape], place: Callable[[R], Sequence[float | str]]
) -> Paged:
    """The page of the rows found, which are one more than its limit where another page follows."""
    limit = limit_of(call)
    shown = rows[:limit]
    following = cursors.write(place(shown[-1])) if len(rows) > limit else None
    return Paged(next=next_of(call, following), results=shape(shown, many=True).data)


def next_of(call: Call, following: str | None) -> str | None:
    """The address of the page that begins at a place."""
    if following is None:
        return None
    return replace_query_param(call.request.build_absolute_uri(), AFTER.name, following)


def written(at: datetime) -> str:
    """An instant as a place has it."""
    return at.isoformat().replace("+00:00", "Z")
