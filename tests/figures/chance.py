"""Small organisations made by chance, straight into the mirror: few people, few instants, so that things collide."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from django.db import connection

from leadmodel.models import Exclusion
from leadmodel.settings_store import enter
from sync import models as mirror
from sync.fields import ensure_columns
from tests.figures.people import owner_of_exceptions

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
NOW = START + timedelta(days=4)
REPS = [f"00500000000000{n}AAA" for n in range(1, 6)]
MACHINES = ["005000000000008AAA", "005000000000009AAA"]
QUEUES = ["00G000000000001AAA", "00G000000000002AAA"]
STATUSES = (
    "New", "Assigned", "Recycled", "Working", "Qualified", "Nurture", "Unqualified", "On Hold",
)  # fmt: skip
REASONS = ("Student", "No budget", None)
SUBJECTS = ("Call", "Call", "Call", "Automatic: hello", "Reply received: hello")


def moment(rng: Random) -> str:
    """An instant within the four days, as the settings write it."""
    return (START + timedelta(hours=rng.randrange(96))).isoformat()


def settings_by(rng: Random, *, with_pulls: bool) -> str:
    """A model file: which signals count, and how long windows are."""
    dated = Random(repr(rng.getstate()))  # a stream of its own: dates of reasons change nobody's life
    return json.dumps(
        {
            "stages": {
                "raw": ["New"], "assigned": ["assigned", "Recycled"], "working": ["Working"],
                "qualified": ["Qualified"], "nurture": ["Nurture"], "unqualified": ["Unqualified"],
                "contact_status_field": rng.choice(["Status__c", None]),
            },
            "reasons": {
                "nurture_field": "Nurture_Reason__c", "unqualified_field": "Unqualified_Reason__c",
                "nurture": [{"name": "Student", "pre_qualification": True, "until": moment(dated)}, "No budget"],
                "unqualified": [
                    {"name": "Student", "pre_qualification": rng.random() < 0.5, "since": moment(dated)},
                    {"name": "No budget", "pre_qualification": True},
                ],
            },
            "assignment": {
                "status": True,
                "owner": rng.random() < 0.5,
                "assigned_date_field": rng.choice(["Assigned_Date__c", None]),
                "outbound_pull": with_pulls,
            },
            "touches": {
                "automated_users": ["Robot", "tool@desk.example"],
                "automatic_subjects": ["automatic: *"],
                "inbound_subjects": ["Reply received*"],
                "answer_window_minutes": rng.choice([5, 60]),
                "late_logging_minutes": rng.choice([15, 60]),
                "backdated_after_hours": rng.choice([1, 24]),
            },
            "slip_minutes": rng.choice([10, 60]),
            "paths": {
                "inbound_sources": ["Web"], "outbound_sources": ["List"],
                "otherwise": rng.choice(["inbound", "outbound"]), "outbound_teams": ["Outbound"],
            },
            "recycling": {"nurture_hold_days": rng.choice([1, 2])},
        }
    )  # fmt: skip


@dataclass
class Organisation:
    """A desk in the making."""

    rng: Random
    leads: list[mirror.Lead] = field(default_factory=list)
    contacts: list[mirror.Contact] = field(default_factory=list)
    lead_changes: list[mirror.LeadHistory] = field(default_factory=list)
    contact_changes: list[mirror.ContactHistory] = field(default_factory=list)
    tasks: list[mirror.Task] = field(default_factory=list)
    events: list[mirror.Event] = field(default_factory=list)
    custom: list[tuple[str, str, dict[str, str | None]]] = field(default_factory=list)
    number: int = 0

    def next_id(self, prefix: str) -> str:
        """Ids in the order of making."""
        self.number += 1
        return f"{prefix}{self.number:012d}AAA"

    def instant(self, since: timedelta = timedelta(0)) -> datetime:
        """On a coarse grid, so that many share it; sometimes just before or after a window's end."""
        at = START + since + timedelta(minutes=5 * self.rng.randrange(60))
        if self.rng.random() < 0.1:
            at += timedelta(days=self.rng.randrange(3), seconds=self.rng.choice([-1, 0, 1]))
        return max(at, START + since)

    def instants(self, often: int, since: timedelta, until: datetime) -> Iterator[datetime]:
        """Up to so many instants, in order, none after `until`."""
        some = sorted(self.instant(since) for _ in range(self.rng.randrange(often + 1)))
        return iter([at for at in some if at <= until])

    def anybody(self) -> str:
        """Who clicks: mostly a rep."""
        return self.rng.choice([*REPS[:3], *REPS[:3], *MACHINES])

    def holder(self) -> str:
        """Whoever may own a person."""
        return self.rng.choice([*REPS, *QUEUES, *MACHINES[:1]])


