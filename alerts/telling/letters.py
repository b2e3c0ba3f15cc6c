"""A message in words: one notice with its own subject, several of one topic under a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse

from alerts.mails.links import site
from alerts.models import Told
from alerts.smtp import Letter
from alerts.telling.words import NAMES, Name, many
from leadmodel.lifecycle.telling import Topic

MOST_LINES = 20
"""So many are told of each; a link leads to the rest."""


@dataclass(frozen=True)
class Line:
    """One notice as messages have it."""

    headline: str
    word: str
    text: str
    href: str


def lines(told: Sequence[Told]) -> list[Line]:
    """The first of them, as they are told."""
    return [
        Line(one.headline, NAMES[Name(one.name)], " ".join(one.text.split()), site(one.link))
        for one in told[:MOST_LINES]
    ]


def subject(told: Sequence[Told]) -> str:
    """What a message says first."""
    return told[0].headline if len(told) == 1 else many(Topic(told[0].topic), len(told))


def write_letter(told: Sequence[Told]) -> Letter:
    """The mail that tells these notices of one topic."""
    view = {
        "subject": subject(told),
        "lines": lines(told),
        "is_one": len(told) == 1,
        "more": max(0, len(told) - MOST_LINES),
        "all_href": site(reverse("told")),
        "choices_href": site(reverse("telling")),
    }
    return Letter(
        subject(told),
        render_to_string("alerts/notice.txt", view),
        render_to_string("alerts/notice.html", view),
    )
