"""Who is there while the company lives: read from the organisation's users, so changes to them count."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.company.habits import FARID, NAMED, ORDINARY, OUTBOUND, Habit
from sandbox.company.ledger import Ledger
from sandbox.company.people import EXECUTIVE_ROLE, INBOUND_ROLE, OUTBOUND_ROLE
from sandbox.org.store import Store


@dataclass(frozen=True, slots=True)
class Member:
    """An active user who works with people."""

    id: str
    name: str
    role: str
    habit: Habit
    away: bool


@dataclass(frozen=True, slots=True)
class Crew:
    """Everybody at work now, by role."""

    members: tuple[Member, ...]

    def by_id(self, user_id: object) -> Member | None:
        """The member with this Id; None for queues, machines and those who have left."""
        return next((one for one in self.members if one.id == user_id), None)

    def team(self, role: str) -> tuple[Member, ...]:
        """Those of one role."""
        return tuple(one for one in self.members if one.role == role)

    def inbound(self, territory: str) -> tuple[Member, ...]:
        """The sales development reps of this territory (of every one when it has none)."""
        return self.team(f"{INBOUND_ROLE} {territory}") or self.kind(INBOUND_ROLE)

    def kind(self, role: str) -> tuple[Member, ...]:
        """Those whose role begins so, whatever the territory."""
        return tuple(one for one in self.members if one.role.startswith(role))

    def executive(self, rng: Random) -> Member | None:
        """Some account executive."""
        executives = self.kind(EXECUTIVE_ROLE)
        return rng.choice(executives) if executives else None


def crew_of(store: Store, ledger: Ledger, now: str) -> Crew:
    """The crew at this instant (as rows hold it)."""
    habits = {ledger["habits"][one.habit.key]["user_id"]: one.habit for one in NAMED}
    found = store.connection.execute(
        'SELECT u."Id", u."Name", r."Name" FROM "User" u JOIN "UserRole" r ON r."Id" = u."UserRoleId" '
        'WHERE u."IsActive" ORDER BY u."Id"'
    )
    members = []
    for user_id, name, role in found:
        if role.endswith("Manager") or not role.startswith((INBOUND_ROLE, OUTBOUND_ROLE, EXECUTIVE_ROLE)):
            continue
        habit = habits.get(user_id, OUTBOUND if role.startswith(OUTBOUND_ROLE) else ORDINARY)
        away = habit is FARID.habit and now < ledger["holiday"]["end"]
        members.append(Member(user_id, name, role, habit, away))
    return Crew(tuple(members))
