"""A server that stops hangs up on everybody, also on whom the system let in at the last moment."""

from __future__ import annotations

import asyncio
import socket
import ssl
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse

from sandbox.org.org import Org
from sandbox.server.certificates import issue
from sandbox.server.listening import PromptServer, background, end_everybody, let_nobody_in, listen
from sandbox.server.serving import Service
from tests.sandbox.conftest import TIMEOUT_S, TOKEN


@pytest.mark.parametrize("at_the_last_moment", [True, False])
@pytest.mark.parametrize("port", ["http", "https", "proxy"])
def test_nobody_is_left_on_the_line(org: Org, tmp_path: Path, port: str, at_the_last_moment: bool) -> None:
    """These clients say nothing: over https not even their greeting is finished."""
    authority = tmp_path / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN, proxy=listen(0))
    address = getattr(service, port).getsockname()
    with ExitStack() as clients:
        with background(service):
            if at_the_last_moment:
                _be_answered(address, authority if port == "https" else None)
            silent = [
                clients.enter_context(socket.create_connection(address, timeout=TIMEOUT_S)) for _ in range(3)
            ]
            if not at_the_last_moment:
                # who comes first is let in first
                _be_answered(address, authority if port == "https" else None)
        assert [_hung_up(client) for client in silent] == [True] * 3


def test_who_ends_the_greeting_when_all_have_left_is_hung_up_on(tmp_path: Path) -> None:
    closing = Closing(listen(0), issue(tmp_path / "ca.pem"), tmp_path / "ca.pem")
    with background(closing):
        _be_answered(closing.sock.getsockname(), closing.authority)
    assert closing.late is not None
    with closing.late:
        assert _hung_up(closing.late)


def test_who_was_told_goodbye_and_does_not_answer_is_hung_up_on(org: Org, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN)
    assert service.https is not None
    with background(service):
        client = socket.create_connection(service.https.getsockname(), timeout=TIMEOUT_S)
        context = ssl.create_default_context(cafile=str(authority))
        greeted = context.wrap_socket(client, server_hostname="localhost")
        greeted.sendall(b"GET /services/data HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        while greeted.recv(1000):
            pass
    with socket.socket(fileno=greeted.detach()) as below:
        assert _hung_up(below)


@dataclass
class Closing:
    """A server with something left to do when it has served, during which a client ends its greeting."""

    sock: socket.socket
    context: ssl.SSLContext
    authority: Path
    late: ssl.SSLSocket | None = None
    server: PromptServer | None = None

    async def run(self) -> None:
        self.server = PromptServer(PlainTextResponse(""), self.context)
        address = self.sock.getsockname()
        serving = asyncio.create_task(self.server.serve([self.sock]))
        silent = await asyncio.to_thread(socket.create_connection, address, TIMEOUT_S)
        await serving
        await asyncio.to_thread(self._greet, silent)
        await end_everybody(self.server)

    def _greet(self, silent: socket.socket) -> None:
        context = ssl.create_default_context(cafile=str(self.authority))
        self.late = context.wrap_socket(silent, server_hostname="localhost")

    def stop(self) -> None:
        assert self.server is not None
        let_nobody_in([self.sock], then=self.server.leave)


def _be_answered(address: tuple[str, int], authority: Path | None) -> None:
    with socket.create_connection(address, timeout=TIMEOUT_S) as client:
        if authority is None:
            _ask(client)
            return
        context = ssl.create_default_context(cafile=str(authority))
        with context.wrap_socket(client, server_hostname="localhost") as greeted:
            _ask(greeted)


def _ask(client: socket.socket) -> None:
    client.sendall(b"nonsense\r\n\r\n")
    assert b" 400 " in client.recv(1000)


def _hung_up(client: socket.socket) -> bool:
    client.settimeout(1)
    try:
        while client.recv(1000):
            pass  # TLS's goodbye
        return True
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
