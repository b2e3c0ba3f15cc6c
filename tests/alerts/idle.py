"""A desk at which Alice owns a target account, Fjord Energy, and knows Babbage there."""

from __future__ import annotations

from alerts.idle.scan import tell_idle
from alerts.models import Told
from base.models import Role, User
from leadmodel.settings_store import enter
from sync.models import Account
from sync.pull import pull_object
from sync.salesforce.client import connect
from sync.salesforce.objects import BY_NAME
from tests.alerts.overdue import MODEL, hire
from tests.sync.world import World

TARGETS = "{all: [{field: Account.Industry, operator: is, value: Energy}]}"
PROMISING = MODEL + f"lead_types: {{target_account: {TARGETS}}}\nidle_accounts: {{}}\n"


def open_desk(world: World) -> None:
    """Alice and Bob are Mona's, Eve is Max's; all have accounts here, and Otto is operations."""
    enter(PROMISING)
    hire(world, "Alice", "Bob")
    hire(world, "Eve", manager="Max")
    roles = {"Alice": Role.REP, "Bob": Role.REP, "Eve": Role.REP, "Mona": Role.MANAGER, "Max": Role.MANAGER}
    for name, role in roles.items():
        User.objects.create_user(name.lower(), role=role, salesforce_id=world.user(name))
    User.objects.create_user("otto", role=Role.OPS)
    world.contact("Babbage", AccountId=account(world))
    world.catch_up()


def account(world: World, name: str = "Fjord Energy", *, owner: str = "Alice", **values: object) -> str:
    """A target account of theirs, since now."""
    told = {"Name": name, "Industry": "Energy", "OwnerId": world.user(owner)}
    return world.org.create("Account", told | values, user_id=world.user(owner))


def fjord() -> str:
    return Account.objects.get(name="Fjord Energy").pk


def read_accounts(world: World) -> None:
    """Accounts change seldom, and are read when somebody of the tests says so."""
    world.organisation = world.organisation or connect()
    assert not pull_object(world.organisation, BY_NAME["Account"], now=world.now).is_failure
    world.catch_up()


def look(world: World) -> dict[str, int]:
    """One scan; how many words ended how."""
    done = tell_idle(connect, now=world.now)
    return {str(state): number for state, number in done.items() if number}


def told() -> list[tuple[str, str]]:
    """Who was told what of accounts, oldest first."""
    found = Told.objects.filter(topic="idle_account").order_by("pk")
    return list(found.values_list("to__username", "headline"))
