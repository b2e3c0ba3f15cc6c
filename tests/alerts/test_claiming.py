"""A deliverer leases no more than it asked for, whatever the planner expects of the outbox."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from base.models import Effect
from base.outbox import claim

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAYS = ("hashagg", "sort", "hashjoin", "mergejoin", "material", "indexscan", "indexonlyscan", "bitmapscan")


@pytest.mark.django_db
def test_a_deliverer_leases_no_more_than_it_asked_for() -> None:
    Effect.objects.bulk_create(
        Effect(key=f"mail.{number}", kind="mail.morning", payload={}, due_at=NOW, created_at=NOW)
        for number in range(5)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE base_effect")
        for way in WAYS:
            cursor.execute(f"SET LOCAL enable_{way} = off")
        assert len(claim("mail.", now=NOW, limit=2)) == 2
    assert Effect.objects.filter(state=Effect.State.LEASED).count() == 2
