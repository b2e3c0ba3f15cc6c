"""A process that is killed (SIGKILL) just before or after any of its statements, commits and words to a server."""

from __future__ import annotations

import os
import signal
import smtplib
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from itertools import count
from typing import Any

from django.db import connections

_kept: list[object] = []
"""Connections of the parent's: a child that lets go of them would end the parent's sessions."""


def deaths(act: Callable[[], object]) -> Iterator[int]:
    """Let `act` be killed at each boundary in turn, each time in a new process; after each its number, until it lives.

    What `act` changes must be undone in between. The dead one's session is over by then: PostgreSQL hears of a death a
    moment later, and until then its rows stay locked to whoever comes next.
    """
    before = _sessions()
    for number in count(1):
        child = os.fork()
        if child == 0:
            _live_until(number, act)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL
            until(lambda: _sessions() <= before)
            yield number
        else:
            assert os.WEXITSTATUS(status) == 0, "the process failed before it was to die"
            return


def _sessions() -> set[int]:
    """The processes of PostgreSQL that serve somebody in this database."""
    ours = "datname = current_database() AND backend_type = 'client backend'"
    with connections["default"].cursor() as cursor:
        cursor.execute(f"SELECT pid FROM pg_stat_activity WHERE {ours}")
        return {pid for (pid,) in cursor.fetchall()}


def _live_until(number: int, act: Callable[[], object]) -> None:
    """In the child: never returns."""
    status = 1
    try:
        boundary = _Boundary(number)
        database = connections["default"]
        _kept.append(database.connection)
        database.connection = None
        boundary.watch(database, "_commit")
        for owner, names in ((smtplib.SMTP, ("send", "getreply")), (HTTPConnection, ("send", "getresponse"))):
            for name in names:
                boundary.watch(owner, name)
        with database.execute_wrapper(boundary.around):
            act()
        status = 0
    finally:
        os._exit(status)


class _Boundary:
    """Counts what is about to happen and what has; at its number the process is gone."""

    def __init__(self, number: int) -> None:
        self._left = number

    def around(self, act: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self._pass()
        result = act(*arguments, **named)
        self._pass()
        return result

    def watch(self, owner: Any, name: str) -> None:
        original = getattr(owner, name)
        setattr(owner, name, lambda *arguments, **named: self.around(original, *arguments, **named))

    def _pass(self) -> None:
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def until(is_so: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait for another thread."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.001)
