"""The app's user for a Salesforce user: the one that has its Id, or a new one where the settings allow that."""

from __future__ import annotations

from django.conf import settings
from django.db import IntegrityError, transaction

from base.models import Role, User
from base.zones import zone_names
from sync.models import Role as SalesforceRole
from sync.models import User as SalesforceUser


class NoAccount(Exception):
    """This Salesforce user may not log in. The text says why and whom to ask."""


def account_of(salesforce_id: str) -> User:
    """Who logs in. Raises NoAccount."""
    found = User.objects.filter(salesforce_id=salesforce_id).first()
    if found is not None:
        if not found.is_active:
            raise NoAccount("Your account here is switched off; ask operations.")
        return found
    if not settings.SALESFORCE_LOGIN_CREATES_ACCOUNTS:
        raise NoAccount(
            f"You have no account here. Ask operations to make one with your Salesforce user Id {salesforce_id}."
        )
    return _new(salesforce_id)


def role_of(person: SalesforceUser) -> Role:
    """Manager for whom somebody reports to, or whose role has roles below it; else rep."""
    has_reports = SalesforceUser.objects.filter(manager_id=person.pk, is_active=True).exists()
    has_roles_below = (
        person.role_id is not None and SalesforceRole.objects.filter(parent_id=person.role_id).exists()
    )
    return Role.MANAGER if has_reports or has_roles_below else Role.REP


def _new(salesforce_id: str) -> User:
    person = SalesforceUser.objects.filter(pk=salesforce_id).first()
    if person is None:
        raise NoAccount("You are not known here yet: users are read every few minutes. Try again then.")
    if not person.is_active or person.user_type != "Standard":
        raise NoAccount("Accounts are for active people of the organisation with a Salesforce licence.")
    first, _, last = (person.name or "").rpartition(" ")
    made = User(
        username=(person.username or salesforce_id)[:150],
        salesforce_id=salesforce_id,
        role=role_of(person),
        first_name=first[:150],
        last_name=last[:150],
        email=(person.email or "")[:254],
        time_zone=person.time_zone if person.time_zone in zone_names() else "UTC",
    )
    made.set_unusable_password()
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        # the other of two log-ins at once was quicker, or somebody else has the name
        found = User.objects.filter(salesforce_id=salesforce_id, is_active=True).first()
        if found is None:
            raise NoAccount(
                f"Another account here is called {made.username}. Ask operations to enter your Salesforce user Id"
                f" {salesforce_id} at it, if it is yours."
            ) from None
        return found
    return made
