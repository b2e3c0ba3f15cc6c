"""The mail server and its pages at once, until told to stop."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.post.app import create_app
from sandbox.post.mailbox import Mailbox
from sandbox.post.slack import PATH
from sandbox.post.smtp import Keeping, Taking
from sandbox.server.listening import HOST, PromptServer, end_everybody, let_nobody_in


def _wall_clock() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Post:
    """Over sockets that listen already."""

    mailbox: Mailbox
    smtp: socket.socket
    http: socket.socket
    clock: Callable[[], datetime] = _wall_clock
    _taking: Taking | None = None
    _server: PromptServer | None = None

    @property
    def smtp_address(self) -> str:
        """Where mails are taken."""
        return f"{HOST}:{self.smtp.getsockname()[1]}"

    @property
    def url(self) -> str:
        """Where they are shown."""
        return f"http://{HOST}:{self.http.getsockname()[1]}/"

    @property
    def slack_url(self) -> str:
        """Slack's webhook."""
        return self.url.rstrip("/") + PATH

    async def run(self) -> None:
        """Serves until `stop` is called."""
        self._taking = Taking(self.smtp, Keeping(self.mailbox, self.clock))
        self._server = PromptServer(create_app(self.mailbox, self.smtp_address, self.slack_url, self.clock))
        try:
            await asyncio.gather(self._taking.serve(), self._server.serve([self.http]))
        finally:
            await end_everybody(self._server)

    def stop(self) -> None:
        """From the serving thread: lets answers under way finish, for a few seconds."""
        let_nobody_in((self.smtp, self.http), then=self._leave)

    def _leave(self) -> None:
        if self._taking is not None:
            self._taking.leave()
        if self._server is not None:
            self._server.leave()
