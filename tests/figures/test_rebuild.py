"""Deriving again changes nothing, however it is cut (M1), and as of now is what is stored (M3)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from leadmodel.rebuild import derive_as_of, mark_everybody, rebuild_all
from leadmodel.rows import TABLES
from tests.figures.chance import NOW, START, make

pytestmark = pytest.mark.django_db


def rows(columns: str = "told", *, prefix: str | None = None) -> dict[str, list[str]]:
    """Every derived row as text, by table: the stored ones, or those of a prefix."""
    found = {}
    with connection.cursor() as cursor:
        for name, table in TABLES.items():
            place = table if prefix is None else prefix + name
            cursor.execute(f"SELECT ({columns})::text FROM {place} AS told ORDER BY 1")
            found[name] = [row[0] for row in cursor.fetchall()]
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_a_full_rebuild_over_unchanged_data_writes_no_row(seed: int) -> None:
    make(seed, people=60, with_merges=True, with_pulls=True)
    rebuild_all()
    places = rows(columns="told.ctid, told.xmin, told")
    assert all(places.values())

    mark_everybody()
    rebuilt = rebuild_all()

    assert rebuilt.rows_changed == 0
    assert rows(columns="told.ctid, told.xmin, told") == places


@pytest.mark.parametrize("seed", [3, 4])
def test_batches_of_any_size_give_the_same_rows(seed: int) -> None:
    make(seed, people=60, with_merges=True, with_pulls=True)
    rebuild_all()
    whole = rows()

    for batch in (1, 7, 23):
        with connection.cursor() as cursor:
            cursor.execute(
                "TRUNCATE leadmodel_person, leadmodel_personrecord, leadmodel_cycle, leadmodel_span, leadmodel_clock,"
                " leadmodel_rung"
            )
        mark_everybody()
        rebuild_all(batch)
        assert rows() == whole


@pytest.mark.parametrize("seed", [5, 6])
def test_as_of_now_is_what_is_stored(seed: int) -> None:
    make(seed, people=60, with_merges=True, with_pulls=True)
    rebuild_all()

    with transaction.atomic(), connection.cursor() as wrapped:
        prefix = derive_as_of(wrapped.cursor, concerned=(START, NOW), as_of=NOW, known_by=None, batch=11)
        assert rows(prefix=prefix) == rows()
