"""Kill -9 of a process that writes to Salesforce, at any of its lines: another takes over, and all is there once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from base.outbox import LEASE
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from tests.stories.conftest import Machine
from tests.sync.conftest import NOON, new_org
from tests.sync.world import TOKEN, World
from tests.writeback.writing import TASK_KEY, tasks

pytestmark = pytest.mark.timeout(240)
PEOPLE = 3
"""New people each process has to do with, besides those whom the killed one left."""


@pytest.fixture(scope="module")
def desk(machine: Machine) -> Iterator[World]:
    """A desk with a field for our key, read by the machine."""
    org = new_org(machine.folder / "org.db")
    authority = machine.folder / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN)
    url = service.https_url
    assert url is not None
    machine.environment |= {"SALESFORCE_URL": url, "SALESFORCE_CA_FILE": str(authority)}
    with background(service):
        made = World(org, url, authority, machine.spool, NOON)
        made.control("POST", "fields", TASK_KEY)
        machine.manage("pull")
        yield made
    org.store.close()


class Deliverers:
    """Processes that come one after another, each when the lease of the one before is over."""

    def __init__(self, machine: Machine, desk: World) -> None:
        self.machine, self.desk = machine, desk
        self.leads: list[str] = []

    def next(self, last_line: int, *, people: int = PEOPLE) -> tuple[int, int]:
        """One more process, with new people to decide about; its exit status, and its lines where it lived."""
        self.desk.pass_time(seconds=(LEASE + timedelta(minutes=1)).total_seconds())
        left = self.leads[-PEOPLE:]  # whom the killed one may not even have decided about
        new = [self.desk.lead(Status="Working") for _ in range(people)]
        self.leads += new
        words = [self.desk.now.isoformat(), str(last_line), self.desk.user("Alice"), *left, *new]
        status, told = self.machine.run("-m", "tests.stories.writer", *words)
        assert status in {0, -signal.SIGKILL}, told
        return status, int(told.split()[-1]) if status == 0 else 0


def test_killed_at_some_lines(machine: Machine, desk: World) -> None:
    """Without a key it is in `writeback.test_killed_anywhere`, and in the soak."""
    killed_at_random(machine, desk, has_key=True, points=2, seed=14)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("has_key", [True, False])
def test_killed_at_many_lines(machine: Machine, desk: World, *, has_key: bool) -> None:
    killed_at_random(machine, desk, has_key=has_key, points=25, seed=15 + has_key)


def killed_at_random(machine: Machine, desk: World, *, has_key: bool, points: int, seed: int) -> None:
    """So many processes are killed, each at a random line; who comes after them finishes it, and everything once."""
    machine.environment["SALESFORCE_TASK_KEY_FIELD"] = str(TASK_KEY["name"]) if has_key else "No_Such_Key__c"
    deliverers = Deliverers(machine, desk)
    status, lines = deliverers.next(0)
    assert (status, lines > 500) == (0, True)
    random = Random(seed)
    chosen = [random.randrange(1, lines) for _ in range(points)]
    print(f"seed {seed}: killed at {chosen} of {lines} lines")  # noqa: T201 - to repeat it

    killed = [deliverers.next(line)[0] for line in chosen]
    assert killed == [-signal.SIGKILL] * points
    assert deliverers.next(0, people=0)[0] == 0
    while machine.values("SELECT 1 FROM base_effect WHERE state <> 'done'"):
        assert deliverers.next(0, people=0)[0] == 0, "what was put back"

    assert machine.count("base_effect") >= 2 * len(deliverers.leads)
    for lead in deliverers.leads:
        assert desk.org.live_row("Lead", lead)["Status"] == "Nurture"
        changes = desk.org.store.rows("LeadHistory", '"LeadId" = ? AND "Field" = ?', (lead, "Status"))
        assert len(list(changes)) == 1
        assert machine.values(f"SELECT field FROM sync_echo WHERE record_id = '{lead}'") == ["Status"]
    called = sorted(str(task["WhoId"]) for task in tasks(desk) if task["WhoId"] in deliverers.leads)
    assert called == sorted(deliverers.leads)
