"""`load`: rows into the mirror, against COPY of the same files into the same tables."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, transaction

from bench.measure import Line, best, line
from bench.organisation import spools
from sync.load import load
from sync.models import Mark, ObjectState
from sync.salesforce.objects import OBJECTS
from sync.salesforce.spool import Spool

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def empty() -> None:
    """An empty mirror."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(spec.table for spec in OBJECTS)}, sync_mark, sync_seen")
    ObjectState.objects.all().delete()


def load_all(kept: dict[str, Spool]) -> None:
    """Every object, as a first pull loads it."""
    for spec in OBJECTS:
        ObjectState.objects.get_or_create(name=spec.name)
        load(spec, kept[spec.name], read_at=NOW)


def copy_all(kept: dict[str, Spool]) -> None:
    """The floor: the same files into the same tables."""
    for spec in OBJECTS:
        header = kept[spec.name].header()
        columns = ", ".join(spec.columns.get(name, f"x_{name.lower()}") for name in header)
        with transaction.atomic(), connection.cursor() as cursor:
            for page in kept[spec.name].pages:
                with page.path.open("rb") as file:
                    cursor.cursor.copy_expert(
                        f"COPY {spec.table} ({columns}) FROM STDIN"
                        f" (FORMAT csv, HEADER true, FORCE_NULL ({columns}))",
                        file,
                        size=1 << 20,
                    )


def run(leads: int) -> list[Line]:
    """One line."""
    kept = spools(leads)
    floor = best(lambda: copy_all(kept), before=empty)
    value = best(lambda: load_all(kept), before=empty)
    assert Mark.objects.exists()
    n = sum(spool.row_count for spool in kept.values())
    return [line("load", n, value, floor, "COPY of the same files into the same tables")]