def make(seed: int, *, people: int, with_merges: bool, with_pulls: bool) -> None:
    """Write an organisation and its model; the same seed gives the same one."""
    rng = Random(seed)
    enter(settings_by(rng, with_pulls=with_pulls))
    ensure_columns()
    _staff()
    made = Organisation(rng)
    for _ in range(people):
        _lead(made)
    if with_merges:
        _merge(made)
    mirror.Lead.objects.bulk_create(made.leads)
    mirror.Contact.objects.bulk_create(made.contacts)
    mirror.LeadHistory.objects.bulk_create(made.lead_changes)
    mirror.ContactHistory.objects.bulk_create(made.contact_changes)
    mirror.Task.objects.bulk_create(made.tasks)
    mirror.Event.objects.bulk_create(made.events)
    _write_custom(made)
    for lead in rng.sample(made.leads, 2):
        starts = NOW - timedelta(days=rng.choice([0, 9]))
        Exclusion.objects.create(
            record_id=lead.id, starts_at=starts, expires_at=starts + timedelta(days=5), reason="Legal hold",
            owner=owner_of_exceptions(),
        )  # fmt: skip
    mirror.Mark.objects.create(record_id="*")


def _staff() -> None:
    roles = [
        mirror.Role(id=f"00E00000000000{n}AAA", name=name) for n, name in enumerate(("Inbound", "Outbound"))
    ]
    mirror.Role.objects.bulk_create(roles)
    names = ["Alice", "Bob", "Mona", "Otto", "Alice"]
    users = [(rep, name, roles[n % 2].id) for n, (rep, name) in enumerate(zip(REPS, names, strict=True))]
    users += [(machine, name, roles[0].id) for machine, name in zip(MACHINES, ("Robot", "Tool"), strict=True)]
    mirror.User.objects.bulk_create(
        mirror.User(
            id=key, name=name, username=f"{name.lower()}@desk.example", user_type="Standard", role_id=role,
            is_active=True, created_at=START - timedelta(days=99),
        )
        for key, name, role in users
    )  # fmt: skip
    mirror.Group.objects.bulk_create(mirror.Group(id=queue, name=queue, type="Queue") for queue in QUEUES)


def _lead(made: Organisation) -> None:
    rng = made.rng
    lead = mirror.Lead(
        id=made.next_id("00Q"), is_deleted=rng.random() < 0.05, created_at=START, created_by_id=made.anybody(),
        lead_source=rng.choice(["Web", "List", "Fair", None]), is_converted=False,
    )  # fmt: skip
    ends = NOW
    if rng.random() < 0.25:
        ends = made.instant()
    holder, status, custom = _past(
        made, "Lead", lead.id, timedelta(0), ends, made.holder(), rng.choice(STATUSES), {}
    )
    lead.owner_id, lead.status = holder, status
    lead.system_modstamp = lead.last_modified_at = ends
    made.leads.append(lead)
    who = lead.id
    if ends < NOW:
        who = _convert(made, lead, ends, custom)
    _activities(made, who)


def _convert(made: Organisation, lead: mirror.Lead, at: datetime, custom: dict[str, str | None]) -> str:
    by = made.anybody()
    contact = mirror.Contact(
        id=made.next_id("003"), is_deleted=False, created_at=at, created_by_id=by, lead_source=lead.lead_source,
        system_modstamp=NOW, last_modified_at=NOW,
    )  # fmt: skip
    lead.is_converted, lead.converted_contact_id, lead.converted_date = True, contact.id, at.date()
    lead.last_modified_by_id = by
    if made.rng.random() < 0.7:
        made.lead_changes.append(
            mirror.LeadHistory(
                id=made.next_id("017"),
                lead_id=lead.id,
                field="leadConverted",
                created_at=at,
                created_by_id=by,
            )
        )
    owner = made.rng.choice([lead.owner_id, made.holder()])
    assert owner is not None
    contact.owner_id, _, _ = _past(
        made, "Contact", contact.id, at - START, NOW, owner, lead.status or "New", dict(custom)
    )
    made.contacts.append(contact)
    return contact.id


