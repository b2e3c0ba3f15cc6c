"""What the audit log says."""

from __future__ import annotations

from base.models import AuditEntry

Told = tuple[str, str, str]


def latest() -> int:
    """The number of the latest entry; 0 where there is none."""
    return AuditEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def since(number: int) -> list[Told]:
    """Who did what, and what it became, after that entry, oldest first."""
    found = AuditEntry.objects.filter(pk__gt=number).order_by("pk").select_related("actor")
    return [(one.actor.username if one.actor else one.automation, one.what, one.became) for one in found]
