"""The app that tells people what is due."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Mails, and who wants them."""

    name = "alerts"

    def ready(self) -> None:
        """Add to the Now strip, and ask before automatic writes, what only this app knows."""
        from alerts.assigned import COULD_NOT  # noqa: PLC0415 - models are not there before
        from alerts.meant import why_not  # noqa: PLC0415
        from metrics.now import add_tile  # noqa: PLC0415
        from sync.writeback.meant import ask_too  # noqa: PLC0415

        add_tile(COULD_NOT)
        ask_too(why_not)