_FIELDS = (
    "Owner",
    "Status",
    "Status",
    "Status",
    "Assigned_Date__c",
    "Nurture_Reason__c",
    "Unqualified_Reason__c",
)


def _past(
    made: Organisation,
    name: str,
    record_id: str,
    since: timedelta,
    until: datetime,
    holder: str,
    status: str,
    custom: dict[str, str | None],
) -> tuple[str, str, dict[str, str | None]]:
    """A record's changes with their history; answers how its owner, status and custom fields ended."""
    status_field = "Status" if name == "Lead" else "Status__c"
    for at in made.instants(12, since, until):
        by = made.anybody()
        for change in made.rng.sample(_FIELDS, made.rng.choice([1, 1, 2])):
            if change == "Owner":
                new = made.holder()
                if new != holder:
                    _told(made, name, record_id, at, by, "Owner", "Their name", "Another name")
                    _told(made, name, record_id, at, by, "Owner", holder, new)
                holder = new
            elif change == "Status":
                chosen = made.rng.choice(STATUSES)
                if chosen != status:
                    _told(made, name, record_id, at, by, status_field, status, chosen)
                status = chosen
            else:
                value: str | None = made.rng.choice(REASONS)
                if change == "Assigned_Date__c":
                    value = max(START, at - timedelta(minutes=made.rng.choice([0, 0, 5, 30]))).isoformat()
                if value != custom.get(change):
                    _told(made, name, record_id, at, by, change, custom.get(change), value)
                custom[change] = value
    stored = dict(custom)
    if name == "Contact":
        stored["Status__c"] = status
    made.custom.append((name, record_id, stored))
    return holder, status, custom


def _told(
    made: Organisation,
    name: str,
    record_id: str,
    at: datetime,
    by: str,
    field: str,
    old: str | None,
    new: str | None,
) -> None:
    row_id = made.next_id("017")
    if name == "Lead":
        made.lead_changes.append(
            mirror.LeadHistory(
                id=row_id,
                lead_id=record_id,
                created_at=at,
                created_by_id=by,
                field=field,
                old_value=old,
                new_value=new,
            )
        )
    else:
        made.contact_changes.append(
            mirror.ContactHistory(
                id=row_id, contact_id=record_id, created_at=at, created_by_id=by, field=field, old_value=old,
                new_value=new,
            )
        )  # fmt: skip


def _activities(made: Organisation, who: str) -> None:
    rng = made.rng
    for at in made.instants(10, timedelta(0), NOW):
        if rng.random() < 0.1:
            made.events.append(
                mirror.Event(
                    id=made.next_id("00U"),
                    who_id=who,
                    owner_id=made.anybody(),
                    subject="Meeting",
                    created_at=at,
                )
            )
            continue
        is_done = rng.random() < 0.9
        made.tasks.append(
            mirror.Task(
                id=made.next_id("00T"), who_id=who, owner_id=made.anybody(), created_by_id=made.anybody(),
                subject=rng.choice(SUBJECTS), task_subtype=rng.choice(["Call", "Call", "ListEmail", None]),
                is_closed=is_done, created_at=at + timedelta(minutes=rng.choice([0, 0, 0, 30, 90, 1500])),
                completed_at=at if is_done and rng.random() < 0.9 else None,
            )
        )  # fmt: skip


def _merge(made: Organisation) -> None:
    """A few merges of plain leads; activities go over to the winner."""
    plain = [lead for lead in made.leads if not lead.is_converted and not lead.is_deleted]
    for winner, loser in zip(plain[0:12:2], plain[1:12:2], strict=False):
        last = max(
            (c.created_at for c in made.lead_changes if c.lead_id == loser.id and c.created_at), default=START
        )
        at = max(last, made.instant())
        loser.master_record_id, loser.is_deleted, loser.system_modstamp = winner.id, True, at
        for task in made.tasks:
            task.who_id = winner.id if task.who_id == loser.id else task.who_id
        for event in made.events:
            event.who_id = winner.id if event.who_id == loser.id else event.who_id


def _write_custom(made: Organisation) -> None:
    with connection.cursor() as cursor:
        for name, record_id, values in made.custom:
            for api_name in mirror.CustomField.objects.filter(object_name=name).values_list(
                "api_name", flat=True
            ):
                cursor.execute(
                    f'UPDATE sync_{name.lower()} SET "x_{api_name.lower()}" = %s WHERE id = %s',
                    [values.get(api_name), record_id],
                )
