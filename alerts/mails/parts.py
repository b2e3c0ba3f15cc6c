"""What parts of a mail have in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Own:
    """The part of somebody's role. `template` is its name without .html and .txt; `view` what that asks for."""

    template: str
    subject: str
    view: Mapping[str, Any]
    is_empty: bool


def one_line(text: str) -> str:
    """People's text on one line: nothing in it may look like a line of ours."""
    return " ".join(text.split())
