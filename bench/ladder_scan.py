"""`ladder_scan`, `ladder_find`: a thousand steps due among a million that wait, against among ten thousand (M19).

`ladder_scan` asks Salesforce about each once more (M20) and decides; nobody has an account, so that nothing is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import connection, transaction

from alerts.ladder.climb import climb
from alerts.ladder.due import UpTo, find_due
from alerts.models import Escalation
from bench.measure import Line, best, line
from bench.organisation import serving
from leadmodel.settings_store import enter
from leadmodel.settings_template import shipped_yaml
from sync.models import Mark, ObjectState
from sync.salesforce.client import Organisation, connect
from sync.writeback.calls import query

DUE = 1_000
FEW, MANY = 10_000, 1_000_000
COMPANY = 2_000
"""Leads of the organisation that is asked once more about each (M20); more than are due."""
FOUND, SCANNED = 20, 10
"""How often each is measured: the finding alone takes milliseconds, and what others do on the machine shows."""


def run(leads: int) -> list[Line]:
    """Both sizes in one run; `leads` does not matter, the sizes are the issue's."""
    del leads
    with serving(COMPANY):
        organisation = connect()
        people = _people(organisation)
        # the first of the three only warms up the organisation
        _, few, many = (_among(running, people, organisation) for running in (FEW, FEW, MANY))
    floor_is = f"{DUE:,} due among {FEW:,} waiting, not among {MANY:,}"
    return [
        line("ladder_scan", MANY, many[0], few[0], floor_is),
        line("ladder_find", MANY, many[1], few[1], f"{floor_is}; without Salesforce and what follows"),
    ]


def _among(running: int, people: list[str], organisation: Organisation) -> tuple[float, float]:
    now = datetime.now(UTC)
    with transaction.atomic():
        _prepare(running, people, now)
        stale = now - timedelta(hours=48)
        find = partial(find_due, UpTo(now, now, stale, now), stopped=(), limit=DUE)
        found = best(find, times=FOUND)
        assert len(find()) == DUE
        scanned = best(lambda: climb(lambda: organisation, now=now), times=SCANNED, before=_forget)
        assert Escalation.objects.filter(state=Escalation.State.DONE).count() == DUE
        # the other benchmarks find their database as they left it
        transaction.set_rollback(True)
        return scanned, found


def _people(organisation: Organisation) -> list[str]:
    asked = f"SELECT Id FROM Lead WHERE IsConverted = false ORDER BY Id LIMIT {DUE}"
    found = [str(record["Id"]) for record in query(organisation, asked)]
    assert len(found) == DUE
    return found


def _prepare(running: int, people: list[str], now: datetime) -> None:
    Mark.objects.all().delete()
    ObjectState.objects.all().delete()
    ObjectState.objects.create(name="Lead", state="read", read_at=now)
    enter(shipped_yaml())
    Mark.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leadmodel_rung, leadmodel_personrecord, alerts_escalation")
        cursor.execute(
            "INSERT INTO leadmodel_rung"
            " (person_id, number, ordinal, step, act, holder_id, clock, clock_due_at, due_at)"
            " SELECT person_id, 1, 0, 2, 'tell_manager', NULL, 'response_maximum', due_at, due_at FROM ("
            "  SELECT COALESCE((%(people)s::text[])[n], '00Q' || lpad(n::text, 12, '0') || 'AAA') AS person_id,"
            "   CASE WHEN n <= %(due)s THEN %(now)s::timestamptz ELSE %(now)s + n * interval '1 second' END AS due_at"
            "  FROM generate_series(1, %(running)s) n) of_number",
            {"people": people, "due": DUE, "now": now, "running": running},
        )
        cursor.execute(  # read as they are: no news
            "INSERT INTO sync_lead (id, last_modified_at) SELECT unnest(%s::text[]), %s"
            " ON CONFLICT (id) DO UPDATE SET last_modified_at = excluded.last_modified_at",
            [people, now],
        )
        cursor.execute(
            "INSERT INTO leadmodel_personrecord (record_id, person_id) SELECT person_id, person_id FROM leadmodel_rung"
        )
        cursor.execute("ANALYZE leadmodel_rung, leadmodel_personrecord, alerts_escalation")


def _forget() -> None:
    Escalation.objects.all().delete()
