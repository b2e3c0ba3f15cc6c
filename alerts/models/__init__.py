"""What people are told and choose, and what automation decided."""

from __future__ import annotations

from alerts.models.auditor import AuditRun
from alerts.models.automation import AccountWord, Assignment, Escalation
from alerts.models.telling import ChannelChoice, MailChoice, QuietHours, Slack, Told

__all__ = [
    "AccountWord",
    "Assignment",
    "AuditRun",
    "ChannelChoice",
    "Escalation",
    "MailChoice",
    "QuietHours",
    "Slack",
    "Told",
]
