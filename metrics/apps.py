"""The app that counts."""

from __future__ import annotations

from django.apps import AppConfig


class MetricsConfig(AppConfig):
    """Figures and the pages that show them."""

    name = "metrics"
