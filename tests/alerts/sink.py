"""A mail server on a socket that keeps what it takes, and refuses or falls silent when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.post.smtp import Taking
from sandbox.server.listening import end_everybody, let_nobody_in, listen


@dataclass
class Sink:
    """The server. `answers`: what the next messages are answered after they were taken (else 250), first one first.

    `on_mail` is called with each message before it is answered.
    """

    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    on_mail: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self._taking = Taking(listen(0), self)
        self.port: int = self._taking.listening.getsockname()[1]

    async def run(self) -> None:
        await self._taking.serve()
        await end_everybody()

    def stop(self) -> None:
        let_nobody_in([self._taking.listening], then=self._taking.leave)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
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


def part(message: EmailMessage, kind: str) -> str:
    """The text of a message's part: plain or html."""
    found = message.get_body((kind,))
    assert found is not None
    text = found.get_content()
    assert isinstance(text, str)
    return text.replace("\r\n", "\n")
