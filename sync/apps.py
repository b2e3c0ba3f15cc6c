"""The app that keeps the mirror."""

from __future__ import annotations

from django.apps import AppConfig


class SyncConfig(AppConfig):
    """Salesforce in and out."""

    name = "sync"
