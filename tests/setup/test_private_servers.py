"""Any command that needs the private servers starts them; the last one to end stops them."""

from __future__ import annotations

import os
from collections.abc import Callable

import psycopg2
import pytest
from redis import Redis

from base.servers import Home, ServersError, hold
from base.servers.locks import is_locked
from base.servers.reset import reset
from tests.setup.conftest import Holder, eventually, postmaster_of, processes, query, runs_as, supervisor_of


def test_the_first_command_starts_them_and_the_last_one_stops_them(empty_home: Home) -> None:
    with hold(empty_home):
        assert query(empty_home, "SELECT 1") == 1
        with Redis.from_url(empty_home.redis_url, socket_timeout=5) as client:
            assert client.ping()

    eventually("the servers have ended", lambda: not processes(empty_home))


def test_data_stay_between_commands(home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE kept AS SELECT 42 AS answer")
    eventually("the servers have ended", lambda: not is_locked(home.supervised))

    with hold(home):
        assert query(home, "SELECT answer FROM kept") == 42


def test_commands_started_at_once_share_one_server(
    empty_home: Home, holder: Callable[[Home], Holder]
) -> None:
    holders = [holder(empty_home) for _ in range(4)]
    for one in holders:
        one.wait_until_held()

    assert len([pid for pid in processes(empty_home) if pid == postmaster_of(empty_home)]) == 1
    first = postmaster_of(empty_home)

    for one in holders[:-1]:
        one.end()
    assert postmaster_of(empty_home) == first
    assert query(empty_home, "SELECT 1") == 1


def test_a_command_that_follows_at_once_finds_them_running(home: Home) -> None:
    with hold(home):
        first = postmaster_of(home)
    with hold(home):
        assert postmaster_of(home) == first


def test_they_listen_on_no_port(home: Home) -> None:
    with hold(home):
        assert query(home, "SHOW listen_addresses") == ""
        with Redis.from_url(home.redis_url, socket_timeout=5) as client:
            assert client.config_get("port") == {"port": "0"} or client.config_get("port") == {b"port": b"0"}


def test_their_log_names_nobody(home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE person (email text PRIMARY KEY)")
        query(home, "INSERT INTO person VALUES ('alice@example.com')")
        with pytest.raises(psycopg2.IntegrityError, match=r"alice@example\.com"):
            query(home, "INSERT INTO person VALUES ('alice@example.com')")

        log = home.postgres_log.read_text(encoding="utf-8")
        assert "duplicate key value" in log
        assert "alice" not in log


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_as_root_they_run_as_an_unprivileged_user_who_owns_the_data(empty_home: Home) -> None:
    with hold(empty_home):
        assert runs_as(postmaster_of(empty_home)) != 0
        assert empty_home.data.stat().st_uid == runs_as(postmaster_of(empty_home))
        assert empty_home.sockets.stat().st_mode & 0o077 == 0
        assert empty_home.private.stat().st_mode & 0o077 == 0
        assert runs_as(supervisor_of(empty_home)) == 0


def test_a_long_path_gets_its_sockets_elsewhere(empty_home: Home) -> None:
    long = Home(empty_home.folder / ("x" * 90), empty_home.purpose)
    empty_home.create()

    with hold(long):
        assert query(long, "SELECT 1") == 1

    assert not long.sockets.is_relative_to(long.folder)
    eventually("the servers have ended", lambda: not is_locked(long.supervised))
    assert reset(long)
    assert not long.sockets.exists()


def test_reset_refuses_while_a_command_uses_them(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("base.servers.reset.WAIT_SECONDS", 0.2)
    with hold(home), pytest.raises(ServersError, match="still uses"):
        reset(home)

    monkeypatch.undo()
    assert reset(home)
    assert not home.folder.exists()
    assert not reset(home)
