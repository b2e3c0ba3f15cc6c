"""A message as Slack shows it: its own escapes, nobody mentioned but whom it is to, no link but ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from alerts.mails.links import site
from alerts.models import Told
from alerts.telling.letters import MOST_LINES, Line, lines, subject

_LONGEST = 2900
"""Of a section; Slack refuses more than 3,000 characters."""


def escaped(text: str) -> str:
    """Text that is only text: in Slack, &, < and > begin all that is more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def write_post(told: Sequence[Told], *, name: str, member: str = "") -> dict[str, Any]:
    """The message that tells somebody these notices of one topic."""
    to = f"<@{member}>" if member else escaped(name)
    several = f": {escaped(subject(told))}" if len(told) > 1 else ""
    sections = [f"{to}{several}", *(_line(one) for one in lines(told))]
    if len(told) > MOST_LINES:
        sections.append(_link(site(reverse("told")), f"And {len(told) - MOST_LINES} more"))
    return _message(f"{to}: {escaped(subject(told))}", sections)


def write_test() -> dict[str, Any]:
    """What operations see when they try the webhook."""
    words = "Leadmodel can post here."
    return _message(words, [f"{words} {_link(site('/'), 'Open it')}"])


def _message(text: str, sections: Sequence[str]) -> dict[str, Any]:
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": section, "verbatim": True}}
        for section in sections
    ]
    return {"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def _line(line: Line) -> str:
    word = f" ({line.word})" if line.word else ""
    text = f"\n{_cut(line.text)}" if line.text else ""
    return f"{_link(line.href, line.headline)}{word}{text}"


def _link(href: str, words: str) -> str:
    """What stands between < and >: an address of ours, and words in which a bar would end nothing."""
    return f"<{escaped(href).replace('|', '%7C')}|{escaped(words)}>"


def _cut(text: str) -> str:
    """No entity is cut in two."""
    found = escaped(text[:_LONGEST])
    return found if len(found) <= _LONGEST else escaped(text[: _LONGEST // 5])
