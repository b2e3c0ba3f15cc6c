"""One small company for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sandbox.company import Ledger, build, read_ledger
from sandbox.org.store import Store

NOW = datetime(2026, 11, 19, 15, 20, tzinfo=UTC)
LEADS = 4000
SEED = 7


@dataclass(frozen=True)
class Company:
    store: Store
    ledger: Ledger

    def all(self, sql: str, *parameters: object) -> list[Any]:
        return self.store.connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: object) -> Any:
        return self.store.connection.execute(sql, parameters).fetchone()[0]

    def rep(self, habit: str) -> str:
        return self.ledger["habits"][habit]["user_id"]


def made(path: Path, *, leads: int = LEADS, seed: int = SEED, now: datetime = NOW) -> Company:
    store = Store.create(path)
    build(store, leads=leads, seed=seed, now=now)
    ledger = read_ledger(store)
    assert ledger is not None
    return Company(store, ledger)


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Four thousand leads; read it, do not change it."""
    one = made(tmp_path_factory.mktemp("company") / "company.db")
    yield one
    one.store.close()
