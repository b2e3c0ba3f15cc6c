"""Figures as of an instant derive the people a period concerns: a back-dated Assigned Date concerns its own day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.query import ask
from metrics.selection import Selection
from sync.models import Lead, LeadHistory, Mark

MODEL = """
stages: {raw: [New], assigned: [Assigned]}
assignment: {status: false, assigned_date_field: Assigned_Date__c}
"""
CREATED = datetime(2026, 1, 10, tzinfo=UTC)
ENTERED = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_assigned_date_entered_months_later_concerns_the_day_it_names() -> None:
    enter(MODEL)
    Lead.objects.create(id="00Q000000000001AAA", status="New", created_at=CREATED, system_modstamp=ENTERED)
    LeadHistory.objects.create(
        id="017000000000001AAA",
        lead_id="00Q000000000001AAA",
        field="Assigned_Date__c",
        created_at=ENTERED,
        new_value="2026-03-05T09:00:00.000Z",
    )
    Mark.objects.create(record_id="00Q000000000001AAA")
    rebuild_all()
    march = Selection(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), now=timezone.now())
    stored = ask(march).overall["assigned"]

    as_of = Selection(march.start, march.end, now=march.now, as_of=march.now)

    assert ask(as_of).overall["assigned"] == stored == 1
