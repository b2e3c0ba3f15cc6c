"""Kill -9 of anything leaves no servers behind for long, and corrupts nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from base.servers import Home, hold
from base.servers.locks import is_locked, open_lock, try_lock
from tests.setup.conftest import (
    Holder,
    eventually,
    hold_and_query,
    postmaster_of,
    processes,
    query,
    supervisor_of,
)


def test_of_the_only_client_ends_the_servers(home: Home, holder: Callable[[Home], Holder]) -> None:
    client = holder(home)
    client.wait_until_held()

    client.kill()

    eventually("the servers have ended", lambda: not processes(home))


def test_of_one_client_leaves_the_others_their_servers(home: Home, holder: Callable[[Home], Holder]) -> None:
    killed, other = holder(home), holder(home)
    killed.wait_until_held()
    other.wait_until_held()
    before = postmaster_of(home)

    killed.kill()

    assert query(home, "SELECT 1") == 1
    assert postmaster_of(home) == before


def test_of_the_supervisor_ends_the_servers_and_the_next_command_has_new_ones(home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(supervisor_of(home), signal.SIGKILL)
        eventually("the orphans have ended", lambda: not processes(home))

        with hold(home):
            assert query(home, "SELECT answer FROM kept") == 42


def test_of_the_supervisor_and_a_new_command_at_the_same_moment(home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(supervisor_of(home), signal.SIGKILL)
        eventually("the kernel has given back its lock", lambda: not is_locked(home.supervised))

        with hold(home):
            assert query(home, "SELECT answer FROM kept") == 42


def test_of_everything_at_once_loses_nothing_committed(home: Home, holder: Callable[[Home], Holder]) -> None:
    client = holder(home)
    client.wait_until_held()
    query(home, "CREATE TABLE kept AS SELECT 42 AS answer")

    os.kill(supervisor_of(home), signal.SIGSTOP)  # so that it cannot stop anything in order
    for pid in processes(home):
        os.kill(pid, signal.SIGKILL)
    client.kill()
    eventually("all have ended", lambda: not processes(home))

    with hold(home):
        assert query(home, "SELECT answer FROM kept") == 42


def test_the_word_of_a_supervisor_that_is_dying_is_not_believed(home: Home) -> None:
    """Its lock goes a moment after its servers: until then it looks as if they ran."""
    dying = open_lock(home.supervised)
    assert try_lock(dying, exclusive=True)
    home.ready.write_text("1")
    with ThreadPoolExecutor() as pool:
        command = pool.submit(hold_and_query, home, "SELECT 1")
        with pytest.raises(TimeoutError):
            command.result(timeout=0.5)
        os.close(dying)
        assert command.result(timeout=60) == 1


def test_while_the_first_command_starts_them(empty_home: Home, holder: Callable[[Home], Holder]) -> None:
    first = holder(empty_home)
    eventually(
        "the start has begun", lambda: empty_home.supervised.exists() and is_locked(empty_home.supervised)
    )

    first.kill()

    second = holder(empty_home)
    second.wait_until_held()
    assert query(empty_home, "SELECT 1") == 1


def test_of_postgresql_itself_is_noticed_and_the_next_command_has_a_new_one(home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(postmaster_of(home), signal.SIGKILL)
        eventually("the supervisor has given up", lambda: not is_locked(home.supervised))

        with hold(home):
            assert query(home, "SELECT answer FROM kept") == 42
