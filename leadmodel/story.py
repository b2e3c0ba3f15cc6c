"""One person, derived afresh from the mirror with everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.derive import derive
from leadmodel.rebuild import Model, read_model
from leadmodel.timeline import families


@dataclass(frozen=True)
class Activity:
    """What an activity of the story was, in Salesforce's words."""

    activity_id: str
    kind: str
    subject: str


@dataclass(frozen=True)
class Story:
    """A person as of an instant, the model it was derived with, names of users and queues, and its activities."""

    person: Person
    model: Model
    names: dict[str, str]
    activities: dict[str, Activity]

    def name(self, user_id: str | None) -> str:
        """The name people know a user or queue by."""
        return self.names.get(user_id or "", user_id or "nobody")


def read_story(
    record_id: str, *, as_of: datetime | None = None, known_by: datetime | None = None
) -> Story | None:
    """The person a record stands for, with their story; None where none existed by then."""
    model = read_model(known_by=known_by)
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        for family in families(cursor, [record_id], model.columns, model.settings):
            persons = derive(
                family, settings=model.settings, directory=model.directory, as_of=as_of, known_by=known_by
            )
            for person in persons:
                if record_id in person.record_ids:
                    ids = [activity.activity_id for activity in family.activities]
                    return Story(person, model, _names(cursor), _activities(cursor, ids))
    return None


def _names(cursor: Cursor) -> dict[str, str]:
    cursor.execute(
        "SELECT id, COALESCE(name, id) FROM sync_user UNION ALL SELECT id, COALESCE(name, id) FROM sync_group"
    )
    return dict(cursor.fetchall())


def _activities(cursor: Cursor, ids: list[str]) -> dict[str, Activity]:
    cursor.execute(
        "SELECT id, COALESCE(task_subtype, type, 'Task'), COALESCE(subject, '') FROM sync_task WHERE id = ANY(%(ids)s)"
        " UNION ALL SELECT id, COALESCE(type, 'Event'), COALESCE(subject, '') FROM sync_event WHERE id = ANY(%(ids)s)",
        {"ids": ids},
    )
    return {row[0]: Activity(*row) for row in cursor.fetchall()}
