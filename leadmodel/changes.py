"""What a decided change of a person's fields says: which field, from what we last read, to what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from psycopg2 import sql

from base.models import Effect, User
from leadmodel.lifecycle.facts import Directory, Tracked
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from leadmodel.models import PersonRecord
from leadmodel.timeline import read_columns
from sync.fields import column_of
from sync.writeback.calls import object_of
from sync.writeback.deliver import CHANGE
from sync.writeback.plan import FieldChange, How, Value, Write

_OBJECTS = ("Lead", "Contact")


@dataclass(frozen=True)
class LastRead:
    """A record as we last read it, and what this user has meant for it since."""

    settings: ModelSettings
    values: Mapping[Tracked, Value]
    role_owners: Mapping[str, Value]
    """Role → who is kept in its field."""
    meant: list[FieldChange]

    def set(self, what: Tracked, value: Value) -> FieldChange:
        """The field takes a value."""
        ours = [change.value for change in self._meant(what) if change.how == How.SET]
        return FieldChange(self._fields(what), value, self.values.get(what), ours=ours)

    def stamp(self, what: Tracked) -> FieldChange:
        """The field takes the moment of the write."""
        return FieldChange(self._fields(what), None, self.values.get(what), How.STAMP)

    @property
    def owner(self) -> Value:
        """Who holds the record once what this user meant is done."""
        meant = self._meant(Tracked.OWNER)
        return meant[-1].value if meant else self.values.get(Tracked.OWNER)

    def is_elsewhere(self, at: datetime) -> bool:
        """Whether the status says that nobody is at work on the person, though no history may tell since when."""
        status = self.values.get(Tracked.STATUS)
        return status is not None and self.settings.is_elsewhere(str(status), at)

    def stage(self, at: datetime) -> Stage | None:
        """The stage that the status means; None where it means none, or there is none."""
        status = self.values.get(Tracked.STATUS)
        return None if status is None else self.settings.stages.stage_of(str(status), at)

    def is_to_begin(self, assigned: Value) -> bool:
        """Whether this user has assigned the person already, by this status or a stamp, and we have not read it yet."""
        dates, statuses = self._meant(Tracked.ASSIGNED_DATE), self._meant(Tracked.STATUS)
        return bool(dates and dates[-1].how == How.STAMP) or bool(statuses and statuses[-1].value == assigned)

    def kept_owners(
        self, holder: str | None, to: str, directory: Directory, now: datetime
    ) -> list[FieldChange]:
        """What keeps the original owner of a role when its holder hands over to somebody not of it (M14)."""
        if holder is None or not (directory.is_human(holder) and directory.is_human(to)):
            return []
        before, after = directory.team_of(holder, now), directory.team_of(to, now)
        return [
            FieldChange(dict.fromkeys(_OBJECTS, owner.field), holder, None, How.IF_EMPTY)
            for role, owner in self.settings.role_owners.items()
            if before in owner.teams and after not in owner.teams and self.role_owners.get(role) is None
        ]

    def _meant(self, what: Tracked) -> list[FieldChange]:
        """What this user meant for a field, the latest last; undoing names it for one object only."""
        names = set(self._fields(what).values())
        return [change for change in self.meant if names & set(change.fields.values())]

    def _fields(self, what: Tracked) -> dict[str, str]:
        if what is Tracked.STATUS:
            named = {"Lead": "Status", "Contact": self.settings.stages.contact_status_field}
        else:
            named = dict.fromkeys(_OBJECTS, _named(what, self.settings))
        return {name: field for name, field in named.items() if field}


def read_last(user: User, record_id: str, settings: ModelSettings) -> LastRead:
    """What we last read of the fields that actions change."""
    return read_last_of(user, [record_id], settings).get(record_id) or LastRead(settings, {}, {}, [])


def read_last_of(
    user: User | None, record_ids: Sequence[str], settings: ModelSettings
) -> dict[str, LastRead]:
    """The same of many records, by Id; without those that are gone. None is automation."""
    found: dict[str, tuple[datetime, dict[Tracked | str, Value]]] = {}
    for name in _OBJECTS:
        ids = [record_id for record_id in record_ids if object_of(record_id) == name]
        if ids:
            found |= _read(name, ids, settings)
    meant = _unseen(user, {record_id: read_at for record_id, (read_at, _) in found.items()})
    return {
        record_id: LastRead(
            settings,
            {what: value for what, value in values.items() if isinstance(what, Tracked)},
            {role: value for role, value in values.items() if not isinstance(role, Tracked)},
            meant[record_id],
        )
        for record_id, (_, values) in found.items()
    }


def _read(
    name: str, ids: Sequence[str], settings: ModelSettings
) -> dict[str, tuple[datetime, dict[Tracked | str, Value]]]:
    """Record Id → its stamp, what it holds of what is tracked, and who is kept of each role."""
    columns: dict[Tracked | str, str] = {Tracked.OWNER: "owner_id"}
    columns.update((what, column) for what, column in read_columns(settings).current[name].items() if column)
    kept = ((role, column_of(name, owner.field)) for role, owner in settings.role_owners.items())
    columns.update((role, column) for role, column in kept if column)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT id, system_modstamp, {} FROM {} WHERE id = ANY(%s)").format(
                sql.SQL(", ").join(map(sql.Identifier, columns.values())),
                sql.Identifier(f"sync_{name.lower()}"),
            ),
            [list(ids)],
        )
        return {row[0]: (row[1], dict(zip(columns, row[2:], strict=True))) for row in cursor.fetchall()}


def _named(what: Tracked, settings: ModelSettings) -> str | None:
    return {
        Tracked.OWNER: "OwnerId",
        Tracked.ASSIGNED_DATE: settings.assignment.assigned_date_field,
        Tracked.NURTURE_REASON: settings.reasons.nurture_field,
        Tracked.UNQUALIFIED_REASON: settings.reasons.unqualified_field,
    }[what]


def _unseen(user: User | None, read_at: Mapping[str, datetime]) -> dict[str, list[FieldChange]]:
    """Record Id → what this user has meant that our reading of it does not show: it waits, or came after we read."""
    meant: dict[str, list[FieldChange]] = {record_id: [] for record_id in read_at}
    if not read_at:
        return meant
    asked: dict[str, list[str]] = {}
    for record in PersonRecord.objects.filter(record_id__in=meant):
        asked.setdefault(record.person_id, []).append(record.record_id)
    kin = PersonRecord.objects.filter(person_id__in=asked)
    about = {record.record_id: asked[record.person_id] for record in kin}
    unseen = Q(state__in=(Effect.State.READY, Effect.State.LEASED)) | Q(
        state=Effect.State.DONE, ended_at__gte=min(read_at.values())
    )
    effects = Effect.objects.filter(unseen, decided_by=user, subject__in=about, kind__startswith=CHANGE)
    for effect in effects.order_by("pk"):
        for record_id in about[effect.subject]:
            if effect.ended_at is None or effect.ended_at >= read_at[record_id]:
                meant[record_id] += Write.of(effect.payload).changes
    return meant
