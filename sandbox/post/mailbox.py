"""What came, in one SQLite file: the newest mails, each once however often it was sent, and messages to Slack."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from sandbox.post.reading import message_id

MOST_MAILS = 200
"""So many are kept; the one that came longest ago gives way."""
MOST_BYTES = 1 << 20
"""Of one mail; a larger one is refused."""
_LARGEST_NUMBER = (1 << 63) - 1
_TABLE = """
    CREATE TABLE IF NOT EXISTS mail (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        identity TEXT NOT NULL UNIQUE,
        recipients TEXT NOT NULL,
        first_at TEXT NOT NULL,
        latest_at TEXT NOT NULL,
        times INTEGER NOT NULL,
        content BLOB NOT NULL
    )
"""
_POSTS = """
    CREATE TABLE IF NOT EXISTS post (number INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, payload TEXT NOT NULL)
"""
_COLUMNS = "number, recipients, first_at, latest_at, times, content"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it first came. `recipients`: whom the envelopes named; `times`: how often it came."""

    number: int
    recipients: tuple[str, ...]
    first_at: datetime
    latest_at: datetime
    times: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A message to Slack's webhook: its JSON, as it came."""

    number: int
    at: datetime
    payload: str


class Mailbox:
    """The file, for one thread at a time. Raises sqlite3.Error where it cannot be used."""

    def __init__(self, path: Path) -> None:
        """Makes it where there is none, readable for its owner only."""
        try:
            path.touch(mode=0o600)
        except OSError as error:
            raise sqlite3.OperationalError(str(error.strerror)) from error
        # tests make it in another thread than the one that serves
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute(_TABLE)
        self._connection.execute(_POSTS)

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def take(self, content: bytes, recipients: Sequence[str], *, now: datetime) -> None:
        """Keeps a mail for good before it returns; one whose Message-ID is there already is counted."""
        identity = message_id(content) or sha256(content).hexdigest()
        found = self._connection.execute(
            "SELECT recipients FROM mail WHERE identity = ?", (identity,)
        ).fetchone()
        known = json.loads(found[0]) if found else []
        everybody = json.dumps(list(dict.fromkeys([*known, *recipients])))
        at = now.astimezone(UTC).isoformat()
        self._connection.execute("BEGIN IMMEDIATE")
        # rolls back where a statement fails
        with self._connection:
            self._connection.execute(
                "INSERT INTO mail (identity, recipients, first_at, latest_at, times, content) "
                "VALUES (?, ?, ?, ?, 1, ?) ON CONFLICT (identity) DO UPDATE SET "
                "recipients = excluded.recipients, latest_at = excluded.latest_at, times = times + 1",
                (identity, everybody, at, at, content),
            )
            self._connection.execute(
                "DELETE FROM mail WHERE number NOT IN "
                "(SELECT number FROM mail ORDER BY latest_at DESC, number DESC LIMIT ?)",
                (MOST_MAILS,),
            )

    def take_post(self, payload: str, *, now: datetime) -> None:
        """Keeps a message to Slack for good before it returns."""
        self._connection.execute("BEGIN IMMEDIATE")
        with self._connection:
            at = now.astimezone(UTC).isoformat()
            self._connection.execute("INSERT INTO post (at, payload) VALUES (?, ?)", (at, payload))
            self._connection.execute(
                "DELETE FROM post WHERE number NOT IN (SELECT number FROM post ORDER BY number DESC LIMIT ?)",
                (MOST_MAILS,),
            )

    def newest_posts(self) -> list[Posted]:
        """All messages to Slack, the newest first."""
        rows = self._connection.execute("SELECT number, at, payload FROM post ORDER BY number DESC")
        return [Posted(number, datetime.fromisoformat(at), payload) for number, at, payload in rows]

    def newest_first(self) -> list[Mail]:
        """All of them, by when they came last."""
        rows = self._connection.execute(f"SELECT {_COLUMNS} FROM mail ORDER BY latest_at DESC, number DESC")
        return [_mail(row) for row in rows]

    def get(self, number: int) -> Mail | None:
        """The mail of this number, which no other one ever gets."""
        if number > _LARGEST_NUMBER:
            return None
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM mail WHERE number = ?", (number,)).fetchone()
        return _mail(row) if row else None


def _mail(row: tuple[int, str, str, str, int, bytes]) -> Mail:
    number, recipients, first_at, latest_at, times, content = row
    return Mail(
        number,
        tuple(json.loads(recipients)),
        datetime.fromisoformat(first_at),
        datetime.fromisoformat(latest_at),
        times,
        content,
    )
