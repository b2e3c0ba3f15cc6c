"""Taking mails by SMTP: from anybody on this machine, to anybody."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.post.mailbox import MOST_BYTES, Mailbox

_PATIENCE_S = 60
"""For a client that says nothing."""


class Handler(Protocol):
    """What becomes of mails."""

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """A whole mail is there: the answer."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is answered 250 is in the mailbox."""

    mailbox: Mailbox
    clock: Callable[[], datetime]

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep it."""
        assert isinstance(envelope.content, bytes)
        try:
            self.mailbox.take(envelope.content, envelope.rcpt_tos, now=self.clock())
        except sqlite3.Error as error:
            return f"451 The mail could not be kept: {error}."
        return "250 Kept, and shown; it goes nowhere."


@dataclass(slots=True)
class Taking:
    """Serves over a socket that listens already."""

    listening: socket.socket
    handler: Handler
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _talks: set[_Talk] = field(default_factory=set)

    async def serve(self) -> None:
        """Serves until `leave` is called, and then hangs up on everybody."""
        server = await asyncio.get_running_loop().create_server(self._meet, sock=self.listening)
        await self._stopping.wait()
        server.close()
        for talk in list(self._talks):
            talk.hang_up()
        # the loop closes their sockets in its next round
        await asyncio.sleep(0)

    def leave(self) -> None:
        """From the serving thread."""
        self._stopping.set()

    def _meet(self) -> _Talk:
        return _Talk(self)


class _Talk(SMTP):
    """The talk with one client, known to the server for as long as it lasts."""

    def __init__(self, taking: Taking) -> None:
        super().__init__(
            taking.handler,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            # else it asks the network for the machine's name
            hostname="localhost",
            ident="Leadmodel's mail viewer",
            timeout=_PATIENCE_S,
        )
        self._taking = taking

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came."""
        self._taking._talks.add(self)  # noqa: SLF001 - one with its server
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """They went."""
        self._taking._talks.discard(self)  # noqa: SLF001 - one with its server
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Closes the connection at once."""
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()
