"""The Assigned Date field as organisations really have it: an instant, a bare date, or words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from leadmodel.models import Cycle
from leadmodel.rebuild import derive_as_of, rebuild_all
from leadmodel.settings_store import enter
from sync.models import LeadHistory
from tests.leadmodel.mirrored import ALICE, NOON, add_lead, add_users, mark

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = """
stages: {raw: [New]}
assignment: {status: false, assigned_date_field: Assigned_Date__c}
"""


@pytest.fixture
def lead() -> str:
    enter(MODEL)
    add_users()
    return add_lead(1, status="New")


def date_it(lead: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sync_lead SET x_assigned_date__c = %s WHERE id = %s", [value, lead])
    mark(lead)
    rebuild_all()


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-03-03T09:30:00.123Z", datetime(2026, 3, 3, 9, 30, 0, 123000, tzinfo=UTC)),
        ("2026-03-03T09:30:00.000+0000", datetime(2026, 3, 3, 9, 30, tzinfo=UTC)),
        ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC)),
    ],
)
def test_an_instant_and_a_bare_date_assign(lead: str, value: str, at: datetime) -> None:
    date_it(lead, value)
    assert Cycle.objects.get().assigned_at == at

    period = (datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 4, tzinfo=UTC))
    with connection.cursor() as wrapped:
        connection.set_autocommit(False)
        try:
            prefix = derive_as_of(
                wrapped.cursor, concerned=period, as_of=NOON + timedelta(days=9), known_by=None
            )
            wrapped.execute(f"SELECT assigned_at FROM {prefix}cycle")
            assert wrapped.fetchall() == [(at,)]
        finally:
            connection.rollback()
            connection.set_autocommit(True)


@pytest.mark.parametrize("value", ["soon", "yesterday", "31.12.2025", "now"])
def test_words_assign_nothing_and_stop_nobody(lead: str, value: str) -> None:
    LeadHistory.objects.create(
        id="017000000000001AAA",
        lead_id=lead,
        field="Assigned_Date__c",
        old_value=None,
        new_value=value,
        created_at=NOON,
        created_by_id=ALICE,
    )
    date_it(lead, value)
    assert not Cycle.objects.exists()
