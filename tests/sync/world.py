"""An organisation that is synced: its changes, pulls of it, and what the database then holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import requests
from django.db import connection

from leadmodel.rebuild import Rebuilt, rebuild_all
from leadmodel.rows import TABLES
from sandbox.org.org import Org
from sandbox.org.schema import Value
from sandbox.org.store import HIDDEN_FROM_PROFILES, HIDDEN_FROM_USERS
from sync.fields import ensure_columns
from sync.models import CustomField, ObjectState
from sync.pull import Pulled, poll, pull, pull_object
from sync.salesforce.client import Organisation, connect
from sync.salesforce.objects import BY_NAME, HOT, OBJECTS

TOKEN = "always"
DERIVED = tuple(TABLES.values())
MIRROR = tuple(spec.table for spec in OBJECTS)


_Fields = frozenset[tuple[str, str]]
_described: dict[tuple[_Fields, _Fields], list[ObjectState]] = {}
"""By the fields an organisation has and those that are asked for, every object as a whole read left it where nothing is
hidden."""


def read_when_empty(org: Org, at: datetime) -> bool:
    """Have the database as a read of an organisation leaves it that has nothing but its fields.

    Nothing but the description of some twenty objects comes of that, and it is most of what a first read costs. False
    where none like it was described yet.
    """
    described = _described.get((fields_of(org), _asked_for()), [])
    ObjectState.objects.bulk_create(
        ObjectState(
            name=one.name,
            state=one.state,
            fields=one.fields,
            described_as=one.described_as,
            unreadable=one.unreadable,
            described_at=at,
            read_at=at,
            changed_at=at,
            deletions_read_to=at,
            compared_at=at,
        )
        for one in described
    )
    ensure_columns()
    return bool(described)


def fields_of(org: Org) -> _Fields:
    """Every field there is, by its object."""
    objects = org.store.schema.objects.values()
    return frozenset((one.name, field.name) for one in objects for field in one.fields)


def _asked_for() -> _Fields:
    return frozenset(CustomField.objects.values_list("object_name", "api_name"))


@dataclass
class World:
    """A desk in Salesforce and our database beside it. The organisation's clock moves only by `pass_time`."""

    org: Org
    url: str
    authority: Path
    spool: Path
    now: datetime
    organisation: Organisation | None = None
    users: dict[str, str] = field(default_factory=dict)
    caught_up: dict[str, list[dict[str, Value]]] = field(default_factory=dict)
    """Every object's rows as `catch_up` last found them."""

    def __post_init__(self) -> None:
        self.began = self.now

    def pass_time(self, **delta: float) -> datetime:
        """Later, in the organisation and here."""
        self.now += timedelta(**delta)
        self.org.clock.fix(self.now)
        return self.now

    def user(self, name: str, **values: object) -> str:
        """The Id of the user of this name, who is hired when first asked for."""
        if name not in self.users:
            email = f"{name.lower()}@desk.example"
            told = {"Username": email, "LastName": name, "Email": email, "Alias": name.lower()[:8]}
            self.users[name] = self.org.create("User", told | values)
        return self.users[name]

    def lead(self, name: str = "Lovelace", *, owner: str = "Alice", **values: object) -> str:
        """A new lead."""
        told = {
            "LastName": name,
            "Company": "Analytical Engines",
            "OwnerId": self.user(owner),
            "Status": "New",
        }
        return self.org.create("Lead", told | values, user_id=self.user(owner))

    def contact(self, name: str = "Babbage", *, owner: str = "Alice", **values: object) -> str:
        """A new contact."""
        return self.org.create("Contact", {"LastName": name, "OwnerId": self.user(owner)} | values)

    def call(self, who: str, *, owner: str = "Alice", **values: object) -> str:
        """A call that was made."""
        told = {"WhoId": who, "Subject": "Call", "Status": "Completed", "OwnerId": self.user(owner)}
        return self.org.create("Task", told | values, user_id=self.user(owner))

    def control(self, method: str, what: str, told: object = None) -> None:
        """Do what no client of Salesforce can: hide fields, end sessions, plant faults."""
        answer = requests.request(
            method,
            f"{self.url}/__sandbox__/{what}",
            json=told,
            headers={"Authorization": f"Bearer {TOKEN}"},
            verify=str(self.authority),
            timeout=20,
        )
        assert answer.ok, answer.text

    def purge(self, *ids: str) -> None:
        """Delete for good, past the recycle bin."""
        self.control("POST", "purge", {"ids": list(ids)})

    def lose(self, name: str, *ids: str) -> list[dict[str, Value]]:
        """Our user sees these records of an object no more, which nothing tells; answers what there is of them."""
        rows = [found for found in self.org.store.rows(name) if found["Id"] in ids]
        with self.org.store.transaction():
            for one in ids:
                self.org.store.connection.execute(f'DELETE FROM "{name}" WHERE "Id" = ?', (one,))
        return rows

    def hide(self, *, objects: Sequence[str] = (), fields: Sequence[str] = ()) -> None:
        """From now on API users cannot see these objects and fields, and all others."""
        self.control("PUT", "hidden", {"objects": list(objects), "fields": list(fields)})

    def pull(self, *, full: bool = False) -> dict[str, Pulled]:
        """Bring our database up to date; what became of each object."""
        self.organisation = self.organisation or connect()
        return {done.name: done for done in pull(self.organisation, now=self.now, full=full)}

    def pull_some(self, *, full: bool = False) -> dict[str, Pulled]:
        """As `pull`, without the objects of which there is nothing, there or here.

        Reading one costs as much as reading another, and of those it says that they were read, and no more.
        """
        self.organisation = self.organisation or connect()
        ensure_columns()
        here = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in MIRROR)
        filled = set(values(here))
        some = [spec for spec in OBJECTS if spec.table in filled or any(self.org.store.rows(spec.name))]
        return {spec.name: pull_object(self.organisation, spec, now=self.now, full=full) for spec in some}

    def sync_some(self) -> Rebuilt:
        """As `sync`, without the objects of which there is nothing."""
        failed = [done.said for done in self.pull_some().values() if done.is_failure]
        assert failed == []
        return rebuild_all()

    def poll(self) -> dict[str, Pulled]:
        """Read what is due; what became of each object."""
        self.organisation = self.organisation or connect()
        organisation = self.organisation
        return {done.name: done for done in poll(lambda: organisation, now=self.now)}

    def catch_up(self) -> Rebuilt:
        """Read what people wait for, as every minute does, with the past that tells of it, and derive.

        For stories in which nobody else in the organisation changes. Of what `sync` reads only that in which something
        did: a read of the others would say that they were read, and no more. The first time it goes on from where a
        read of nothing would have ended, with all there is by now.
        """
        names = HOT
        if ObjectState.objects.filter(name__in=HOT, read_at__isnull=False).count() < len(HOT):
            if not read_when_empty(self.org, self.began):
                return self._keeping_how_objects_stand()
            names = tuple(spec.name for spec in OBJECTS if spec.is_hot or any(self.org.store.rows(spec.name)))
        self.organisation = self.organisation or connect()
        there = {name: list(self.org.store.rows(name)) for name in names}
        changed = [name for name in names if there[name] != self.caught_up.get(name, [])]
        done = [pull_object(self.organisation, BY_NAME[name], now=self.now) for name in changed]
        assert [one.said for one in done if one.is_failure] == []
        self.caught_up |= there
        ObjectState.objects.filter(name__in=set(names) - set(changed)).update(read_at=self.now)
        return rebuild_all()

    def _keeping_how_objects_stand(self) -> Rebuilt:
        done = self.sync()
        hidden = ("hidden_objects", "hidden_fields", HIDDEN_FROM_USERS, HIDDEN_FROM_PROFILES)
        if not any(map(self.org.store.setting, hidden)):
            _described[fields_of(self.org), _asked_for()] = list(ObjectState.objects.all())
        return done

    def sync(self, *, full: bool = False) -> Rebuilt:
        """Pull, without a failure, and derive."""
        failed = [done.said for done in self.pull(full=full).values() if done.is_failure]
        assert failed == []
        return rebuild_all()


