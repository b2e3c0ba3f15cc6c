"""The headers every answer carries."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.mark.django_db
def test_pages_come_with_a_policy_that_allows_nothing_inline() -> None:
    answer = Client().get("/admin/login/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites() -> None:
    cookie = Client().get("/login/").cookies["csrftoken"]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
