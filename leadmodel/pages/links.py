"""Where people are found: on their page here, and in Salesforce."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from sync.connection.store import connected


def person_href(person_id: str, past: Mapping[str, str] = {}) -> str:
    """A person's page, as of and as known by the instants (`past`, as parameters) the list is of."""
    return reverse("person", args=[person_id]) + (f"?{urlencode(past)}" if past else "")


def salesforce_address() -> str:
    """Where records are looked at in Salesforce; empty where nothing is connected. One query: ask once a page."""
    found = connected()
    address: str = found.instance_url if found is not None else settings.SALESFORCE_URL
    return address.rstrip("/")


def salesforce_href(record_id: str, address: str) -> str:
    """The record in Salesforce at this address; empty where there is none."""
    return f"{address}/{record_id}" if address else ""


def about(title: str, company: str) -> str:
    """What somebody is, and where."""
    return " · ".join(part for part in (title, company) if part)
