"""M19: finding what is due reads an index up to now, and none of the many that are not due."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.abandoning import abandon
from alerts.idle.due import find_due as find_words
from alerts.ladder.due import UpTo, find_due, skip_stale
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.policies import Act
from leadmodel.models import AccountClock, Clock, Rung
from leadmodel.settings_store import enter
from sync.models import Mark, ObjectState, User
from sync.salesforce.objects import OBJECTS
from tests.alerts.overdue import STAGES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MANY = 3_000
_GOES_OVER = re.compile(r"due_at.*(FOR UPDATE|INSERT|LIMIT 500)|INSERT.*due_at", re.DOTALL)
"""Whatever goes over what is due; not whether that is more than a day's most, which is counted up to it."""
DUE = 2


@pytest.fixture
def _waiting() -> None:
    """Thousands of clocks and steps, two of each due."""
    enter(f"{STAGES}auto_abandon: {{most_a_day: {MANY}}}\n")
    Mark.objects.all().delete()  # derived, as far as a scan can tell
    ObjectState.objects.bulk_create(ObjectState(name=one.name, state="read", read_at=NOW) for one in OBJECTS)
    people = [(f"00Q{number:012}AAA", NOW + timedelta(minutes=number - DUE + 1)) for number in range(1, MANY)]
    Clock.objects.bulk_create(
        Clock(
            person_id=person, number=1, ordinal=0, kind=ClockKind.WORKING_LIMIT, started_at=NOW, due_at=due_at
        )
        for person, due_at in people
    )
    Rung.objects.bulk_create(
        Rung(
            person_id=person, number=1, ordinal=1, step=1, act=Act.REMIND_REP, clock=ClockKind.RESPONSE_TARGET,
            clock_due_at=due_at, due_at=due_at,
        )
        for person, due_at in people
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leadmodel_clock; ANALYZE leadmodel_rung")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The plan and all below it."""
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes(below)


def rows_read(scan: Callable[[], object], table: str) -> float:
    """How many rows of a table the scan's questions look at, kept or thrown away."""
    with CaptureQueriesContext(connection) as asked:
        scan()
    questions = {query["sql"] for query in asked if table in query["sql"] and _GOES_OVER.search(query["sql"])}
    assert questions
    return sum(rows_looked_at(question, table) for question in questions)


def rows_of_one(asked: CaptureQueriesContext, words: str, table: str) -> float:
    """How many rows of a table the one question with these words looks at."""
    (question,) = {query["sql"] for query in asked if words in query["sql"]}
    return rows_looked_at(question, table)


def rows_looked_at(question: str, table: str) -> float:
    """How many rows of a table a question looks at, kept or thrown away."""
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + question)
        (told,) = cursor.fetchone()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return sum(
        float(node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * float(node["Actual Loops"])
        for node in nodes(plan)
        if node.get("Relation Name") == table
    )


def _abandon() -> object:
    return abandon(now=NOW)


def _abandon_lately() -> object:
    late = NOW + timedelta(minutes=MANY - DUE)
    ObjectState.objects.update(read_at=late)
    return abandon(now=late, since=late - timedelta(minutes=DUE))


def _find() -> object:
    return find_due(UpTo(NOW, NOW, NOW - timedelta(days=2), NOW), stopped=(), limit=500)


def _skip() -> object:
    return skip_stale(UpTo(NOW, NOW, NOW, NOW), over="It is over.", said="too late")


def _skip_lately() -> object:
    late = NOW + timedelta(minutes=MANY - DUE)
    upto = UpTo(late, late, late - timedelta(hours=1), late, since=late - timedelta(minutes=DUE))
    return skip_stale(upto, over="It is over.", said="too late")


OWNER = "005000000000001AAA"


@pytest.fixture
def _untouched() -> None:
    """Thousands of target accounts: two became idle just now, of two a manager is to hear, most are idle for years."""
    User.objects.create(id=OWNER, is_active=True)
    due = [NOW + timedelta(minutes=number - DUE + 1) for number in range(MANY)]
    due += [NOW - timedelta(days=14) + timedelta(minutes=number - DUE + 1) for number in range(DUE)]
    due += [NOW - timedelta(days=1000, minutes=number) for number in range(2 * MANY)]
    AccountClock.objects.bulk_create(
        AccountClock(
            account_id=f"001{number:012}AAA", owner_id=OWNER, started_at=due_at - timedelta(days=30), due_at=due_at,
            manager_due_at=due_at + timedelta(days=14),
        )
        for number, due_at in enumerate(due)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE leadmodel_accountclock")


@pytest.mark.usefixtures("_untouched")
def test_m19_accounts_that_are_not_due_or_were_long_ago_are_not_looked_at() -> None:
    upto = UpTo(NOW, NOW, NOW - timedelta(hours=1), NOW)
    found = find_words(upto, stopped=(), limit=500)
    assert len(found) == 2 * DUE
    with CaptureQueriesContext(connection) as asked:
        find_words(upto, stopped=(), limit=500)
    assert rows_of_one(asked, "AS MATERIALIZED", "leadmodel_accountclock") == 2 * DUE


@pytest.mark.usefixtures("_waiting")
@pytest.mark.parametrize(
    ("scan", "table"),
    [
        (_abandon, "leadmodel_clock"),
        (_find, "leadmodel_rung"),
        (_skip, "leadmodel_rung"),
        (_abandon_lately, "leadmodel_clock"),
        (_skip_lately, "leadmodel_rung"),
    ],
    ids=["limits", "steps", "stale steps", "limits of late", "stale steps of late"],
)
def test_m19_what_is_not_due_or_was_long_ago_is_not_looked_at(scan: Callable[[], object], table: str) -> None:
    assert 0 < rows_read(scan, table) <= DUE
