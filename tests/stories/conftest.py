"""The app in processes of its own, on servers of its own, beside an organisation in another process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from base.servers import Home, Purpose, hold
from base.servers.home import REPOSITORY, SUPERUSER
from leadmodel.rows import TABLES
from sync.salesforce.objects import OBJECTS
from tests.setup.conftest import eventually, migrated_home, new_home
from tests.sync.conftest import by_bulk, new_world, world

__all__ = ["by_bulk", "new_world", "world"]  # stories of reading need no machine of their own

MIRROR = tuple(spec.table for spec in OBJECTS)
DERIVED = tuple(TABLES.values())
BOOKS = (
    "sync_mark",
    "sync_accountmark",
    "sync_seen",
    "sync_gone",
    "sync_objectstate",
    "sync_drift",
    "sync_run",
)
COMMAND_S = 200
NOW = "2026-03-02T12:00:00Z"


class Machine:
    """A machine on which commands run, are killed, and leave something behind or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = Home(folder / "test", Purpose.TEST)
        self.spool = folder / "spool"
        kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
        self.environment = kept | {
            "LEADMODEL_HOME": str(folder),
            "LEADMODEL_PURPOSE": "test",
            "LOG_LEVEL": "WARNING",
            "SALESFORCE_CLIENT_ID": "sandbox",
            "SALESFORCE_CLIENT_SECRET": "sandbox",
            "SALESFORCE_ALLOW_LOCAL": "1",
            "SALESFORCE_SPOOL_DIR": str(self.spool),
        }
        self._started: list[subprocess.Popen[bytes]] = []
        (folder / "output").touch()

    # -- processes --------------------------------------------------------------------------------

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """A process in a group of its own."""
        with (self.folder / "output").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *command],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def run(self, *command: str) -> tuple[int, str]:
        """A process to its end; its exit status and all it said."""
        done = subprocess.run(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=COMMAND_S,
            check=False,
        )
        return done.returncode, done.stdout

    def manage(self, *words: str) -> str:
        """A command that must succeed; what it said."""
        status, said = self.run("manage.py", *words)
        assert status == 0, said
        return said

    def serve(self, data: Path) -> None:
        """The organisation over https, for as long as the machine stands."""
        authority = self.folder / "ca.pem"
        words = ["--data", str(data), "--https-port", "0", "--ca-out", str(authority)]
        self.start("-m", "sandbox", "serve", *words)
        eventually("the organisation is served", lambda: "sandbox ready" in self.said())
        address = re.search(r"https://localhost:\d+", self.said())
        assert address
        self.environment |= {"SALESFORCE_URL": address[0], "SALESFORCE_CA_FILE": str(authority)}

    def said(self) -> str:
        return (self.folder / "output").read_text(errors="replace")

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill -9 of a process and of all that it started."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)

    def stop(self) -> None:
        for process in self._started:
            if process.poll() is None:
                self.kill(process)

    # -- the database -----------------------------------------------------------------------------

    def connect(self) -> psycopg2.extensions.connection:
        """A session of the test's own."""
        return psycopg2.connect(
            host=str(self.home.sockets), user=SUPERUSER, dbname="leadmodel", connect_timeout=5
        )

    def values(self, sql: str) -> list[object]:
        """The first column of what a statement answers."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return [row[0] for row in cursor.fetchall()]
        finally:
            connection.close()

    def count(self, table: str) -> int:
        return int(str(self.values(f"SELECT count(*) FROM {table}")[0]))

    def dump(self, tables: Sequence[str] = MIRROR + DERIVED) -> dict[str, tuple[int, object]]:
        """Rows and digest of each table's whole content."""
        digest = "md5(COALESCE(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\"), ''))"
        return {
            table: (self.count(table), self.values(f"SELECT {digest} FROM {table} t")[0]) for table in tables
        }

    def empty(self, *tables: str) -> None:
        """Throw away what these tables hold."""
        connection = self.connect()
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
        finally:
            connection.close()

    @contextmanager
    def holding_back(self, table: str) -> Iterator[None]:
        """Nobody can write to the table while the block runs: whoever wants to waits there."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
            yield
        finally:
            connection.close()

    @contextmanager
    def holding_back_person(self, record_id: str) -> Iterator[None]:
        """Nobody can derive this person, who never was, while the block runs: whoever wants to waits there."""
        connection = self.connect()
        try:
            with connection.cursor() as cursor:
                row = "INSERT INTO leadmodel_personrecord (record_id, person_id) VALUES (%s, %s)"
                cursor.execute(row, [record_id, record_id])
            yield
        finally:
            connection.close()

    def waits_for_person(self) -> bool:
        """Whether somebody waits for another transaction's end."""
        return self.values(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted"
        ) != [0]

    def waits_for(self, table: str) -> bool:
        """Whether somebody waits to write to the table, in the middle of a transaction."""
        found = self.values(
            f"SELECT count(*) FROM pg_locks WHERE relation = '{table}'::regclass AND NOT granted"
        )
        return found != [0]

    def others_are_gone(self) -> bool:
        """Whether no session but the asking one is left in the database."""
        others = (
            "datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return self.values(f"SELECT count(*) FROM pg_stat_activity WHERE {others}") == [0]


@contextmanager
def new_machine() -> Iterator[Machine]:
    """A machine whose servers run and whose database is migrated; it is removed at the end."""
    with new_home(like=migrated_home()) as home, hold(home):
        made = Machine(home.folder.parent)
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """One machine for the stories of a file."""
    with new_machine() as made:
        yield made
