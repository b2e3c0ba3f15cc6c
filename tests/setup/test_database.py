"""The tests' own database."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from redis import Redis


@pytest.mark.django_db
def test_is_postgresql_18_in_utc() -> None:
    """The engine of production, with instants in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (version,) = cursor.fetchone()
        cursor.execute("SHOW timezone")
        (zone,) = cursor.fetchone()

    assert 180000 <= int(version) < 190000
    assert zone == "UTC"
    assert get_user_model().objects.count() == 0


def test_redis_is_empty_at_first(redis_url: str) -> None:
    """Nothing of another run is in it."""
    with Redis.from_url(redis_url, socket_timeout=5) as client:
        assert client.dbsize() == 0
