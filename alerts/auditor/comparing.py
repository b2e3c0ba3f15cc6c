"""One run of the auditor: all checks in one look, kept with what differs.

What is missing is told only where it was missing some minutes before too: between a fact and what follows from it there
is always a moment, and nobody is alarmed by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from alerts.auditor.abandons import check_abandoned
from alerts.auditor.activities import read_about_activities
from alerts.auditor.business import read_business
from alerts.auditor.differing import Check, Checked, Difference, Look
from alerts.auditor.due import read_decided
from alerts.auditor.hand_offs import read_hand_offs
from alerts.auditor.idle_accounts import check_accounts
from alerts.auditor.mails import check_mails
from alerts.auditor.outbox import check_outbox
from alerts.auditor.returns import read_returns
from alerts.auditor.steps import check_reassigned, check_steps, check_told, read_due
from alerts.models import AuditRun
from alerts.stops import read_stopped
from leadmodel.pages.shell import read_up_to
from leadmodel.rebuild import EVERYBODY
from leadmodel.settings_store import settings_in_force
from sync.models import Mark

log = structlog.get_logger(__name__)

BEHIND = timedelta(minutes=10)
"""Salesforce read longer ago than this is not gone by: that it is behind is told elsewhere (health)."""
STILL = timedelta(minutes=4)
"""So long something must have been missing to be told."""
KEPT = timedelta(days=30)
MOST_KEPT = 50


def compare(*, now: datetime) -> AuditRun:
    """Look at everything, and keep what was found. Reads only what is there; asks nobody outside."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            # one after another: whoever comes second sees what the first one found
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('alerts'), hashtext('audit'))")
        look = _look(now)
        checked = _check(look)
        run = _keep(look, checked)
        AuditRun.objects.filter(at__lt=now - KEPT).delete()
    log.info("audited", agrees=run.agrees, is_behind=run.is_behind, **run.differing)
    return run


def _look(now: datetime) -> Look:
    read_at = read_up_to()
    is_behind = read_at is None or now - read_at > BEHIND or Mark.objects.filter(record_id=EVERYBODY).exists()
    at = None if is_behind or read_at is None else min(read_at, now)
    return Look(now, at, settings_in_force(), read_stopped())


def _check(look: Look) -> Mapping[Check, Checked]:
    found = {Check.MAILS: check_mails(look), Check.OUTBOX: check_outbox(look)}
    if look.at is None:
        return found
    about = (read_business, read_hand_offs, read_returns, read_about_activities)
    steps = [step for read in about for step in read(look)]
    due = [*read_due(look), *read_decided(steps, look)]
    return found | {
        Check.STEPS: check_steps(look, due),
        Check.TOLD: check_told(look, due),
        Check.REASSIGNED: check_reassigned(due),
        Check.ABANDONED: check_abandoned(look),
        Check.ACCOUNTS: check_accounts(look),
    }


def _keep(look: Look, checked: Mapping[Check, Checked]) -> AuditRun:
    before = AuditRun.objects.order_by("-at", "-pk").first()
    known: Mapping[str, str] = before.seen if before is not None else {}
    missing = [one for told in checked.values() for one in told.differing]
    since = {one.key: known.get(one.key, look.now.isoformat()) for one in missing}
    standing: Mapping[str, int] = {}
    kept: list[dict[str, str]] = []
    if look.at is None and before is not None:
        # nothing is known of what was not looked at: it is neither found nor gone
        unseen = {Check.STEPS, Check.TOLD, Check.REASSIGNED, Check.ABANDONED, Check.ACCOUNTS}
        since |= {key: at for key, at in known.items() if key.split("/")[0] in unseen}
        standing = {check: number for check, number in before.differing.items() if check in unseen}
        kept = [told for told in before.differences if told["check"] in unseen]
    differing = [one for one in missing if look.now - datetime.fromisoformat(since[one.key]) >= STILL]
    return AuditRun.objects.create(
        at=look.now,
        is_behind=look.at is None,
        agrees=not differing and not standing,
        expected={check.value: told.expected for check, told in checked.items()},
        differing={**standing, **_counted(differing)},
        differences=[*kept, *(_told(one, since[one.key]) for one in differing)][:MOST_KEPT],
        seen=since,
    )


def _told(one: Difference, since: str) -> dict[str, str]:
    return {"check": one.check, "person_id": one.person_id, "what": one.what, "since": since}


def _counted(differing: Sequence[Difference]) -> dict[str, int]:
    checks = [one.check for one in differing]
    return {check.value: checks.count(check) for check in Check if check in checks}
