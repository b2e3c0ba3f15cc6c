"""The whole demo in processes of its own: made once, continued, interrupted, switched to another organisation."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from base.servers import Home, hold
from base.servers.home import REPOSITORY
from tests.setup.conftest import (
    PATIENCE,
    eventually,
    hold_and_query,
    left_by,
    migrated_home,
    new_home,
    query,
    unconfigured,
)

pytestmark = pytest.mark.timeout(240)
LEADS = ["--leads", "500"]


class Machine:
    """A machine with a home of its own, on which demos run."""

    def __init__(self, home: Home) -> None:
        self.home, folder = home, home.folder.parent
        self._environment = unconfigured() | {"LEADMODEL_HOME": str(folder), "LEADMODEL_PURPOSE": "test"}
        self.output = folder / "demo.out"
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str, **environment: str) -> subprocess.Popen[bytes]:
        with self.output.open("wb") as output:
            demo = subprocess.Popen(
                [sys.executable, "manage.py", "demo", *options],
                cwd=REPOSITORY,
                env=self._environment | environment,
                stdout=output,
                stderr=output,
            )
        self._started.append(demo)
        return demo

    def stop(self) -> None:
        for demo in self._started:
            demo.terminate()
            demo.wait(timeout=30)

    def run(self, *options: str) -> tuple[int, str]:
        status = self.start(*options).wait(timeout=200)
        return status, self.said()

    def said(self) -> str:
        return self.output.read_text(errors="replace")

    def count(self, table: str) -> object:
        return hold_and_query(self.home, f"SELECT count(*) FROM {table}")


@contextmanager
def new_machine(like: Path | None = None) -> Iterator[Machine]:
    """A machine on which nothing was done yet, or with what another one's home holds."""
    with new_home(like) as home:
        machine = Machine(home)
        try:
            yield machine
        finally:
            machine.stop()


@pytest.fixture
def machine() -> Iterator[Machine]:
    """A machine whose database is migrated."""
    with new_machine(like=migrated_home()) as machine:
        yield machine


@pytest.fixture(scope="module")
def after_once() -> Path:
    """What a demo leaves that was made once, which takes longer than what is then tried on copies."""

    def make(home: Home) -> None:
        status, said = Machine(home).run(*LEADS, "--once")
        assert status == 0, said

    return left_by(make)


@pytest.fixture
def continued(after_once: Path) -> Iterator[Machine]:
    """A machine on which a demo was made once, and nothing runs."""
    with new_machine(like=after_once) as machine:
        yield machine


def test_once_leaves_the_data_in_place_and_a_second_time_continues(continued: Machine) -> None:
    machine = continued
    leads = machine.count("sync_lead")
    assert leads == 500
    mails = machine.home.private / "demo" / "mails.data"
    mails.touch()

    status, said = machine.run(*LEADS, "--once")
    assert status == 0, said
    assert "Making" not in said
    assert machine.count("sync_lead") == leads
    assert mails.exists()

    status, said = machine.run("--leads", "510", "--once")
    assert status == 0, said
    assert "another organisation's demo: it starts afresh" in said
    assert machine.count("sync_lead") == 510
    assert not mails.exists()


def test_it_serves_until_ctrl_c_and_then_everything_ends_within_seconds(continued: Machine) -> None:
    machine = continued
    # no mail server but the demo's own is used
    server = {"EMAIL_HOST": "mail.invalid", "EMAIL_HOST_USER": "otto", "EMAIL_HOST_PASSWORD": "no"}
    demo = machine.start(*LEADS, "--hurry", "240", **server)

    def serves() -> bool:
        assert demo.poll() is None, machine.said()
        return "Ctrl-C stops everything" in machine.said()

    eventually("it serves", serves)
    address = re.search(r"http://localhost:\d+", machine.said())
    assert address
    with urllib.request.urlopen(f"{address[0]}/healthz", timeout=PATIENCE) as answer:  # noqa: S310
        assert answer.read() == b"ok\n"
    for login in ("rep", "manager", "director", "ops"):
        assert re.search(rf"^  \w+ +{login} +password ", machine.said(), re.MULTILINE)

    mails = re.search(r"http://127\.0\.0\.1:\d+/", machine.said())
    assert mails
    eventually("the manager has a mail", lambda: "Sent: " in machine.said())
    sent = re.search(r"^Sent: (.*)\.$", machine.said(), re.MULTILINE)
    assert sent
    with urllib.request.urlopen(mails[0], timeout=10) as answer:  # noqa: S310
        of_the_morning = re.search(rf'href="/(mails/\d+)">{re.escape(sent[1])}<', answer.read().decode())
    assert of_the_morning
    with urllib.request.urlopen(f"{mails[0]}slack", timeout=10) as answer:  # noqa: S310
        assert "/slack/services/" in answer.read().decode()
    assert machine.count("alerts_slack") == 1
    assert "In a hurry, 240 times: " in machine.said()
    assert "Re-assignments are written to the sandbox" in machine.said()
    assert machine.count("leadmodel_settingsversion") == 2
    # clocks that start now are derived by the new promises
    assert machine.count("sync_mark WHERE record_id = '*'") == 0
    with urllib.request.urlopen(f"{mails[0]}{of_the_morning[1]}/html", timeout=10) as answer:  # noqa: S310
        assert f'href="{address[0]}/team/?' in answer.read().decode()

    second = machine.start(*LEADS)
    assert second.wait(timeout=60) == 1
    assert "A demo already runs" in machine.said()

    demo.send_signal(signal.SIGINT)
    assert demo.wait(timeout=15) == 0


def test_interrupted_while_it_is_made_it_starts_over_the_next_time(machine: Machine) -> None:
    demo = machine.start("--leads", "20000", "--once")
    eventually("it has begun", lambda: "Making" in machine.said())
    demo.send_signal(signal.SIGTERM)
    assert demo.wait(timeout=15) == 130, machine.said()
    assert "Interrupted" in machine.said()

    status, said = machine.run(*LEADS, "--once")

    assert status == 0, said


@pytest.mark.soak
def test_the_death_of_a_process_ends_the_demo_and_is_told(continued: Machine) -> None:
    machine = continued
    demo = machine.start(*LEADS)
    eventually("it serves", lambda: "Ctrl-C stops everything" in machine.said())
    beat = [
        int(pid)
        for pid in Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
        if "beat" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    ]
    assert len(beat) == 1

    os.kill(beat[0], signal.SIGKILL)

    assert demo.wait(timeout=30) == 1
    assert "The demo stops: its beat ended (signal SIGKILL)" in machine.said()


@pytest.mark.soak
def test_configured_servers_are_used(home: Home) -> None:
    with hold(home), new_machine() as machine:
        servers = {"DATABASE_URL": home.database_url, "REDIS_URL": home.redis_url}
        demo = machine.start(*LEADS, "--once", **servers)
        assert demo.wait(timeout=200) == 0, machine.said()

        assert query(home, "SELECT count(*) FROM sync_lead") == 500
        assert not machine.home.data.exists()


def test_a_database_in_use_is_left_alone(machine: Machine, home: Home) -> None:
    with hold(home):
        query(home, "CREATE TABLE somebody_elses (id int)")
        servers = {"DATABASE_URL": home.database_url, "REDIS_URL": home.redis_url}
        demo = machine.start(*LEADS, "--once", **servers)

        assert demo.wait(timeout=60) == 1
        assert "holds data that is no demo's" in machine.said()
        assert query(home, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 1
