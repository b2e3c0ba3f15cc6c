"""The base app."""

from __future__ import annotations

from django.apps import AppConfig


class BaseConfig(AppConfig):
    """Users, roles and what is shared by every app."""

    name = "base"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Note log-ins in the audit log, and have tokens end with them."""
        from base import audit, tokens  # noqa: PLC0415 - models are there only now

        audit.listen()
        tokens.listen()
