"""What a crash, another version or another user left behind is dealt with, or gets a sentence."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from base.servers import Home, Purpose, ServersError, hold, home_for
from base.servers.home import servers_user
from base.servers.locks import is_locked
from tests.setup.conftest import eventually, query


def test_a_lock_file_whose_process_number_is_now_another_program_is_removed(home: Home) -> None:
    lock = home.data / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n{home.data}\n1\n5432\n{home.sockets}\n\n")
    user = servers_user()
    if user:
        os.chown(lock, user.pw_uid, user.pw_gid)

    with hold(home):
        assert query(home, "SELECT 1") == 1


def test_a_half_made_database_is_made_again(empty_home: Home) -> None:
    empty_home.create()
    unfinished = empty_home.folder / "postgres.unfinished"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")

    with hold(empty_home):
        assert query(empty_home, "SELECT 1") == 1


def test_data_of_another_postgresql_version_are_refused(home: Home) -> None:
    (home.data / "PG_VERSION").write_text("15\n")

    with pytest.raises(
        ServersError, match=r"made by PostgreSQL 15, and this is PostgreSQL 18: run `make demo-reset`"
    ):
        hold(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_data_of_another_user_are_refused(home: Home) -> None:
    os.chown(home.data, 12345, 12345)

    with pytest.raises(ServersError, match=r"belongs to the user with number 12345, who is not the one"):
        hold(home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_another_user_is_refused(empty_home: Home) -> None:
    empty_home.folder.mkdir()
    os.chown(empty_home.folder, 12345, 12345)

    with pytest.raises(ServersError, match=r"belongs to somebody else: remove it, or set LEADMODEL_HOME"):
        hold(empty_home)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands the servers to another user")
def test_a_folder_the_servers_user_cannot_enter_is_refused(empty_home: Home) -> None:
    hidden = empty_home.folder.parent / "hidden"
    hidden.mkdir(mode=0o700)

    with pytest.raises(ServersError, match=rf"cannot enter {hidden}: set LEADMODEL_HOME"):
        hold(Home(hidden / "home" / "test", Purpose.TEST))


def test_a_folder_that_is_a_file_is_refused(empty_home: Home) -> None:
    empty_home.folder.write_text("")

    with pytest.raises(ServersError, match=r"cannot be made \(File exists\): set LEADMODEL_HOME"):
        hold(empty_home)


def test_a_full_disk_is_named_before_anything_is_made(
    empty_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("base.servers.postgres.ROOM_FOR_A_NEW_DATABASE", 1 << 60)

    from base.servers.binaries import install  # noqa: PLC0415
    from base.servers.postgres import Postgres  # noqa: PLC0415

    empty_home.create()
    with pytest.raises(ServersError, match=r"MB free and a new database needs .* make room"):
        Postgres(empty_home, install(empty_home)).start()
    assert not empty_home.data.exists()


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEADMODEL_HOME", str(tmp_path))

    assert home_for(Purpose.BENCH).folder == tmp_path / "bench"
    assert not home_for(Purpose.BENCH).durable
    assert home_for(Purpose.APP).durable


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
@pytest.mark.parametrize("megabytes", [1, 20, 60])
def test_a_full_disk_is_named(empty_home: Home, megabytes: int) -> None:
    empty_home.folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", empty_home.folder],
        capture_output=True,
        timeout=10,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("this machine's root may not mount")
    try:
        with pytest.raises(
            ServersError, match=r"[Mm]ake room, or set LEADMODEL_HOME to a folder on another disk"
        ):
            hold(empty_home)
        eventually("the supervisor has ended", lambda: not is_locked(empty_home.supervised))
    finally:
        subprocess.run(["umount", empty_home.folder], timeout=10, check=True)
