"""Where people are reached: their address, and the zone they live in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.mails.days import why_no_address
from base.models import User
from base.pages import viewer_zone
from base.zones import zone_called, zone_names
from sync.models import User as SalesforceUser


@dataclass(frozen=True)
class Reach:
    """An active user. `address`: the account's, else that of the Salesforce user; `zone`: Salesforce's, else ours."""

    user: User
    address: str
    zone: ZoneInfo

    @property
    def why_no_mail(self) -> str:
        """Why no mail reaches them, in a sentence; empty where one does."""
        return why_no_address(self.address)


def read_reaches(users: Iterable[User]) -> dict[int, Reach]:
    """Of these users those who are active, here and, where they have a user there, in Salesforce."""
    active = [user for user in users if user.is_active]
    known = [user.salesforce_id for user in active if user.salesforce_id]
    people = SalesforceUser.objects.filter(is_active=True).in_bulk(known)
    found = {}
    for user in active:
        person = people.get(user.salesforce_id or "")
        if person is None and user.salesforce_id:
            continue
        zone = person.time_zone if person is not None else None
        found[user.pk] = Reach(
            user=user,
            address=user.email or (person.email if person is not None else "") or "",
            zone=zone_called(zone) if zone in zone_names() else viewer_zone(user),
        )
    return found
