"""The look's tokens: every text is readable on every ground it stands on (WCAG AA), light and dark."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static" / "css" / "tokens.css"
GROUNDS = ("paper", "raised", "sunken", "accent-wash")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "good", "near", "bad")
PAIRS = [
    *itertools.product(TEXTS, GROUNDS),
    *((tone, f"{tone}-wash") for tone in ("good", "near", "bad")),
    ("paper", "accent"),
]
LEAST_FOR_TEXT = 4.5
LEAST_FOR_EDGES = 3


def _colours(scheme: int) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", TOKENS.read_text())
    return {name: both[scheme] for name, *both in found}


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_stands_out(scheme: int, text: str, ground: str) -> None:
    colours = _colours(scheme)

    assert _contrast(colours[text], colours[ground]) >= LEAST_FOR_TEXT


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_edges_of_fields_stand_out(scheme: int, ground: str) -> None:
    colours = _colours(scheme)

    assert _contrast(colours["control"], colours[ground]) >= LEAST_FOR_EDGES
