"""Kill -9 of pulls at random moments, until one gets through: then the mirror is the organisation, row for row."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from psycopg2.extras import RealDictCursor

from sandbox.company import build
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from sync.salesforce.objects import OBJECTS
from tests.setup.conftest import eventually
from tests.stories.conftest import BOOKS, MIRROR, Machine
from tests.sync.happenings import CHANGES, Life
from tests.sync.likeness import Rows, assert_object_like
from tests.sync.world import World

LEADS, FEW = 2600, 500
"""The Tasks of so many are read by Bulk, and the Leads by REST; of few, all comes by REST."""
PAST = datetime(2026, 3, 2, 12, tzinfo=UTC)
EDITED, HAPPENINGS = 1500, 60
KILLS, A_SAMPLE = 50, 2
MOST = 4
"""After so many kills a pull may get through."""
COMMANDS = (("pull",), ("pull", "--full"))


@dataclass
class Killing:
    """A machine that pulls an organisation, and whoever kills it at moments drawn from a seed."""

    machine: Machine
    world: World
    random: Random = field(default_factory=Random)
    length_s: float = 0.0
    """What the last pull that got through took, from its first word to the database on."""

    def until_one_gets_through(self, *command: str, most: int) -> int:
        """Kill at most so many; how many were."""
        for number in range(most):
            if self._gets_through(*command, killed_at=self.random.uniform(0, self.length_s)):
                return number
        while not self._gets_through(*command, killed_at=None):
            pass  # a session of the killed one still holds an object
        return most

    def _gets_through(self, *command: str, killed_at: float | None) -> bool:
        """Whether all was read; `killed_at` are seconds after it has begun."""
        said = len(self.machine.said())
        process = self.machine.start("manage.py", *command)
        eventually("it reads", lambda: process.poll() is not None or not self.machine.others_are_gone())
        began = time.monotonic()
        try:
            assert process.wait(timeout=killed_at) == 0, self.machine.said()[said:]
        except subprocess.TimeoutExpired:
            self.machine.kill(process)
            under_way = self.machine.values(
                "SELECT name FROM sync_objectstate WHERE reading_since IS NOT NULL"
            )
            print(f"killed after {killed_at:.3f} s, at {under_way or 'nothing'}")  # noqa: T201 - tells what was hit
            return False
        self.length_s = time.monotonic() - began
        return "being read by another process" not in self.machine.said()[said:]

    # -- what is pulled ---------------------------------------------------------------------------

    def forget(self) -> None:
        """As a new installation."""
        self.machine.empty(*MIRROR, *BOOKS)

    def change_much(self) -> set[str]:
        """Another status for many leads, and whatever else happens at a desk; the leads."""
        org = self.world.org
        leads = org.store.rows("Lead", f'"IsDeleted" = 0 AND "IsConverted" = 0 LIMIT {EDITED}')
        edited = {str(lead["Id"]): str(lead["Status"]) for lead in leads}
        for lead_id, status in edited.items():
            org.update("Lead", lead_id, {"Status": "Assigned" if status == "New" else "New"})
        life = Life(self.world, self.random)
        life.begin()
        for _ in range(HAPPENINGS):
            life.happen(self.random.choice(CHANGES))
        return set(edited)

    # -- what became of it ------------------------------------------------------------------------

    def rows(self, table: str) -> Rows:
        connection = self.machine.connect()
        try:
            with connection.cursor(cursor_factory=RealDictCursor) as cursor:
                cursor.execute(f"SELECT * FROM {table}")
                return {str(row["id"]): row for row in cursor.fetchall()}
        finally:
            connection.close()

    def assert_like(self) -> None:
        """Every row is as in the organisation, each object is read as far as it goes, and nothing is left over."""
        for spec in OBJECTS:
            assert_object_like(self.world.org, spec, self.rows)
            [latest] = self.machine.values(f"SELECT max({spec.stamp_column}) FROM {spec.table}")
            told = f"SELECT {{}} FROM sync_objectstate WHERE name = '{spec.name}'"
            assert self.machine.values(told.format("cursor")) == [latest], spec.name
            assert self.machine.values(told.format("state || error")) == ["read"], spec.name
        assert list(self.machine.spool.iterdir()) == []

    def marked(self) -> set[object]:
        return set(self.machine.values("SELECT record_id FROM sync_mark"))


@pytest.fixture
def leads() -> int:
    """How large the company is."""
    return LEADS


@pytest.fixture
def killing(machine: Machine, tmp_path: Path, leads: int) -> Iterator[Killing]:
    """The example company, served by this process."""
    store = Store.create(tmp_path / "org.db")
    build(store, leads=leads, seed=7, now=PAST)
    org, authority = Org(store), tmp_path / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority))
    assert service.https_url is not None
    machine.environment |= {"SALESFORCE_URL": service.https_url, "SALESFORCE_CA_FILE": str(authority)}
    with background(service):
        yield Killing(machine, World(org, service.https_url, authority, Path(machine.spool), PAST))
    store.close()


def live_through(killing: Killing, *, seed: int, kills: int) -> None:
    """A first read and a read of changes, both killed again and again; anew until enough were."""
    print(f"seed {seed}")  # noqa: T201 - tells how to repeat it
    killing.random.seed(seed)
    killing.forget()
    killing.until_one_gets_through("pull", most=0)  # tells how long it takes
    done = 0
    while done < kills:
        killing.forget()
        done += killing.until_one_gets_through("pull", most=min(MOST, -(-(kills - done) // 2)))
        killing.assert_like()
        for spec in OBJECTS:
            told = f"SELECT row_count FROM sync_objectstate WHERE name = '{spec.name}'"
            assert killing.machine.values(told) == [killing.machine.count(spec.table)], spec.name
            told = f"SELECT sum(rows_changed) FROM sync_run WHERE object_name = '{spec.name}'"
            assert killing.machine.values(told) == [killing.machine.count(spec.table)], spec.name
        assert killing.marked() >= killing.rows("sync_lead").keys() | killing.rows("sync_contact").keys()

        killing.machine.empty("sync_mark")
        edited = killing.change_much()
        command = killing.random.choice(COMMANDS)
        done += killing.until_one_gets_through(*command, most=min(MOST, kills - done))
        killing.assert_like()
        assert killing.marked() >= edited
        seen = killing.machine.values("SELECT record_id FROM sync_seen WHERE field = 'Status' ORDER BY 1")
        assert [lead for lead in seen if lead in edited] == sorted(edited)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("leads", [FEW])
def test_a_few_times(killing: Killing) -> None:
    live_through(killing, seed=1, kills=A_SAMPLE)


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [2])
def test_fifty_times(killing: Killing, seed: int) -> None:
    live_through(killing, seed=seed, kills=KILLS)
