"""What is derived (persons, cycles, spans) and what people enter (settings, teams, absences, exceptions, requests)."""

from __future__ import annotations

from leadmodel.models.derived import AccountClock, Clock, Cycle, Person, PersonRecord, Rung, Span
from leadmodel.models.entered import Absence, Erasure, Exclusion, Request, SettingsVersion, TeamMembership

__all__ = [
    "Absence",
    "AccountClock",
    "Clock",
    "Cycle",
    "Erasure",
    "Exclusion",
    "Person",
    "PersonRecord",
    "Request",
    "Rung",
    "SettingsVersion",
    "Span",
    "TeamMembership",
]
