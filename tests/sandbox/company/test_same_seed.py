from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.company import build
from sandbox.company.world import TooFewLeads
from sandbox.org.store import Store
from tests.sandbox.company.conftest import NOW, Company, made


def digest(company: Company) -> str:
    total = hashlib.sha256()
    for name in company.store.schema.objects:
        for row in company.store.connection.execute(f'SELECT * FROM "{name}" ORDER BY "Id"'):
            total.update(repr(row).encode())
    return total.hexdigest()


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(tmp_path: Path) -> None:
    first = made(tmp_path / "first.db", leads=600, seed=3)
    again = made(tmp_path / "again.db", leads=600, seed=3)
    other = made(tmp_path / "other.db", leads=600, seed=4)
    assert digest(first) == digest(again)
    assert first.ledger == again.ledger
    assert digest(first) != digest(other)


def test_any_hour_of_any_day_can_be_now(tmp_path: Path) -> None:
    for number, moment in enumerate((NOW + timedelta(days=2, hours=9), NOW - timedelta(days=200, hours=12))):
        company = made(tmp_path / f"{number}.db", leads=600, now=moment)
        assert company.one('SELECT count(*) FROM "Lead"') == 600
        assert company.one('SELECT max("SystemModstamp") FROM "Lead"') <= company.ledger["now"]


def test_progress_is_told_up_to_the_last_lead(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    build(
        Store.create(tmp_path / "c.db"),
        leads=600,
        seed=1,
        now=NOW,
        progress=lambda done, of: told.append((done, of)),
    )
    assert told == sorted(told)
    assert told[-1] == (600, 600)


def test_too_few_leads_or_a_moment_without_zone_leave_the_store_empty(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "c.db")
    with pytest.raises(TooFewLeads, match="at least 500 leads, not 12"):
        build(store, leads=12, seed=1, now=NOW)
    with pytest.raises(ValueError, match="needs a time zone"):
        build(store, leads=600, seed=1, now=datetime(2026, 1, 1))  # noqa: DTZ001
    assert list(store.rows("User")) == []
