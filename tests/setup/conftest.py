"""A folder for private servers of one test's own, and ways to look at what runs there."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

import psycopg2
import pytest

from base.servers import Home, Purpose, hold
from base.servers.home import REPOSITORY, SUPERUSER
from base.servers.locks import is_locked

PATIENCE = 60.0
HOLDER = """
import sys, time
from pathlib import Path
from base.servers import Home, Purpose, ServersError, hold
try:
    lease = hold(Home(Path(sys.argv[1]), Purpose.TEST))
except ServersError as error:
    sys.exit(f"{error}")
print("held", flush=True)
sys.stdin.read()
"""


def eventually(what: str, holds: Callable[[], bool]) -> None:
    """Wait until it holds; fail with what was waited for."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.05)


def query(home: Home, sql: str) -> object:
    """The first value of the statement's first row, None if it returns none."""
    connection = psycopg2.connect(
        host=str(home.sockets), user=SUPERUSER, dbname="leadmodel", connect_timeout=5
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def hold_and_query(home: Home, sql: str) -> object:
    """The first value of the first row, starting the servers for it where they do not run."""
    with hold(home):
        return query(home, sql)


def processes(home: Home) -> set[int]:
    """Every process that works in the home: supervisor, PostgreSQL, Redis."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                words = (entry / "cmdline").read_bytes().decode(errors="replace")
                if str(home.folder) in words and "sys.stdin.read" not in words:
                    found.add(int(entry.name))
    return found


class Holder:
    """Another command that uses the servers."""

    def __init__(self, home: Home) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(home.folder)],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait_until_held(self) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline() == "held\n"

    def complaint(self) -> str:
        """What it said when it could not have the servers."""
        said = self.process.communicate(timeout=PATIENCE)[1]
        assert self.process.returncode == 1
        return said.strip()

    def end(self) -> None:
        self.process.communicate(timeout=PATIENCE)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)


@contextmanager
def new_home(like: Path | None = None) -> Iterator[Home]:
    """A home that every user can enter, empty or with what another one holds; its servers have ended at the end."""
    folder = Path(tempfile.mkdtemp(prefix="leadmodel-test-", dir="/var/tmp"))
    home = Home(folder / "test", Purpose.TEST)
    try:
        if like is not None:
            subprocess.run(["cp", "--archive", like, home.folder], check=True)
        yield home
        if home.supervised.exists():
            eventually("the servers have ended", lambda: not is_locked(home.supervised))
        eventually("no process is left", lambda: not processes(home))
    finally:
        shutil.rmtree(folder)


def left_by(act: Callable[[Home], object], *, like: Path | None = None) -> Path:
    """What a home holds when its servers have ended, for others to begin with: as long as this process lives."""
    stack = ExitStack()
    atexit.register(stack.close)
    home = stack.enter_context(new_home(like))
    act(home)
    eventually("the servers have ended", lambda: not is_locked(home.supervised))
    return home.folder


@cache
def used_home() -> Path:
    """What the servers leave that ran once. Making it takes longer than most of what is then tried."""
    return left_by(lambda home: hold(home).release())


@cache
def migrated_home() -> Path:
    """What is there when the servers ran once and the database is migrated."""
    return left_by(migrate, like=used_home())


def migrate(home: Home) -> None:
    """As a newcomer does, who has nothing configured."""
    theirs = {"LEADMODEL_HOME": str(home.folder.parent), "LEADMODEL_PURPOSE": "test", "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=REPOSITORY, env=unconfigured() | theirs, check=True)


def unconfigured() -> dict[str, str]:
    """The environment of this process, without what tests set for themselves and a newcomer has not."""
    ours = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


@pytest.fixture
def empty_home() -> Iterator[Home]:
    """A home in which nothing is yet."""
    with new_home() as home:
        yield home


@pytest.fixture
def home() -> Iterator[Home]:
    """A home whose servers ran once and have ended."""
    with new_home(like=used_home()) as home:
        yield home


@pytest.fixture
def holder() -> Iterator[Callable[[Home], Holder]]:
    """Start another command that uses the servers of a home."""
    started: list[Holder] = []

    def start(home: Home) -> Holder:
        started.append(Holder(home))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


def supervisor_of(home: Home) -> int:
    return int(home.ready.read_text())


def postmaster_of(home: Home) -> int:
    return int((home.data / "postmaster.pid").read_text().split()[0])


def runs_as(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid
