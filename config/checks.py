"""System checks: configuration mistakes, found before anything starts, each with what to do."""

from __future__ import annotations

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.security)
def check_secret_key(**_: object) -> list[CheckMessage]:
    """E001: with configured servers, the secret key must be given."""
    if settings.SECRET_KEY:
        return []
    return [
        Error(
            "SECRET_KEY is not set.",
            hint="Set SECRET_KEY (or SECRET_KEY_FILE) to 50 random characters and keep it between starts.",
            id="config.E001",
        )
    ]
