"""The private Redis. It keeps nothing on disk: its messages are hints, the database is the queue."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from pathlib import Path

from base.servers.binaries import Binaries
from base.servers.errors import ServersError, explain
from base.servers.home import Home
from base.servers.processes import last_lines, start_server

START_SECONDS = 30
STOP_SECONDS = 10
POLL = 0.05


class Redis:
    """One private Redis server, from start to stop."""

    def __init__(self, home: Home, binaries: Binaries) -> None:
        """Nothing starts yet."""
        self._home = home
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServersError when it does not."""
        home = self._home
        home.redis_socket.unlink(missing_ok=True)
        command: list[str | Path] = [
            self._binaries.redis,
            "--port", "0",
            "--unixsocket", home.redis_socket,
            "--unixsocketperm", "700",
            "--save", "",
            "--appendonly", "no",
            "--maxmemory", "256mb",
            # A full broker must say so; dropping messages silently is worse than refusing them.
            "--maxmemory-policy", "noeviction",
        ]  # fmt: skip
        self._process = start_server(command, log=home.postgres_log, on_parents_death=signal.SIGTERM)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.died() or time.monotonic() > deadline:
                raise ServersError(explain("Redis did not start", last_lines(home.postgres_log)))
            time.sleep(POLL)

    def died(self) -> bool:
        """Whether the server ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """Stop the server."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self._home.redis_socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
