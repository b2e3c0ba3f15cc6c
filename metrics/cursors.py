"""A place in a list as a word in an address: the sort keys of the last row shown. Pure."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence

PAGE = 50
"""Rows a page of a list has."""
_LONGEST = 400
"""Letters a place may have; what is longer was not written here, and may be nested deeper than can be read."""


class WrongCursor(Exception):
    """The address names no place in this list."""


def write(place: Sequence[float | str]) -> str:
    """The keys as a word."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def read(word: str, kinds: Sequence[type]) -> list[float | str]:
    """The keys in a word, of these kinds. Raises WrongCursor where it holds anything else."""
    try:
        if len(word) > _LONGEST:
            raise ValueError("too long")
        place = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if (
            not isinstance(place, list)
            or [type(key) for key in place] != list(kinds)
            or any(isinstance(key, str) and not _is_plain(key) for key in place)
            or any(isinstance(key, int) and abs(key) > 1 << 31 for key in place)
        ):
            raise ValueError("other keys")
        return place
    except ValueError as error:
        raise WrongCursor(f"“{word[:40]}” is no place in this list; begin again without it.") from error


def _is_plain(key: str) -> bool:
    return len(key) < 64 and key.isascii() and key.isprintable()
