"""What the auditor found, for pages of operations and monitors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.auditor.differing import Check
from alerts.models import AuditRun

_WORKER = "look whether the worker runs, and for “act_on_due” in its log"
WORDS = {
    Check.STEPS: ("Steps of the ladder, of hand-offs, returns, meetings and follow-ups", _WORKER),
    Check.TOLD: ("Who was told", "tell them yourself, and report it: what is kept as done was not"),
    Check.REASSIGNED: ("Re-assignments", "give the person to somebody yourself, and report it"),
    Check.ABANDONED: ("People to give up", _WORKER),
    Check.ACCOUNTS: ("Words about idle accounts", _WORKER),
    Check.MAILS: ("Mails of the morning", "look whether the worker runs, and for “send_mails” in its log"),
    Check.OUTBOX: (
        "Waiting to go out",
        "look whether the worker runs, and Salesforce and the mail server answer",
    ),
}
"""What each check is called, and what to do where it differs."""


@dataclass(frozen=True)
class Audited:
    """The latest run; `at` None: there was none. `agreed_at`: when everything was last found done."""

    at: datetime | None
    agreed_at: datetime | None
    is_behind: bool
    differences: int
    expected: dict[str, int]
    differing: dict[str, int]
    told: Sequence[dict[str, str]]


def read_audited() -> Audited:
    """The latest run, and the latest that agreed."""
    latest = AuditRun.objects.order_by("-at", "-pk").first()
    agreed = AuditRun.objects.filter(agrees=True).order_by("-at").values_list("at", flat=True).first()
    if latest is None:
        return Audited(None, None, is_behind=False, differences=0, expected={}, differing={}, told=())
    return Audited(
        latest.at,
        agreed,
        is_behind=latest.is_behind,
        differences=sum(latest.differing.values()),
        expected=latest.expected,
        differing=latest.differing,
        told=latest.differences,
    )
