"""Timelines as small files: what Salesforce tells of somebody, and what must come out. See timelines/README.md."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.facts import Change, DealEnd, Response, Tracked
from leadmodel.lifecycle.settings import ModelSettings
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    CONTACT,
    DIRECTORY,
    LEAD,
    MONA,
    OLGA,
    OTHER,
    QUEUE,
    ROUTER,
    START,
    TOOL,
    Desk,
    at,
    model,
)

FOLDER = Path(__file__).parent / "timelines"
IDS = {
    "Alice": ALICE,
    "Bob": BOB,
    "Mona": MONA,
    "Olga": OLGA,
    "Queue": QUEUE,
    "Router": ROUTER,
    "Tool": TOOL,
    "lead": LEAD,
    "other": OTHER,
    "contact": CONTACT,
}
NAMES = {record_id: name for name, record_id in IDS.items()}
_MOMENT = re.compile(r"(?:(\d+)d)? ?(?:(\d+)h)? ?(?:(\d+)m)?")


def moment(told: float | str | datetime) -> datetime:
    """Minutes after the start, a stretch like `3d 2h 5m` after it, or an instant."""
    if isinstance(told, datetime):
        return told
    if isinstance(told, int | float):
        return at(told)
    found = _MOMENT.fullmatch(told)
    if found is None:
        return datetime.fromisoformat(told)
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return START + timedelta(days=days, hours=hours, minutes=minutes)


def paths() -> list[Path]:
    """Every timeline."""
    return sorted(FOLDER.glob("*.yaml"))


class Timeline:
    """One file, read."""

    def __init__(self, path: Path) -> None:
        self.told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        self.settings: ModelSettings = model(**self.told.get("settings", {}))
        self.desk = Desk(settings=self.settings)
        for record in self.told["records"]:
            self._record(dict(record))
        for fact in self.told.get("facts", ()):
            self._fact(dict(fact))

    def persons(self, view: dict[str, Any], *, seed: int | None = None) -> list[Person]:
        """The persons as of and as known at the view's instants; with a seed, from mixed and repeated facts."""
        family = self.desk.family()
        if seed is not None:
            chance = random.Random(seed)
            mixed: dict[str, Any] = {}
            for name in ("records", "changes", "activities", "steps", "responses", "deals"):
                facts = list(getattr(family, name))
                mixed[name] = facts + chance.sample(facts, len(facts) // 2)
                chance.shuffle(mixed[name])
            family = family._replace(**mixed)
        as_of, known_by = (moment(view[key]) if key in view else None for key in ("as_of", "known_by"))
        return derive(family, settings=self.settings, directory=DIRECTORY, as_of=as_of, known_by=known_by)

    def _record(self, told: dict[str, Any]) -> None:
        record_id = IDS[told.pop("is")]
        if "owner" in told:
            told["owner_id"] = IDS[told.pop("owner")]
        for key in ("converted_to", "merged_into", "converted_by"):
            if key in told:
                told[key] = IDS[told[key]]
        for key in ("converted_at", "deleted_at", "assigned_date"):
            if key in told:
                told[key] = moment(told[key])
        created = moment(told.pop("at", 0))
        self.desk.record(record_id, **told)
        self.desk.records[-1] = self.desk.records[-1]._replace(created_at=created)

    def _fact(self, told: dict[str, Any]) -> None:
        when = (moment(told.pop("at")) - START) / timedelta(minutes=1)
        record, by = IDS[told.pop("of", "lead")], IDS[told.pop("by", "Alice")]
        if "call" in told:
            self._activity(when, IDS[told.pop("call")], record, told)
        elif "reached" in told:
            end = DealEnd(told["end"]) if "end" in told else None
            self.desk.reached(when, told["reached"], end, record_id=record, reason=told.get("reason"))
        elif "response" in told:
            self.desk.responses.append(Response(record, told["response"], at(when)))
        else:
            self._change(when, record, by, told)

    def _activity(self, when: float, by: str, record: str, told: dict[str, Any]) -> None:
        completed = told.pop("completed", when)
        values = {
            "completed_at": None if completed == "never" else moment(completed),
            "is_event": told.pop("event", False),
            "is_done": told.pop("done", True),
        }
        if "id" in told:
            values["activity_id"] = told.pop("id")
        self.desk.call(when, by, record, **values, **told)

    def _change(self, when: float, record: str, by: str, told: dict[str, Any]) -> None:
        since = told.pop("seen_since", None)
        names = told.pop("names", None)
        ((field, (old, new)),) = [("owner", names)] if names else told.items()
        if field == "owner" and names is None:
            old, new = IDS.get(old, old), IDS.get(new, new)
        if field == "assigned_date":
            old, new = (None if value is None else moment(value).isoformat() for value in (old, new))
        self.desk.change(when, Tracked(field), old, new, by, record)
        if since is not None:
            last: Change = self.desk.changes[-1]
            self.desk.changes[-1] = last._replace(source_object="Seen", since=moment(since))


def wrong(told: dict[str, Any], person: Person) -> Iterator[str]:
    """What differs between a view of a file and the person; only what the view names is compared."""
    for key in told.keys() & {"stage", "holder", "is_customer", "is_deleted", "person"}:
        value = {"holder": _name(person.holder), "person": _name(person.person_id)}.get(key)
        found = value if value is not None else getattr(person, key, None)
        if found != told[key]:
            yield f"{key} is {found}, not {told[key]}"
    if "since" in told and person.stage_since != moment(told["since"]):
        yield f"stage since {person.stage_since}, not {moment(told['since'])}"
    if "cycles" in told:
        if len(told["cycles"]) != len(person.cycles):
            yield f"{len(person.cycles)} cycles, not {len(told['cycles'])}"
        for number, (expected, cycle) in enumerate(zip(told["cycles"], person.cycles, strict=False), start=1):
            yield from (f"cycle {number}: {sentence}" for sentence in _wrong_cycle(expected, cycle))


_INSTANTS = {
    "assigned": "assigned_at",
    "touched": "first_touch_at",
    "closed": "closed_at",
    "last": "last_touch_at",
}
_PEOPLE = {"rep": "first_rep", "by": "first_touch_by", "closed_by": "closed_by", "wanted": "wanted_rep"}


def _wrong_cycle(told: dict[str, Any], cycle: Cycle) -> Iterator[str]:
    for key, value in told.items():
        found, expected = getattr(cycle, key, None), value
        if key in _INSTANTS:
            found = getattr(cycle, _INSTANTS[key])
            expected = None if value is None else moment(value)
        elif key in _PEOPLE:
            found = _name(getattr(cycle, _PEOPLE[key]))
        elif key == "touches":
            found = cycle.touch_count
        elif key == "spans":
            found = [
                [_name(s.holder), s.started_at, *["owes"] * s.owes_response, *["touched"] * s.is_touched]
                for s in cycle.spans
            ]
            expected = [[holder, moment(start), *marks] for holder, start, *marks in value]
        if found != expected:
            yield f"{key} is {found}, not {expected}"


def _name(record_id: str | None) -> str | None:
    return NAMES.get(record_id, record_id) if record_id is not None else None
