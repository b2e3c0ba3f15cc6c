"""Each index has its reader: one that serves nobody costs every load and every rebuild."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
def test_no_key_is_indexed_twice() -> None:
    """Django's second index on a text key is for prefixes, which an Id's own, collated "C", finds as well."""
    with connection.cursor() as cursor:
        cursor.execute(
            r"SELECT indexname FROM pg_indexes WHERE tablename ~ '^(sync|leadmodel)_'"
            " AND indexdef LIKE '%_pattern_ops%'"
        )
        twins = [row[0] for row in cursor.fetchall()]
    assert not twins, "drop them in the migration: base.keys.one_index_per_key"
