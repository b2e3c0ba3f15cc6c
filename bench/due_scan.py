"""`due_scan`: whoever is due found and decided among a million running clocks, against among ten thousand (M19)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from alerts.abandoning import abandon
from base.models import Effect
from base.outbox import Decided, decide
from bench.measure import Line, best, line
from leadmodel.may_act import ABANDON
from leadmodel.settings_store import enter
from leadmodel.settings_template import shipped_yaml
from sync.models import Lead, Mark, ObjectState

DUE = 1_000
FEW, MANY = 10_000, 1_000_000
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DONE_BEFORE, BEFORE = 5_000, NOW - timedelta(days=7)


def run(leads: int) -> list[Line]:
    """Both in one run; `leads` does not matter, the sizes are the issue's."""
    del leads
    few, many = _scan_among(FEW), _scan_among(MANY)
    return [line("due_scan", MANY, many, few, f"{DUE:,} due among {FEW:,} running, not among {MANY:,}")]


def _scan_among(running: int) -> float:
    with transaction.atomic():
        _prepare(running)
        took = best(lambda: abandon(now=NOW), before=_forget)
        assert Effect.objects.filter(created_at=NOW).count() == DUE
        # the other benchmarks find their database as they left it
        transaction.set_rollback(True)
        return took


def _prepare(running: int) -> None:
    Mark.objects.all().delete()
    ObjectState.objects.all().delete()
    ObjectState.objects.create(name="Lead", state="read", read_at=NOW)
    enter(shipped_yaml())
    Mark.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE leadmodel_clock, leadmodel_personrecord, sync_lead")
    ids = [f"00Q{number:012d}AAA" for number in range(DUE)]
    Lead.objects.bulk_create(
        Lead(id=one, created_at=NOW, last_modified_at=NOW, system_modstamp=NOW, status="Working")
        for one in ids
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO leadmodel_clock (person_id, number, ordinal, kind, started_at, due_at)"
            " SELECT '00Q' || lpad(n::text, 12, '0') || 'AAA', 1, 0, 'working_limit', %(then)s,"
            " CASE WHEN n < %(due)s THEN %(now)s::timestamptz ELSE %(now)s + n * interval '1 second' END"
            " FROM generate_series(0, %(running)s - 1) n",
            {"then": NOW - timedelta(days=30), "now": NOW, "due": DUE, "running": running},
        )
        cursor.execute(
            "INSERT INTO leadmodel_personrecord (record_id, person_id) SELECT person_id, person_id FROM leadmodel_clock"
        )
    # an outbox that was used before, as everybody's is after a day: PostgreSQL plans by what it holds
    decide(
        [Decided(f"before:{n}", ABANDON, {}, subject=f"00Qx{n:011d}AAA") for n in range(DONE_BEFORE)],
        by=None,
        now=NOW,
    )
    Effect.objects.update(state=Effect.State.DONE, ended_at=BEFORE, created_at=BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leadmodel_clock, leadmodel_personrecord, sync_lead, base_effect")


def _forget() -> None:
    Effect.objects.filter(created_at=NOW).delete()
