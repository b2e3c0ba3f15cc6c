"""A log-in for each role and for the manager's manager, for the demo only."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from base.models import Role, User
from base.zones import zone_names
from sync.models import Lead
from sync.models import User as SalesforceUser

PASSWORD = "show-me-the-leads"  # noqa: S105 - printed on the terminal, and served to this machine only


DIRECTOR = "director"
"""Who sees what the manager sees and more: the ladder's last step tells them."""


@dataclass(frozen=True)
class Login:
    """Who can log in to the demo, and whose eyes they see with."""

    role: Role
    username: str
    who: str


def make(rep_name: str | None = None) -> list[Login]:
    """Make the users, or bring those of an earlier run up to date; `rep_name` is a Salesforce user name."""
    named = SalesforceUser.objects.filter(username=rep_name).first() if rep_name is not None else None
    rep = named or _busiest_rep()
    manager = _manager_of(rep)
    director = _manager_of(manager)
    with transaction.atomic():
        return [
            _make(Role.REP, rep, "no rep in this organisation holds people"),
            _make(Role.MANAGER, manager, "no manager named in Salesforce: set the team in the admin"),
            *([_make(Role.MANAGER, director, "", username=DIRECTOR)] if director is not None else []),
            _make(Role.OPS, None, "everything, and the admin at /admin/"),
        ]


def _manager_of(user: SalesforceUser | None) -> SalesforceUser | None:
    return SalesforceUser.objects.filter(pk=user.manager_id).first() if user and user.manager_id else None


def _busiest_rep() -> SalesforceUser | None:
    """The active person who holds most leads, one who has a manager before one who has none."""
    held = (
        Lead.objects.filter(owner_id=OuterRef("pk"))
        .exclude(is_deleted=True)
        .exclude(is_converted=True)
        .order_by()
        .values("owner_id")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return (
        SalesforceUser.objects.filter(is_active=True, user_type="Standard")
        .annotate(held=Coalesce(Subquery(held), 0))
        .filter(held__gt=0)
        .order_by(IsNull(F("manager_id"), True), "-held", "pk")  # noqa: FBT003 - Django's signature
        .first()
    )


def _make(
    role: Role, salesforce: SalesforceUser | None, otherwise: str, *, username: str | None = None
) -> Login:
    username = username or role.value
    first, _, last = ((salesforce and salesforce.name) or "").rpartition(" ")
    # Names in the app are shorter than Salesforce's may be.
    zone = (salesforce and salesforce.time_zone) or "UTC"
    values = {
        "role": role,
        "time_zone": zone if zone in zone_names() else "UTC",
        "salesforce_id": salesforce.pk if salesforce else None,
        "first_name": first[:150],
        "last_name": last[:150],
        # not the Salesforce user's own, who may be a real person
        "email": f"{username}@demo.example",
        "is_staff": role is Role.OPS,
        "is_superuser": role is Role.OPS,
        "password": make_password(PASSWORD),
    }
    User.objects.filter(salesforce_id=values["salesforce_id"]).exclude(username=username).update(
        salesforce_id=None
    )
    User.objects.update_or_create(username=username, defaults=values)
    return Login(role, username, (salesforce and salesforce.name) or otherwise)
