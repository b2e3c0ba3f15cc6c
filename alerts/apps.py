"""The app that tells people what is due."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Mails, and who wants them."""

    name = "alerts"

    def ready(self) -> None:
        """Add to the Now strip what only this app knows."""
        from alerts.assigned import COULD_NOT  # noqa: PLC0415 - models are not there before
        from metrics.now import add_tile  # noqa: PLC0415

        add_tile(COULD_NOT)
