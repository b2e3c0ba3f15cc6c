"""One person, derived afresh from the mirror with everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.lifecycle.cited import OURS, Fact, Facts
from leadmodel.lifecycle.clocks import Clock, ClockKind, Rung
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.due import clocks_of, rungs_of
from leadmodel.lifecycle.facts import Horizon
from leadmodel.lifecycle.grounds import Grounds
from leadmodel.lifecycle.stages import Stage
from leadmodel.lifecycle.trace import Trace
from leadmodel.models import Exclusion
from leadmodel.rebuild import Model, read_model
from leadmodel.recycling import read_opted_out
from leadmodel.timeline import families


@dataclass(frozen=True)
class Activity:
    """What an activity of the story was, in Salesforce's words."""

    activity_id: str
    kind: str
    subject: str


@dataclass(frozen=True)
class Story:
    """A person as of an instant, the model it was derived with, names of users and queues, and its activities.

    `grounds` are the facts that decided; `family` are all persons that were derived with this one.
    """

    person: Person
    family: list[Person]
    model: Model
    grounds: Grounds
    names: dict[str, str]
    activities: dict[str, Activity]
    horizon: Horizon
    has_opted_out: bool
    """Whether the person in Nurture has, as Salesforce says now; of another instant nobody knows, and it says no."""

    def clocks(self, at: datetime) -> list[Clock]:
        """The clocks that run about the person at `at` (M18); who has opted out is not looked at again.

        One of a meeting runs once that is over.
        """
        told = clocks_of(self.person, self.model.policies, self.model.directory)
        return [one for one in told if one.started_at <= at and not self._is_kept(one.kind)]

    def rungs(self, at: datetime) -> list[Rung]:
        """The steps on those clocks."""
        told = rungs_of(self.person, self.model.policies, self.model.directory)
        runs = {(one.kind, one.number, one.ordinal) for one in self.clocks(at)}
        return [one for one in told if (one.clock, one.number, one.ordinal) in runs]

    def _is_kept(self, kind: ClockKind) -> bool:
        return self.has_opted_out and kind in (ClockKind.RETURN, ClockKind.FOLLOW_UP)

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
            trace = Trace()
            persons = derive(
                family,
                settings=model.settings,
                directory=model.directory,
                as_of=as_of,
                known_by=known_by,
                trace=trace,
            )
            grounds = Grounds(trace, Facts(family, model.settings))
            for person in persons:
                if record_id in person.record_ids:
                    ids = [activity.activity_id for activity in family.activities]
                    is_asked = as_of is None and known_by is None and person.stage is Stage.NURTURE
                    opted_out = read_opted_out([person.person_id]) if is_asked else set()
                    return Story(
                        person,
                        persons,
                        model,
                        grounds,
                        _names(cursor),
                        _activities(cursor, ids),
                        Horizon(as_of, known_by),
                        bool(opted_out),
                    )
    return None


@dataclass(frozen=True)
class InForce:
    """An exception in force (M16), and that it was entered as a fact."""

    reason: str
    owner: str
    expires_at: datetime
    fact: Fact


def read_exceptions(person: Person, at: datetime, *, known_by: datetime | None = None) -> list[InForce]:
    """What leaves a person out of every figure at an instant."""
    holds = Q(ended_at=None) | Q(ended_at__gt=at)
    if known_by is not None:  # that it was ended was not known yet either
        holds = (holds | Q(ended_at__gt=known_by)) & Q(entered_at__lte=known_by)
    found = Exclusion.objects.filter(
        holds, record_id__in=person.record_ids, starts_at__lte=at, expires_at__gt=at
    ).select_related("owner")
    return [
        InForce(
            one.reason,
            one.owner.get_full_name() or one.owner.get_username(),
            one.expires_at,
            Fact(OURS, str(one.pk), one.record_id, "", one.starts_at, one.entered_at, None, one.reason),
        )
        for one in found.order_by("starts_at", "pk")
    ]


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
