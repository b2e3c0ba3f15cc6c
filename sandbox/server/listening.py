"""Listening on this machine only, a web server that stops when it is told to, and one in the background."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Iterable
from typing import Protocol, TypeVar

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST = "127.0.0.1"

_BACKLOG = 128
_GRACE_S = 5
_GOODBYE_S = 0.05
_MOMENT_S = 0.005


class PortTaken(Exception):
    """Another program listens on the port; the message is a sentence that says so."""


def port_number(text: str) -> int:
    """A port of a command line. Raises ArgumentTypeError."""
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to 65535, not {text}")
    return port


def listen(port: int) -> socket.socket:
    """A socket on this port of the loopback address; port 0 takes a free one. Raises PortTaken."""
    # only of sockets that say they are TCP does asyncio turn off the delay of small packets
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(_BACKLOG)
        sock.setblocking(False)  # noqa: FBT003 -- its signature
    except OSError as error:
        sock.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} is taken by another program: choose another one, or 0 for any."
            ) from error
        if error.errno == errno.EACCES:
            raise PortTaken(f"Port {port} may not be used by this user: choose one above 1023.") from error
        raise
    return sock


def let_nobody_in(sockets: Iterable[socket.socket | None], *, then: Callable[[], None]) -> None:
    """From the serving thread: nobody new is let in on these, and a moment later servers may leave."""
    loop = asyncio.get_running_loop()
    for sock in sockets:
        if sock is not None and sock.fileno() >= 0:  # closed already where stopped twice
            loop.remove_reader(sock)
    # asyncio forgets, and never closes, whom it has let in but not yet handed to a server that closes
    loop.call_later(_MOMENT_S, then)


class Connection(H11Protocol):
    """A connection that ends when the server does, also when its client never answers the TLS goodbye."""

    def shutdown(self) -> None:
        """Closes an idle connection within moments; one with an answer under way when that is sent."""
        if self.transport.is_closing():
            # closed once more over TLS, asyncio would forget it, and abort nothing
            self.loop.call_later(_GOODBYE_S, self.transport.abort)
            return
        super().shutdown()
        # None before the first request, though the library's types do not say so
        cycle = vars(self)["cycle"]
        if cycle is None or cycle.response_complete:
            self.loop.call_later(_GOODBYE_S, self.transport.abort)


class PromptServer(uvicorn.Server):
    """A server that stops when told and not a tenth of a second or three later, as thousands of tests stop one.

    It leaves the process's signals to whoever runs it.
    """

    def __init__(self, app: ASGIApp, context: ssl.SSLContext | None = None) -> None:
        """Of this application; over https where a context is given."""
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, lifespan="off", timeout_keep_alive=30,
            server_header=False, http=Connection,
        )  # fmt: skip
        config.load()
        # uvicorn builds a context only from files on disk; ours was made in memory
        config.ssl = context
        super().__init__(config)
        self._told = asyncio.Event()

    def leave(self) -> None:
        """From the serving thread: lets answers under way finish, for a few seconds."""
        self.should_exit = True
        self._told.set()

    async def main_loop(self) -> None:
        """Renews the date of answers every second until told to leave."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._told.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Lets nobody in, ends idle connections, and waits for the others."""
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GRACE_S):
                # uvicorn keeps sets of them and tells nobody when they are empty
                while self.server_state.connections or self.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(_MOMENT_S)

    def cut(self) -> None:
        """Ends whoever would not."""
        for connection in self.server_state.connections:
            if isinstance(connection, Connection):
                connection.transport.abort()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Takes none."""
        yield


async def end_everybody(*servers: PromptServer) -> None:
    """After all have served, and as the last thing their loop does: leaves no connection behind.

    What the loop still does ends first: a greeting over TLS that ended later would make a connection nobody knows.
    """
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for server in servers:
        server.cut()
    # the loop closes their sockets in its next round
    await asyncio.sleep(0)


class Serves(Protocol):
    """What serves until it is stopped."""

    async def run(self) -> None:
        """Serves until `stop` is called."""

    def stop(self) -> None:
        """From the serving thread."""


_Service = TypeVar("_Service", bound=Serves)


@contextlib.contextmanager
def background(service: _Service) -> Generator[_Service, None, None]:
    """Serves from a thread while the block runs. The sockets listen already, so clients may come at once."""
    loop = asyncio.new_event_loop()

    def serve() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(service.run())

    thread = threading.Thread(target=serve, name="sandbox", daemon=True)
    thread.start()
    try:
        yield service
    finally:
        loop.call_soon_threadsafe(service.stop)
        thread.join()
