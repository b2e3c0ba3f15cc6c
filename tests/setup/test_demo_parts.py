"""The demo's parts: its processes, its port, its organisation, its database."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection

from base.servers.processes import is_alive
from config.demo import database
from config.demo.children import Children
from config.demo.database import Note
from config.demo.errors import DemoError
from config.demo.organisation import DataFile, ExampleCompany, Export
from config.demo.ports import FIRST, listen
from tests.setup.conftest import eventually

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN_PROGRAM = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
STUBBORN = [sys.executable, "-c", STUBBORN_PROGRAM]


@pytest.fixture
def children(tmp_path: Path) -> Children:
    return Children(tmp_path, {})


def test_leaving_the_demo_ends_its_processes(children: Children) -> None:
    with children:
        log = children.start("sleeper", SLEEPER)
        eventually("it runs", lambda: log.read_text() == "up\n")
        children.check()
        started = time.monotonic()

    assert time.monotonic() - started < 5


def test_a_process_that_does_not_end_is_ended_with_all_it_started(
    children: Children, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.demo.children.STOP_SECONDS", 0.3)
    with children:
        log = children.start("stubborn", STUBBORN)
        eventually("it runs", lambda: log.read_text().endswith("\n"))

    eventually("its child has ended", lambda: not is_alive(int(log.read_text())))


def test_the_death_of_a_process_is_told_with_its_last_words(children: Children) -> None:
    with children:
        children.start("worker", [sys.executable, "-c", "import sys; sys.exit('no broker')"])

        def never() -> bool:
            children.check()
            return False

        with pytest.raises(DemoError, match=r"its worker ended \(status 1\). Its last words:\nno broker"):
            eventually("the demo is told", never)


def test_a_step_that_fails_is_named(children: Children) -> None:
    with children, pytest.raises(DemoError, match="The demo stops: counting failed"):
        children.run("counting", [sys.executable, "-c", "import sys; sys.exit(3)"])


def test_a_step_beside_the_others_may_end_and_may_not_fail(children: Children) -> None:
    with children:
        children.begin("counting", [sys.executable, "-c", ""])
        children.begin("dividing", [sys.executable, "-c", "1 / 0"])

        def never() -> bool:
            children.check()
            return False

        with pytest.raises(DemoError, match=r"The demo stops: dividing failed \(see above\)"):
            eventually("the demo is told", never)


def test_kill_9_of_the_demo_ends_its_processes(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from config.demo.children import Children; "
        f"Children(Path({str(tmp_path)!r}), {{}}).start('sleeper', {SLEEPER!r}); "
        "print('started', flush=True); time.sleep(600)"
    )
    demo = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert demo.stdout
    assert demo.stdout.readline() == "started\n"
    eventually("the child runs", lambda: (tmp_path / "sleeper.log").read_text() == "up\n")
    mine = Path(f"/proc/{demo.pid}/task/{demo.pid}/children").read_text().split()
    assert len(mine) == 1

    demo.kill()
    demo.communicate(timeout=10)

    eventually("the child has ended", lambda: not is_alive(int(mine[0])))


def test_the_next_free_port_is_taken_when_none_was_asked_for() -> None:
    with listen(None) as first, listen(None) as second:
        assert FIRST <= first.getsockname()[1] < second.getsockname()[1]


def test_a_busy_port_that_was_asked_for_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(DemoError, match=f"Port {port} is in use: name another one"):
            listen(port)


def test_an_export_is_known_by_its_content(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Lead.csv").write_text("Id\n00Q1\n")
    before = Export(folder).fingerprint()
    moved = folder.rename(tmp_path / "elsewhere")
    assert Export(moved).fingerprint() == before

    (moved / "Lead.csv").write_text("Id\n00Q2\n")
    assert Export(moved).fingerprint() != before

    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(moved / "Lead.csv", "Lead.csv")
    assert Export(tmp_path / "export.zip").fingerprint()


def test_an_export_that_is_not_there_is_named() -> None:
    with pytest.raises(DemoError, match="There is no export at /nowhere: name a folder of CSV files"):
        Export(Path("/nowhere")).fingerprint()


def test_a_data_file_counts_only_when_complete(tmp_path: Path) -> None:
    company = ExampleCompany(leads=100, seed=1)
    file = DataFile(tmp_path)
    draft = file.begin()
    draft.write_text("half")
    draft.with_name("journal").mkdir()
    assert not file.holds(company.fingerprint())

    draft = file.begin()
    assert list(draft.parent.iterdir()) == []
    draft.write_text("whole")
    file.accept(company.fingerprint())
    assert file.holds(company.fingerprint())
    assert file.path.read_text() == "whole"
    assert not file.holds(ExampleCompany(leads=100, seed=2).fingerprint())


@pytest.mark.django_db
def test_the_database_remembers_whose_data_it_holds() -> None:
    assert database.read_note() is None

    database.write_note(Note("company-100-1"))
    database.write_note(Note("company-100-1", pulled=True, model="it's"))

    assert database.read_note() == Note("company-100-1", pulled=True, model="it's")


@pytest.mark.django_db
def test_a_database_with_users_of_its_own_is_no_demos() -> None:
    database.refuse_other_data()
    get_user_model().objects.create_user("alice")

    with pytest.raises(DemoError, match="holds data that is no demo's"):
        database.refuse_other_data()


@pytest.mark.django_db
def test_a_database_of_another_program_is_no_demos() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE somebody_elses (id int)")

    with pytest.raises(DemoError, match="holds data that is no demo's"):
        database.refuse_other_data()


@pytest.mark.django_db
def test_another_organisation_starts_afresh() -> None:
    database.write_note(Note("company-100-1", pulled=True))

    database.start_afresh(Note("export-1"))

    assert database.read_note() == Note("export-1")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone() == (0,)
    # rolled back with the test


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"leads": 5}, "--leads is 5: give a number from 500 to 1,000,000"),
        ({"speed": 0.0}, "--speed is 0: give minutes per second"),
        ({"hurry": 1.0}, "--hurry is 1: say how many times shorter promises are, above 1 and at most 1440"),
        ({"hurry": 1441.0}, "--hurry is 1441"),
        ({"hurry": float("nan")}, "--hurry is nan"),
        ({"hurry": 60.0, "once": True}, "--hurry is for watching, and --once serves nothing"),
        ({"export": Path("/nowhere"), "seed": 3}, "--leads and --seed make the example company"),
        ({"model": Path("/nowhere.yaml")}, "There is no model file at /nowhere.yaml"),
    ],
)
def test_options_that_cannot_be_are_named(options: dict[str, object], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("demo", **options)
