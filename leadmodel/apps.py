"""The app that derives the lead model."""

from __future__ import annotations

from django.apps import AppConfig


class LeadmodelConfig(AppConfig):
    """Persons, cycles and spans."""

    name = "leadmodel"
