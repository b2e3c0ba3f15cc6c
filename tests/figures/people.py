"""Persons of the app that the figures' tests need."""

from __future__ import annotations

from base.models import User


def owner_of_exceptions() -> User:
    """Otto of operations, who answers for exceptions."""
    return User.objects.get_or_create(username="otto")[0]
