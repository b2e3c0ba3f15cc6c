"""What stands in a mail: its headers and parts, however badly it is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message


@dataclass(frozen=True, slots=True)
class Read:
    """A mail to look at. None: it has no such part."""

    headers: tuple[tuple[str, str], ...]
    """In the order they came, decoded, each on one line."""
    text: str | None
    html: str | None
    others: tuple[str, ...]
    """What else it carries, by name or kind."""

    def header(self, name: str) -> str:
        """The first header of this name; empty without one."""
        return next((value for called, value in self.headers if called.lower() == name.lower()), "")


def message_id(content: bytes) -> str:
    """What tells this mail from every other one, as its sender says; empty where it does not."""
    return _decoded(message_from_bytes(content)["Message-ID"] or "")


def read(content: bytes) -> Read:
    """The first text, the first HTML, and what else is there."""
    message = message_from_bytes(content)
    text, html, others = None, None, []
    for part in _leaves(message):
        kind = part.get_content_type()
        name = part.get_filename()
        if kind == "text/html" and html is None and name is None:
            html = _text(part)
        elif kind == "text/plain" and text is None and name is None:
            text = _text(part)
        else:
            others.append(name or kind)
    headers = tuple((name, _decoded(value)) for name, value in message.items())
    return Read(headers, text, html, tuple(others))


def _leaves(message: Message) -> Iterator[Message]:
    return (part for part in message.walk() if not part.is_multipart())


def _text(part: Message) -> str:
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:  # no charset of that name
        text = raw.decode("utf-8", "replace")
    return text.replace("\r\n", "\n")


def _decoded(value: object) -> str:
    """A header's value in words; as it stands where its encoding is none."""
    raw = str(value)
    try:
        words = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, ValueError):
        words = raw
    return " ".join(words.split())
