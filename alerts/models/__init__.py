"""What people are told and choose, and what automation decided."""

from __future__ import annotations

from alerts.models.auditor import AuditRun
from alerts.models.automation import Assignment, Escalation
from alerts.models.telling import ChannelChoice, MailChoice, QuietHours, Slack, Told

__all__ = [
    "Assignment",
    "AuditRun",
    "ChannelChoice",
    "Escalation",
    "MailChoice",
    "QuietHours",
    "Slack",
    "Told",
]
