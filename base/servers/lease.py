"""What a process does that needs the private servers: hold the lease, start them where they do not run."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from base.servers.errors import FULL, ServersError
from base.servers.home import REPOSITORY, Home
from base.servers.locks import is_locked, open_lock, wait_lock
from base.servers.processes import last_lines

START_SECONDS = 180.0
POLL = 0.05
LEAST_ROOM = 1 << 20


class Lease:
    """A process's claim on the private servers; given back by `release`, or by the end of the process."""

    def __init__(self, home: Home, descriptor: int) -> None:
        """Use `hold` to get one."""
        self.home = home
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Give the claim back; the supervisor stops the servers when it was the last."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        """Use as a context to release at its end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release."""
        self.release()


def hold(home: Home) -> Lease:
    """Claim the servers of a home, starting them if they do not run, and return once they take connections.

    Raises ServersError with a sentence when they cannot be had.
    """
    while True:
        home.create()
        descriptor = _open(home)
        try:
            _share(home, descriptor)
            # A reset may have removed the folder while we waited: then this lock is on a lost file.
            if not _is_same_file(descriptor, home.lease):
                os.close(descriptor)
                continue
            _ensure_running(home)
        except BaseException:
            os.close(descriptor)
            raise
        return Lease(home, descriptor)


def _share(home: Home, descriptor: int) -> None:
    # Only a supervisor that is just stopping its servers, or a reset, holds this lock for itself.
    if not wait_lock(descriptor, exclusive=False, seconds=START_SECONDS):
        message = (
            f"The servers in {home.folder} are being stopped and that does not end: "
            f"see {home.supervisor_log}."
        )
        raise ServersError(message)


def _is_same_file(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _open(home: Home) -> int:
    try:
        return open_lock(home.lease)
    except OSError as error:
        message = (
            f"{home.lease} cannot be opened ({error.strerror}): set LEADMODEL_HOME to a folder of your own."
        )
        raise ServersError(message) from error


def _ensure_running(home: Home) -> None:
    starting = open_lock(home.starting)
    try:
        if not wait_lock(starting, exclusive=True, seconds=START_SECONDS):
            message = (
                f"Another process has been starting the servers in {home.folder} for too long: "
                "end it and try again."
            )
            raise ServersError(message)
        deadline = time.monotonic() + START_SECONDS
        while True:
            if is_locked(home.supervised):
                _wait_until_ready(home, None)
            else:
                home.ready.unlink(missing_ok=True)
                home.failed.unlink(missing_ok=True)
                _wait_until_ready(home, _start_supervisor(home))
            # a killed supervisor holds its lock for a moment after its servers are gone
            if _answers(home):
                return
            if time.monotonic() > deadline:
                raise ServersError(_not_ready(home))
            time.sleep(POLL)
    finally:
        os.close(starting)


def _answers(home: Home) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(POLL)
        try:
            client.connect(str(home.sockets / ".s.PGSQL.5432"))
        except OSError:
            return False
    return True


def _start_supervisor(home: Home) -> subprocess.Popen[bytes]:
    with home.supervisor_log.open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "base.servers.supervisor", str(home.folder), home.purpose],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=REPOSITORY,
            # Not the caller's session: it outlives the command, and the terminal's Ctrl-C.
            start_new_session=True,
        )


def _wait_until_ready(home: Home, started: subprocess.Popen[bytes] | None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not home.ready.exists():
        ended = started.poll() is not None if started else True
        if ended and not is_locked(home.supervised):
            raise ServersError(_reason(home))
        if time.monotonic() > deadline:
            raise ServersError(_not_ready(home))
        time.sleep(POLL)
    if started:
        started.returncode = 0  # it outlives us on purpose: not a forgotten child


def _not_ready(home: Home) -> str:
    return f"The servers in {home.folder} do not get ready: see {home.postgres_log}."


def _reason(home: Home) -> str:
    said = home.failed.read_text() if home.failed.exists() else ""
    if said:
        return said
    # On a full disk not even the reason can be written.
    if shutil.disk_usage(home.folder).free < LEAST_ROOM:
        return FULL.format(what="The private servers did not start")
    return f"The servers' supervisor ended without a reason. Its log: {last_lines(home.supervisor_log) or 'empty'}"
