"""An incoming webhook as Slack has it: one message a second, its own answers, and what it took in the same file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.post.mailbox import MOST_BYTES, Mailbox

PATH = "/slack/services/T0LEADMODEL/B0SANDBOX/none-of-slacks"
"""The address messages are posted to."""
_EVERY = timedelta(seconds=1)
_MOST_BLOCKS = 50
_LONGEST_SECTION = 3000


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a word, as Slack answers."""

    status: int
    word: str
    retry_after: int | None = None


@dataclass(slots=True)
class Webhook:
    """Takes messages into the mailbox, one a second."""

    mailbox: Mailbox
    _free_at: datetime | None = None

    def take(self, body: bytes, *, now: datetime) -> Answer:
        """What Slack would answer; what it answers with ok is kept."""
        if self._free_at is not None and now < self._free_at:
            return Answer(429, "rate_limited", retry_after=1)
        self._free_at = now + _EVERY
        payload = _payload(body)
        if payload is None:
            return Answer(400, "invalid_payload")
        if not _text_of(payload):
            return Answer(400, "no_text")
        if not _are_blocks(payload.get("blocks", [])):
            return Answer(400, "invalid_blocks")
        self.mailbox.take_post(json.dumps(payload), now=now)
        return Answer(200, "ok")


def shown(payload: str) -> str:
    """A message's words: its sections, else its text, with Slack's escapes undone last."""
    told = json.loads(payload)
    sections = [block["text"]["text"] for block in told.get("blocks", [])]
    text = "\n".join(sections) or told["text"]
    return str(text).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _payload(body: bytes) -> dict[str, Any] | None:
    if len(body) > MOST_BYTES:
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text_of(payload: dict[str, Any]) -> str:
    text = payload.get("text", "")
    return text.strip() if isinstance(text, str) else ""


def _are_blocks(blocks: object) -> bool:
    """Whether they are sections of text, which is all that is shown here."""
    return isinstance(blocks, list) and len(blocks) <= _MOST_BLOCKS and all(map(_is_section, blocks))


def _is_section(block: object) -> bool:
    if not isinstance(block, dict) or block.get("type") != "section":
        return False
    text = block.get("text")
    words = text.get("text") if isinstance(text, dict) else None
    return isinstance(words, str) and 0 < len(words) <= _LONGEST_SECTION
