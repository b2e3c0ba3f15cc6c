"""Where people are found: on their page here, and in Salesforce."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse


def person_href(person_id: str, as_of: str | None = None) -> str:
    """A person's page, as of the instant the list is of."""
    return reverse("person", args=[person_id]) + (f"?as_of={as_of}" if as_of else "")


def salesforce_href(record_id: str) -> str:
    """The record in Salesforce; empty where no organisation is connected."""
    return f"{settings.SALESFORCE_URL.rstrip('/')}/{record_id}" if settings.SALESFORCE_URL else ""


def about(title: str, company: str) -> str:
    """What somebody is, and where."""
    return " · ".join(part for part in (title, company) if part)
