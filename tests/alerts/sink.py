"""A mail server on a socket that keeps what it takes, and refuses or falls silent when it is told to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """The server. `answers`: what the next messages are answered after they were taken (else 250), first one first.

    `on_mail` is called with each message before it is answered.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.answers: list[str] = []
        self.on_mail: Callable[[], None] = lambda: None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._controller = _OnSocket(self, self._listener, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        self._controller.hang_up()
        self._controller.stop()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        assert isinstance(envelope.content, bytes)
        await asyncio.get_running_loop().run_in_executor(None, self.on_mail)
        answer = self.answers.pop(0) if self.answers else "250 taken"
        if not answer.startswith("250"):
            return answer
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.recipients.append(list(envelope.rcpt_tos))
        return answer


class _OnSocket(Controller):
    """On a socket that listens already: its port is nobody else's."""

    def __init__(self, handler: object, listener: socket.socket, **options: Any) -> None:
        super().__init__(handler, **options)
        self._sock = listener
        self._talks: list[SMTP] = []
        """Those with whoever came, also with those who died in the middle and closed nothing."""

    def factory(self) -> SMTP:
        talk = SMTP(self.handler, **self.SMTP_kwargs)
        self._talks.append(talk)
        return talk

    def hang_up(self) -> None:
        """Close every connection: one that is left open would be charged to whichever test runs when it is found."""
        asyncio.run_coroutine_threadsafe(self._close_all(), self.loop).result(timeout=10)

    async def _close_all(self) -> None:
        for talk in self._talks:
            if isinstance(talk.transport, asyncio.Transport):
                talk.transport.abort()
        await asyncio.sleep(0)  # each is told of its end, and lets its socket go
        assert not [talk for talk in self._talks if talk.transport is not None]

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._sock)


def part(message: EmailMessage, kind: str) -> str:
    """The text of a message's part: plain or html."""
    found = message.get_body((kind,))
    assert found is not None
    text = found.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")
