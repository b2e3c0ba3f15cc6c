"""Kill -9 in the middle of a pull and of a rebuild: the next run ends where an undisturbed one does.

`test_kill_9_anywhere` does it at moments nobody chose.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from base.servers.home import REPOSITORY
from base.servers.processes import is_alive
from tests.setup.conftest import eventually
from tests.stories.conftest import BOOKS, DERIVED, MIRROR, NOW, Machine

pytestmark = pytest.mark.timeout(240)
LEADS = "1300"
WORKER = ("-m", "celery", "-A", "config", "worker", "--concurrency", "2", "--loglevel", "INFO")
SHARED = {"sync_taskrelation", "sync_eventrelation"}
"""Nobody writes these for the example company: its activities are of one person each."""
Dump = dict[str, tuple[int, object]]


@pytest.fixture(scope="module")
def company(machine: Machine) -> Machine:
    """The machine with the example company served, and its model in force."""
    data = machine.folder / "company.db"
    words = ["company", "--leads", LEADS, "--seed", "7", "--now", NOW, "--data", str(data)]
    status, said = machine.run("-m", "sandbox", *words)
    assert status == 0, said
    machine.serve(data)
    machine.manage("model", "import", str(REPOSITORY / "sandbox" / "company" / "model.yaml"))
    return machine


@pytest.fixture(scope="module")
def undisturbed(company: Machine) -> Dump:
    """What mirror and derived tables hold after a pull and a rebuild that nobody disturbs."""
    company.empty(*MIRROR, *DERIVED, *BOOKS)
    company.manage("pull", "--full")
    company.manage("rebuild", "--processes", "2")
    dump = company.dump()
    assert dump["sync_lead"][0] >= int(LEADS)
    assert dump["leadmodel_cycle"][0] > 0
    return dump


@contextmanager
def worker(machine: Machine, task: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker that was told to look now."""
    said = len(machine.said())
    process = machine.start(*WORKER)
    eventually("the worker is ready", lambda: " ready" in machine.said()[said:])
    status, words = machine.run("-m", "celery", "-A", "config", "call", task)
    assert status == 0, words
    yield process
    assert process.poll() is not None, "the test ends what it started"


def spooled(machine: Machine, name: str) -> list[Path]:
    return list(machine.spool.glob(f"{name}-*/page-*.csv"))


def children_of(process: subprocess.Popen[bytes]) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def mark_everybody(machine: Machine) -> None:
    """Derive all anew, from nothing."""
    machine.empty(*DERIVED, "sync_mark")
    connection = machine.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sync_mark (record_id) VALUES ('*')")
    connection.close()


def settle(machine: Machine) -> None:
    eventually("the killed sessions are gone", machine.others_are_gone)


def assert_as_undisturbed(machine: Machine, undisturbed: Dump) -> None:
    """After a normal run everything is as if nothing had happened, and nothing is left lying about."""
    assert "being read by another process" not in machine.manage("pull")
    machine.manage("rebuild", "--processes", "2")
    assert machine.dump() == undisturbed
    assert machine.count("sync_mark") == machine.count("sync_seen") == 0
    assert list(machine.spool.iterdir()) == []


def test_a_pull_killed_while_reading_and_a_worker_killed_while_writing(
    company: Machine, undisturbed: Dump
) -> None:
    company.empty(*MIRROR, *DERIVED, *BOOKS)

    with company.holding_back("sync_lead"):  # or a fast one might be done before it is killed
        pull = company.start("manage.py", "pull", "--full")
        eventually("a page of tasks arrives", lambda: bool(spooled(company, "Task")))
        company.kill(pull)
    settle(company)
    assert company.count("sync_leadhistory") > 0
    assert company.count("sync_lead") == 0
    assert spooled(company, "Task")

    with company.holding_back("sync_mark"), worker(company, "sync.tasks.poll") as process:
        # tasks are written, the marks of their people not yet
        eventually("the worker is in mid-transaction", lambda: company.waits_for("sync_mark"))
        company.kill(process)
    settle(company)
    assert company.count("sync_task") == 0
    assert company.values("SELECT cursor FROM sync_objectstate WHERE name = 'Task'") == [None]

    assert_as_undisturbed(company, undisturbed)


def test_a_worker_killed_after_some_batches_and_rebuilders_killed_in_mid_transaction(
    company: Machine, undisturbed: Dump
) -> None:
    mark_everybody(company)
    later = str(
        company.values("SELECT id FROM sync_lead WHERE master_record_id IS NULL ORDER BY id OFFSET 1200")[0]
    )
    with (
        company.holding_back_person(later),
        worker(company, "leadmodel.tasks.rebuild") as process,
    ):
        eventually("the worker is in a later batch", company.waits_for_person)
        company.kill(process)
    settle(company)
    left = company.count("sync_mark")
    assert left > 0
    assert 0 < company.count("leadmodel_person") < undisturbed["leadmodel_person"][0]

    with company.holding_back("leadmodel_span"):
        rebuild = company.start("manage.py", "rebuild", "--processes", "2")
        eventually("both are in mid-transaction", lambda: company.waits_for("leadmodel_span"))
        company.kill(rebuild)
    settle(company)
    assert company.count("sync_mark") == left

    assert_as_undisturbed(company, undisturbed)


@pytest.mark.soak
def test_one_of_the_rebuilding_processes_killed_is_told_and_loses_nothing(
    company: Machine, undisturbed: Dump
) -> None:
    mark_everybody(company)

    with company.holding_back("leadmodel_span"):
        rebuild = company.start("manage.py", "rebuild", "--processes", "2")
        eventually("they are in mid-transaction", lambda: company.waits_for("leadmodel_span"))
        os.kill(children_of(rebuild)[0], signal.SIGKILL)
        assert rebuild.wait(timeout=60) == 1
    assert "One of the rebuilding processes was killed" in company.said()
    settle(company)

    assert_as_undisturbed(company, undisturbed)


@pytest.mark.soak
def test_the_rebuilding_processes_end_with_the_command(company: Machine, undisturbed: Dump) -> None:
    mark_everybody(company)

    with company.holding_back("leadmodel_span"):
        rebuild = company.start("manage.py", "rebuild", "--processes", "2")
        eventually("they are in mid-transaction", lambda: company.waits_for("leadmodel_span"))
        left = children_of(rebuild)
        rebuild.kill()
        rebuild.wait(timeout=30)
        eventually("nobody is left", lambda: not any(is_alive(pid) for pid in left))
    settle(company)

    assert_as_undisturbed(company, undisturbed)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_killed_at_the_writing_of_every_table(company: Machine, undisturbed: Dump) -> None:
    written = [table for table in MIRROR if undisturbed[table][0]]
    assert set(MIRROR) - set(written) == SHARED
    company.empty(*MIRROR, *DERIVED, *BOOKS)
    for table in written:
        killed_while_writing(company, table, "pull", "--full")
    company.manage("pull")
    mark_everybody(company)
    for table in DERIVED:
        killed_while_writing(company, table, "rebuild", "--processes", "2")
    assert_as_undisturbed(company, undisturbed)


def killed_while_writing(machine: Machine, table: str, *command: str) -> None:
    with machine.holding_back(table):
        process = machine.start("manage.py", *command)
        eventually(f"somebody is about to write {table}", lambda: machine.waits_for(table))
        machine.kill(process)
    settle(machine)
