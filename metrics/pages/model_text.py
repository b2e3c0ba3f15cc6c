"""The settings as a text that operations edit: checked, tried, applied."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256

from django.http import QueryDict

from base.address import whole_number
from leadmodel.actions import NotPossible
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.ops.difference import Difference, difference
from leadmodel.ops.versions import access_version
from leadmodel.pages.acting import read_words
from leadmodel.settings_file import WrongSettings, parse
from leadmodel.settings_store import latest_version, number_of
from leadmodel.settings_template import shipped_yaml
from metrics.moving import WouldMove

LONGEST_TEXT = 200_000
_LINE = re.compile(r"line (\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """A mistake: the line it is on (0: of no line), what that line says, and what is wrong with it."""

    line: int
    text: str
    words: str


@dataclass(frozen=True)
class Draft:
    """A text being edited. `based_on` is the version it was made from; `tried`: what was last looked at of it."""

    text: str
    based_on: int
    why: str = ""
    tried: str = ""

    @property
    def digest(self) -> str:
        """The text in short, to know it again."""
        return sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True)
class DraftView:
    """The page around a draft.

    `problems` None: not checked yet. `moving`, `difference`: what applying it would do, once it was tried; then it
    may be applied.
    """

    draft: Draft
    in_force: int
    problems: list[Problem] | None = None
    moving: WouldMove | None = None
    difference: Difference | None = None

    @property
    def rows(self) -> int:
        """How many lines the field shows."""
        return min(max(self.draft.text.count("\n") + 2, 16), 44)


def first_draft(number: int | None) -> Draft:
    """The text in force, or that of an earlier version to go back to. Raises Http404."""
    latest = latest_version()
    in_force = number_of(latest)
    if number is not None:
        return Draft(access_version(number).text, in_force, why=f"Back to version {number}")
    return Draft(latest.text if latest else shipped_yaml(), in_force)


def read_draft(told: QueryDict) -> Draft:
    """What the form holds, lines ended as in files. Raises NotPossible where it is none of ours."""
    text = re.sub(r"\r\n?", "\n", told.get("text", ""))
    if len(text) > LONGEST_TEXT:
        raise NotPossible(f"The text has {len(text):,} letters: {LONGEST_TEXT:,} have room.")
    based_on = whole_number(told.get("based_on", ""))
    if based_on is None:
        raise NotPossible("The form does not say which version it began with: open the page again.")
    return Draft(text, based_on, read_words(told, "why"), told.get("tried", ""))


def checked(draft: Draft) -> ModelSettings | list[Problem]:
    """The settings the text holds, or its mistakes."""
    try:
        return parse(draft.text)
    except WrongSettings as error:
        return problems_of(error, draft.text)


def problems_of(error: WrongSettings, text: str) -> list[Problem]:
    """The mistakes beside the lines they are on."""
    lines = text.splitlines()
    found: list[Problem] = []
    for sentence in error.problems:
        told = _LINE.fullmatch(sentence)
        number = int(told[1]) if told else 0
        line = lines[number - 1].strip() if 0 < number <= len(lines) else ""
        found.append(Problem(number, line, told[2] if told else sentence))
    return found


def against_force(draft: Draft) -> Difference:
    """What the draft changes in the version in force."""
    latest = latest_version()
    return difference(latest.text if latest else shipped_yaml(), draft.text)
