"""One step of the company's life: the moment, who is there, chance, and ways to change records."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import datetime
from random import Random

from sandbox.company.crew import Crew, crew_of
from sandbox.company.ledger import Ledger
from sandbox.company.names import COUNTRIES
from sandbox.company.pace import Pace
from sandbox.company.sink import Row, Value
from sandbox.company.sources import Campaigns, Source
from sandbox.company.stamps import instant
from sandbox.org.org import Org

_TERRITORY = {country.name: country.territory for country in COUNTRIES}


class Living:
    """What the acts of one step share. Nothing of it outlives the step: the rows are the state."""

    def __init__(
        self, org: Org, ledger: Ledger, *, now: datetime, passed: float, minutes: float, stop: threading.Event
    ) -> None:
        self.org = org
        self.now = now
        self.at = int(now.timestamp())
        self.text = instant(self.at)
        self.passed = passed
        self.rng = Random(f"{ledger['seed']}:live:{now.isoformat()}")
        self.pace = Pace(leads=ledger["leads"], minutes=minutes, at=self.at, rng=self.rng)
        self.crew: Crew = crew_of(org.store, ledger, self.text)
        self.operations = ledger["logins"]["ops"]["user_id"]
        self.accounts = ledger["leads"] // 12
        self._campaigns = Campaigns(int(datetime.fromisoformat(ledger["start"]).timestamp()))
        self._stop = stop

    def stopped(self) -> bool:
        """Whether the step is to break off."""
        return self._stop.is_set()

    def campaign(self, source: Source) -> int:
        """The number of the campaign that runs now."""
        return self._campaigns.number(source, self.at)

    def territory(self, lead: Mapping[str, Value]) -> str:
        """The territory of a lead; West where its country is nobody's."""
        return _TERRITORY.get(str(lead["Country"]), "West")

    def leads(self, where: str, parameters: tuple[Value, ...]) -> list[Row]:
        """The leads for which an SQL condition holds; give it a limit."""
        return list(self.org.store.rows("Lead", where, parameters))

    def pick(self, object_name: str, where: str, parameters: tuple[Value, ...]) -> Row | None:
        """One of the records for which an SQL condition holds, by chance; None when there is none."""
        count = self.org.store.connection.execute(
            f'SELECT count(*) FROM "{object_name}" WHERE {where}', parameters
        ).fetchone()[0]
        if not count:
            return None
        place = int(self.rng.random() * count)
        return next(self.org.store.rows(object_name, f"{where} LIMIT 1 OFFSET {place}", parameters), None)

    def create(self, object_name: str, values: Mapping[str, object], by: str) -> str:
        """Creates a record in this user's name; answers its Id."""
        return self.org.create(object_name, values, by, self.now)

    def update(self, object_name: str, record_id: str, values: Mapping[str, object], by: str) -> None:
        """Changes a record in this user's name."""
        self.org.update(object_name, record_id, values, by, self.now)

    def done_task(self, who_id: str, subject: str, subtype: str, *, owner: str, by: str) -> None:
        """A completed task on this person."""
        self.create("Task", _task(who_id, subject, subtype, owner, "Completed", self.text), by)

    def open_task(self, who_id: str, subject: str, subtype: str, *, owner: str) -> None:
        """A task still to be completed."""
        self.create("Task", _task(who_id, subject, subtype, owner, "In Progress", self.text), owner)


def _task(who_id: str, subject: str, subtype: str, owner: str, status: str, at: str) -> dict[str, object]:
    return {
        "WhoId": who_id,
        "Subject": subject,
        "TaskSubtype": subtype,
        "Type": subtype if subtype in ("Call", "Email") else "Other",
        "OwnerId": owner,
        "Status": status,
        "ActivityDate": at[:10],
    }
