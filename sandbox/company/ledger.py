"""The ledger: what was planted in the company, so that whoever reads its figures can check them.

It is kept as the store's setting `company_ledger`, a JSON object.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict, cast

from sandbox.company.habits import ALICE, NAMED
from sandbox.company.people import MACHINES, absence_now
from sandbox.company.setup import campaign_id
from sandbox.company.stamps import instant
from sandbox.company.statuses import ALL, UNMAPPED, VAGUE_REASON
from sandbox.company.world import World
from sandbox.org.store import Store

SETTING = "company_ledger"


class HabitEntry(TypedDict):
    """One habit and whose it is."""

    says: str
    user_id: str
    name: str


class LoginEntry(TypedDict):
    """A Salesforce user to whom a demonstration gives a log-in."""

    user_id: str
    username: str
    name: str


class Span(TypedDict):
    """A stretch of time, `from` included and `to` not; instants as rows hold them."""

    start: str
    end: str


class Show(TypedDict):
    """The trade show: all its leads were disposed of untouched."""

    campaign_id: str
    user_id: str
    assigned_at: str
    reason: str
    lead_ids: list[str]


class Ledger(TypedDict):
    """Everything planted."""

    seed: int
    leads: int
    start: str
    now: str
    habits: dict[str, HabitEntry]
    show: Show
    holiday: Span
    fresh: dict[str, list[str]]
    """Kind of open work → the leads planted for it."""
    statuses: list[str]
    unmapped_statuses: list[str]
    leavers: list[str]
    machines: list[str]
    logins: dict[str, LoginEntry]
    """Role in the product (rep, manager, ops) → who stands for it in a demonstration."""
    managers: dict[str, str]
    """Team (name of its role) → its manager's user Id."""
    status_tracking_outage: Span
    history_cut_before: str
    merged: int


@dataclass(slots=True)
class Notes:
    """What is learned while the rows are written."""

    show: list[str] = field(default_factory=list)
    fresh: dict[str, list[str]] = field(default_factory=dict)
    merged: int = 0


def ledger_of(world: World, notes: Notes) -> Ledger:
    """The ledger of a company that has been written."""
    away = absence_now(world.now)
    return {
        "seed": world.seed,
        "leads": world.leads,
        "start": instant(world.start),
        "now": instant(world.now),
        "habits": {
            one.habit.key: {
                "says": one.habit.says,
                "user_id": world.staff.named(one.name).id,
                "name": one.name,
            }
            for one in NAMED
        },
        "show": {
            "campaign_id": campaign_id(world.campaigns.show_number),
            "user_id": world.show_rep.id,
            "assigned_at": instant(world.show_at + 600),
            "reason": VAGUE_REASON,
            "lead_ids": notes.show,
        },
        "holiday": {"start": instant(away[0]), "end": instant(away[1])},
        "fresh": notes.fresh,
        "statuses": list(ALL),
        "unmapped_statuses": list(UNMAPPED),
        "leavers": [rep.id for rep in world.staff.leavers],
        "machines": [machine.id for machine in MACHINES],
        "logins": logins(world),
        "managers": {team: rep.id for team, rep in world.staff.managers.items()},
        "status_tracking_outage": {"start": instant(world.outage[0]), "end": instant(world.outage[1])},
        "history_cut_before": instant(world.start + 75 * 86_400),
        "merged": notes.merged,
    }


def logins(world: World) -> dict[str, LoginEntry]:
    """One rep (who answers in minutes), that rep's manager, and operations."""
    people = {
        "rep": world.staff.named(ALICE.name),
        "manager": world.staff.managers["Inbound SDR West"],
        "ops": world.staff.operations,
    }
    return {
        role: {"user_id": one.id, "username": one.username, "name": one.name} for role, one in people.items()
    }


def read_ledger(store: Store) -> Ledger | None:
    """The ledger of the company in this store; None where another organisation lives in it."""
    return cast("Ledger | None", store.setting(SETTING))
