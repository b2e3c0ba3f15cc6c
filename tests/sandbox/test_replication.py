"""Which records changed and which went: periods, horizons, and how far an answer is complete."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import NOON, SandboxServer, lead


def text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}Z"


def ask(server: SandboxServer, which: str, start: datetime, end: datetime, name: str = "Lead") -> Any:
    return server.get(f"sobjects/{name}/{which}", params={"start": text(start), "end": text(end)}).json()


def test_seconds_are_ignored(sandbox_server: SandboxServer) -> None:
    early = lead(sandbox_server.org)
    sandbox_server.org.clock.fix(NOON + timedelta(minutes=1, seconds=30))
    lead(sandbox_server.org)
    sandbox_server.org.clock.fix(NOON + timedelta(hours=1))

    told = ask(
        sandbox_server, "updated", NOON + timedelta(seconds=59), NOON + timedelta(minutes=1, seconds=59)
    )

    assert told == {"ids": [early], "latestDateCovered": "2026-03-02T12:01:00.000+0000"}


def test_an_answer_covers_no_more_than_has_been(sandbox_server: SandboxServer) -> None:
    sandbox_server.org.clock.fix(NOON + timedelta(minutes=2, seconds=30))

    for which in ("updated", "deleted"):
        told = ask(sandbox_server, which, NOON, NOON + timedelta(hours=1))
        assert told["latestDateCovered"] == "2026-03-02T12:02:00.000+0000"


@pytest.mark.parametrize(
    ("which", "start", "end", "sentence"),
    [
        ("updated", -timedelta(days=30, minutes=2), timedelta(), "more than 30 days ago"),
        ("deleted", -timedelta(days=15, minutes=2), timedelta(), "more than 15 days ago"),
        ("updated", -timedelta(seconds=30), -timedelta(seconds=10), "at least one minute after"),
        ("updated", timedelta(), -timedelta(hours=1), "at least one minute after"),
        ("deleted", timedelta(minutes=5), timedelta(minutes=9), "cannot be in the future"),
    ],
)
def test_a_period_that_cannot_be_asked_for(
    sandbox_server: SandboxServer, which: str, start: timedelta, end: timedelta, sentence: str
) -> None:
    [error] = ask(sandbox_server, which, NOON + start, NOON + end)

    assert error["errorCode"] == "INVALID_REPLICATION_DATE"
    assert sentence in error["message"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"start": "2026-03-01T00:00:00Z"}, "MISSING_ARGUMENT"),
        ({"start": "yesterday", "end": "2026-03-02T00:00:00Z"}, "INVALID_REPLICATION_DATE"),
        ({"start": "2026-03-01T00:00:00+00:00", "end": "2026-02-30T00:00:00Z"}, "INVALID_REPLICATION_DATE"),
    ],
)
def test_a_period_that_is_none(sandbox_server: SandboxServer, parameters: dict[str, str], code: str) -> None:
    answer = sandbox_server.get("sobjects/Lead/updated", params=parameters)

    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_a_busy_organisation_forgets_its_deletions_early(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    first, second = lead(org), lead(org)
    org.delete("Lead", first)
    org.clock.fix(NOON + timedelta(days=1))
    org.delete("Lead", second)
    org.clock.fix(NOON + timedelta(days=2))
    before = ask(sandbox_server, "deleted", NOON, NOON + timedelta(days=2))
    sandbox_server.call(
        "PUT", "/__sandbox__/settings", json={"deletions_since": text(NOON + timedelta(hours=1))}
    )

    after = ask(sandbox_server, "deleted", NOON, NOON + timedelta(days=2))

    assert [one["id"] for one in before["deletedRecords"]] == [first, second]
    assert before["earliestDateAvailable"] == "2026-02-17T12:00:00.000+0000"
    assert [one["id"] for one in after["deletedRecords"]] == [second]
    assert after["earliestDateAvailable"] == "2026-03-02T13:00:00.000+0000"


@pytest.mark.parametrize("which", ["updated", "deleted"])
def test_more_ids_than_an_answer_holds_are_refused(sandbox_server: SandboxServer, which: str) -> None:
    for lead_id in [lead(sandbox_server.org) for _ in range(3)]:
        sandbox_server.org.delete("Lead", lead_id)
    sandbox_server.org.clock.fix(NOON + timedelta(hours=1))
    period = NOON, NOON + timedelta(hours=1)

    sandbox_server.call("PUT", "/__sandbox__/settings", json={"most_replicated_ids": 2})
    [error] = ask(sandbox_server, which, *period)
    sandbox_server.call("PUT", "/__sandbox__/settings", json={"most_replicated_ids": 3})

    assert error["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert "latestDateCovered" in ask(sandbox_server, which, *period)