def row(table: str, record_id: str) -> dict[str, object]:
    """One row of the mirror by its Id."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [record_id])
        assert cursor.description
        names = [column.name for column in cursor.description]
        found = cursor.fetchone()
    assert found is not None
    return dict(zip(names, found, strict=True))


def values(sql: str, *parameters: str | int | datetime) -> list[object]:
    """The first column of what a statement answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [found[0] for found in cursor.fetchall()]


def dump(tables: Sequence[str]) -> dict[str, list[str]]:
    """Every row of these tables as PostgreSQL writes it."""
    return {
        table: [str(v) for v in values(f'SELECT t::text FROM {table} t ORDER BY t::text COLLATE "C"')]
        for table in tables
    }


def versions(tables: Sequence[str]) -> dict[str, list[str]]:
    """Which version each row of these tables is: the same only where nothing wrote it."""
    return {
        table: [str(v) for v in values(f"SELECT ctid::text || xmin::text FROM {table} ORDER BY 1")]
        for table in tables
    }


def marks() -> set[str]:
    """The people who are marked as changed."""
    return {str(v) for v in values("SELECT record_id FROM sync_mark")}


def forget_marks() -> None:
    """As if everybody had been derived."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sync_mark")


def state(name: str) -> ObjectState:
    """How far an object is read."""
    return ObjectState.objects.get(name=name)


def empty_database() -> None:
    """As a new installation, with the settings that are in force."""
    tables = [
        *MIRROR,
        *DERIVED,
        "leadmodel_accountclock",
        "sync_mark",
        "sync_accountmark",
        "sync_seen",
        "sync_gone",
        "sync_objectstate",
        "sync_drift",
        "sync_run",
    ]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")


def people(table: str = "leadmodel_person") -> list[object]:
    """The Ids of all persons."""
    return values(f"SELECT person_id FROM {table} ORDER BY 1")
