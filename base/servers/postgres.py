"""The private PostgreSQL: making its data directory, starting it, stopping it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2

from base.servers.binaries import POSTGRES_MAJOR, Binaries
from base.servers.errors import ServersError, explain
from base.servers.home import SUPERUSER, Home, servers_user
from base.servers.processes import command_line, is_alive, last_lines, server_environment, start_server

MEGABYTE = 1 << 20
MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
ROOM_FOR_A_NEW_DATABASE = 250 * MEGABYTE
START_SECONDS = 120  # recovery after a kill replays up to max_wal_size
STOP_SECONDS = 30
POLL = 0.05

# Only what differs from PostgreSQL's own defaults; sized for a laptop that does other things too.
CONFIGURATION = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": f"{min(1024, MEMORY // MEGABYTE // 8)}MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "2GB",
    "random_page_cost": "1.1",
    "max_wal_size": "2GB",
    "min_wal_size": "128MB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "wal_level": "minimal",  # no replicas here; COPY into a table made in the same transaction skips the log
    "max_wal_senders": "0",
    # Our queries are short; compiling them costs more than it saves.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and details hold people's names and addresses, which belong into no log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    # A client killed in mid-query must not keep its query, its locks and its connection for long.
    "client_connection_check_interval": "2s",
    "idle_in_transaction_session_timeout": "10min",
}
# Survives kill -9 of every process, as tests want it; not a power cut.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One private PostgreSQL server, from start to stop."""

    def __init__(self, home: Home, binaries: Binaries) -> None:
        """Nothing starts yet."""
        self._home = home
        self._binaries = binaries
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the data directory if there is none, start the server, wait until it takes connections.

        Raises ServersError with a sentence when it cannot.
        """
        home = self._home
        self._remove_unfinished()
        if not (home.data / "PG_VERSION").exists():
            self._make_data_directory()
        self._check_data_directory()
        self._clear_leftovers()
        self._write_configuration()
        command: list[str | Path] = [self._binaries.postgres, "-D", home.data, "-k", home.sockets]
        self._process = start_server(command, log=home.postgres_log, on_parents_death=signal.SIGINT)
        self._wait_until_ready()
        self._create_database()

    def died(self) -> bool:
        """Whether the server ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """Shut down: open transactions are rolled back, everything committed is on disk afterwards."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)  # "fast": does not wait for clients
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)  # "immediate": the next start recovers from the log
            self._process.wait(STOP_SECONDS)

    def _make_data_directory(self) -> None:
        home = self._home
        free = shutil.disk_usage(home.folder).free
        if free < ROOM_FOR_A_NEW_DATABASE:
            raise ServersError(
                f"{home.folder} has {free // MEGABYTE} MB free and a new database needs "
                f"{ROOM_FOR_A_NEW_DATABASE // MEGABYTE} MB: "
                "make room, or set LEADMODEL_HOME to a folder on another disk."
            )
        unfinished = home.data.with_name("postgres.unfinished")
        unfinished.mkdir(mode=0o700)
        user = servers_user()
        if user:
            os.chown(unfinished, user.pw_uid, user.pw_gid)
        command: list[str | Path] = [
            self._binaries.initdb,
            "--pgdata", unfinished,
            "--username", SUPERUSER,
            # Who may connect is decided by who may enter the socket's folder.
            "--auth", "trust",
            "--encoding", "UTF8",
            "--locale-provider", "builtin",
            "--builtin-locale", "C.UTF-8",
            "--locale", "C",
            "--no-instructions",
        ]  # fmt: skip
        if not home.durable:
            command.append("--no-sync")
        made = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=server_environment(),
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            timeout=START_SECONDS,
            check=False,
        )
        if made.returncode:
            raise ServersError(explain(f"A new database could not be made in {home.data}", made.stderr))
        # Only a complete directory gets the final name, so a kill half-way leaves nothing that looks whole.
        unfinished.rename(home.data)

    def _remove_unfinished(self) -> None:
        unfinished = self._home.data.with_name("postgres.unfinished")
        if unfinished.exists():
            shutil.rmtree(unfinished)

    def _check_data_directory(self) -> None:
        data = self._home.data
        version = (data / "PG_VERSION").read_text().strip()
        if version != POSTGRES_MAJOR:
            raise ServersError(
                f"The database in {data} was made by PostgreSQL {version}, "
                f"and this is PostgreSQL {POSTGRES_MAJOR}: "
                "run `make demo-reset` to start over, or check out the version that made it."
            )
        user = servers_user()
        owner = data.stat().st_uid
        if owner != (user.pw_uid if user else os.geteuid()):
            raise ServersError(
                f"The database in {data} belongs to the user with number {owner}, "
                "who is not the one the servers run as: "
                "run as the user who made it, or set LEADMODEL_HOME to another folder."
            )

    def _clear_leftovers(self) -> None:
        """Wait for a server that lost its supervisor to end, and remove the lock files of one that is gone.

        We hold the supervisor's lock, so no server of ours is meant to run here. PostgreSQL would refuse to
        start when another process happens to have got the process number of the old one.
        """
        home = self._home
        for lock in (home.data / "postmaster.pid", home.sockets / ".s.PGSQL.5432.lock"):
            try:
                words = lock.read_text().split()
            except FileNotFoundError:
                continue
            pid = int(words[0]) if words and words[0].isdigit() else 0
            if pid and str(home.data) in command_line(pid):
                os.kill(pid, signal.SIGINT)
                deadline = time.monotonic() + STOP_SECONDS
                while is_alive(pid):
                    if time.monotonic() > deadline:
                        message = (
                            f"An old PostgreSQL (process {pid}) still works in {home.data} and does not end: "
                            "end it."
                        )
                        raise ServersError(message)
                    time.sleep(POLL)
            lock.unlink(missing_ok=True)

    def _write_configuration(self) -> None:
        settings = CONFIGURATION if self._home.durable else CONFIGURATION | UNSAFE_BUT_FAST
        lines = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
        (self._home.data / "postgresql.conf").write_text(f"# Written anew at every start.\n{lines}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if self.died():
                raise ServersError(explain("PostgreSQL did not start", last_lines(self._home.postgres_log)))
            try:
                self._connect("postgres").close()
            except psycopg2.OperationalError as error:
                if time.monotonic() > deadline:
                    raise ServersError(explain("PostgreSQL does not answer", str(error))) from error
                time.sleep(POLL)
            else:
                return

    def _create_database(self) -> None:
        connection = self._connect("postgres")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'leadmodel'")
                if cursor.fetchone() is None:
                    cursor.execute("CREATE DATABASE leadmodel")
        finally:
            connection.close()

    def _connect(self, database: str) -> psycopg2.extensions.connection:
        return psycopg2.connect(
            host=str(self._home.sockets), user=SUPERUSER, dbname=database, connect_timeout=5
        )
