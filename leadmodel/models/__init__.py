"""What is derived (persons, cycles, spans) and what people enter (settings, teams, absences, exceptions, requests)."""

from __future__ import annotations

from leadmodel.models.derived import Cycle, Person, PersonRecord, Span
from leadmodel.models.entered import Absence, Exclusion, Request, SettingsVersion, TeamMembership

__all__ = [
    "Absence",
    "Cycle",
    "Exclusion",
    "Person",
    "PersonRecord",
    "Request",
    "SettingsVersion",
    "Span",
    "TeamMembership",
]
