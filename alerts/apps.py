"""The app that tells people what is due."""

from __future__ import annotations

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    """Mails, and who wants them."""

    name = "alerts"
