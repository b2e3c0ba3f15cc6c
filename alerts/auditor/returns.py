"""Which returns from Nurture should have been decided by now (M13, M18), recomputed from Salesforce's own rows.

Neither from the stored steps and clocks nor from when the lead model says that somebody went there: found is to whom
something happened just so long ago that a return may be due, and the mirror tells when they went to Nurture. Only who
is there, by which cycle of which lead type, is taken from the persons and cycles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from alerts.auditor.differing import Look
from alerts.auditor.due import Step, held_at, is_for, stale_by
from alerts.auditor.mirror import Known, read_known
from leadmodel.directory import read_directory
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.recycling import Recycling
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Stage
from leadmodel.settings_store import policies_ever

ABOUT = "of a return from Nurture"
_SAID = frozenset({Stage.RAW, Stage.QUALIFIED, Stage.NURTURE, Stage.UNQUALIFIED})
"""What a status says of where somebody rests; the others begin something, or claim it."""
_WENT = """
    WITH band AS (SELECT * FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS one (since, until)),
    went AS (
        SELECT row.lead_id AS record_id FROM band
        JOIN sync_leadhistory row ON row.created_at > band.since AND row.created_at <= band.until
        UNION SELECT row.contact_id FROM band
        JOIN sync_contacthistory row ON row.created_at > band.since AND row.created_at <= band.until
        UNION SELECT row.record_id FROM band
        JOIN sync_seen row ON row.at > band.since AND row.at <= band.until
        UNION SELECT row.id FROM band
        JOIN sync_lead row ON row.created_at > band.since AND row.created_at <= band.until
        UNION SELECT row.id FROM band
        JOIN sync_contact row ON row.created_at > band.since AND row.created_at <= band.until
        UNION SELECT role.contact_id FROM band
        JOIN sync_opportunityhistory row ON row.created_at > band.since AND row.created_at <= band.until
        JOIN sync_opportunitycontactrole role ON role.opportunity_id = row.opportunity_id
        UNION SELECT row.contact_id FROM band
        JOIN sync_opportunitycontactrole row ON row.created_at > band.since AND row.created_at <= band.until
    )
    SELECT DISTINCT person.person_id, cycle.number, cycle.path, cycle.priority, cycle.is_target_account,
           cycle.closed_at, cycle.qualified_at, person.holder_id
    FROM went JOIN leadmodel_personrecord record USING (record_id)
    JOIN leadmodel_person person ON person.person_id = record.person_id
    CROSS JOIN LATERAL (
        SELECT * FROM leadmodel_cycle one WHERE one.person_id = person.person_id AND one.ending <> 'merged'
        ORDER BY one.closed_at DESC LIMIT 1
    ) cycle
    WHERE person.stage = 'nurture' AND NOT person.is_deleted AND NOT person.is_customer
      AND cycle.latest_kind = 'nurture'
"""
"""By when something happened to them: those who went to Nurture at other times, most by far, are not looked at."""


class Resting(NamedTuple):
    """Somebody in Nurture, and the cycle that ended there."""

    person_id: str
    number: int
    path: str
    priority: str | None
    is_target_account: bool
    closed_at: datetime
    qualified_at: datetime | None
    holder_id: str | None


def read_returns(look: Look) -> list[Step]:
    """The reminders of whoever went to Nurture so long ago that they are to be looked at again."""
    assert look.at is not None
    policies = policies_ever()
    after = sorted({offset for one in policies for offset in _every(one.recycling)})
    if not after:
        return []
    stale = stale_by(look)
    asked = {"since": [stale - one for one in after], "until": [look.at - one for one in after]}
    with connection.cursor() as cursor:
        cursor.execute(_WENT, asked)
        found = {row[0]: Resting(*row) for row in cursor.fetchall()}
    if not found:
        return []
    users = read_directory(look.settings)
    known = read_known(found, look.settings, users, with_activities=False)
    steps: list[Step] = []
    for person_id, one in found.items():
        since = went_at(one, known[person_id], look.settings)
        after_that = since and _after(one, held_at(policies, since).recycling)
        if since is not None and after_that:
            act = Act.REMIND_REP.value
            steps.append(Step(person_id, one.number, one.holder_id, 1, act, since + after_that, ABOUT))
    return steps


def _every(told: Recycling) -> Iterator[timedelta]:
    """After how long some lead types return."""
    for days in (told.return_after_days, *(one.return_after_days for one in told.types)):
        if days:
            yield timedelta(days=days)


def _after(one: Resting, told: Recycling) -> timedelta | None:
    """After how long this lead type returns; None: never."""
    typed = (
        of.return_after_days
        for of in told.types
        if is_for(of, one.path, one.priority, is_target_account=one.is_target_account)
    )
    days = next(typed, told.return_after_days)
    return timedelta(days=days) if days else None


def went_at(one: Resting, known: Known, settings: ModelSettings) -> datetime | None:
    """Since when they are in Nurture: by the latest status that says so, else by the first opportunity lost since.

    None where the mirror does not tell: nothing is expected then.
    """
    if not known.is_sure:
        return None
    said = [(at, stage) for at, stage in _begun(known, settings) if stage in _SAID]
    said += [
        (change.at, Stage.QUALIFIED)
        for change in known.conversions
        if settings.qualified.by_status_at(change.at)
    ]
    said += [(change.at, stage) for change, stage in known.statuses if stage in _SAID]
    said.sort(key=itemgetter(0))
    if said and said[-1][1] is Stage.NURTURE and said[-1][0] >= one.closed_at:
        return said[-1][0]
    if one.qualified_at is None:
        return None
    qualified_at = max([one.qualified_at, *(at for at, stage in said if stage is Stage.QUALIFIED)])
    return min((deal.at for deal in known.deals if deal.is_lost and deal.at >= qualified_at), default=None)


def _begun(known: Known, settings: ModelSettings) -> Iterator[tuple[datetime, Stage | None]]:
    """What the status said when each record was made; a Contact that a conversion makes copies its Lead's."""
    changed = {change.record_id: change for change, _ in reversed(known.statuses)}
    for row in known.rows:
        if known.made_by_conversion(row) is None:
            first = changed[row.record_id].old if row.record_id in changed else row.status
            yield row.created_at, settings.stages.stage_of(first, row.created_at)
