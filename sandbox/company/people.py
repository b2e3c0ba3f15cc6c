"""Who works at the company: teams, managers, account executives, machines, and those who have left."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from unicodedata import normalize

from sandbox.company.habits import FARID, NAMED, ORDINARY, OUTBOUND, Habit
from sandbox.company.hours import DAY, HOUR, TERRITORIES, Office
from sandbox.org.ids import make_id

FIRST_USER = 101
FIRST_QUEUE = 11
FIRST_ROLE = 11
DOMAIN = "fieldnote.example"

ZONES = {
    "West": "America/Los_Angeles",
    "East": "America/New_York",
    "EMEA": "Europe/Berlin",
    "Americas": "America/New_York",
}
INBOUND_ROLE = "Inbound SDR"
OUTBOUND_ROLE = "Outbound SDR"
EXECUTIVE_ROLE = "Account Executive"

_GIVEN = tuple(
    "Tomás Yuki Nadia Peter Amara Sven Leila Marek Isla Kofi Renée Dmitri Maya Hugo Zainab Oskar Carmen "
    "Freya Mateus Anneke Viktor Salma Declan Wei Paloma Jonas Aisha Emil Noor Stefan Thandiwe Felix "
    "Levi".split()
)
_FAMILY = tuple(
    "Brandt Mwangi Delacroix Petrov Silva Nakamura Hansen Osei Kowalski Bianchi Farouk Novak Iversen "
    "Sato Adeyemi Larsen Moretti Khan Fischer Dubček Costa Ivanova Byrne Chen Diallo "
    "Rahman Vasquez".split()
)


@dataclass(slots=True, eq=False)
class Rep:
    """A Salesforce user of the company who works with people, or leads those who do."""

    number: int
    first: str
    last: str
    role: str
    territory: str
    habit: Habit
    office: Office
    left_at: int | None = None
    manager: Rep | None = None
    title: str = "Sales Development Representative"
    id: str = field(init=False)
    name: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = make_id("005", self.number)
        self.name = f"{self.first} {self.last}"

    @property
    def username(self) -> str:
        """The Salesforce user name, unlike any other."""
        plain = normalize("NFKD", f"{self.first}.{self.last}".replace("ı", "i"))
        return f"{plain.encode('ascii', 'ignore').decode().lower()}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Machine:
    """A user that is a program."""

    number: int
    name: str
    username: str
    id: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue that can own leads."""

    id: str
    name: str
    developer_name: str


def _machine(number: int, name: str) -> Machine:
    username = f"{name.lower().replace(' ', '.')}@{DOMAIN}"
    return Machine(number, name, username, make_id("005", number))


ROUTER = _machine(FIRST_USER, "Lead Router")
ENGAGEMENT = _machine(FIRST_USER + 1, "Cadence Sync")
WEBSITE = _machine(FIRST_USER + 2, "Website Forms")
STALE_FLOW = _machine(FIRST_USER + 3, "Stale Lead Flow")
MACHINES = (ROUTER, ENGAGEMENT, WEBSITE, STALE_FLOW)


def _queue(number: int, name: str) -> Queue:
    return Queue(make_id("00G", FIRST_QUEUE + number), name, name.replace(" ", "_"))


INBOUND_QUEUES = {territory: _queue(n, f"Inbound {territory}") for n, territory in enumerate(TERRITORIES)}
POOL = _queue(3, "Outbound Pool")
MARKETING_QUEUE = _queue(4, "Marketing")
QUEUES = (*INBOUND_QUEUES.values(), POOL, MARKETING_QUEUE)


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, by what they do. Leavers stand in their old team and under `leavers`."""

    inbound: dict[str, tuple[Rep, ...]]
    outbound: dict[str, tuple[Rep, ...]]
    executives: dict[str, tuple[Rep, ...]]
    managers: dict[str, Rep]
    head: Rep
    operations: Rep
    everyone: tuple[Rep, ...]
    roles: tuple[tuple[str, str, str | None], ...]
    """(Id, name, parent's Id) of each UserRole."""

    @property
    def leavers(self) -> tuple[Rep, ...]:
        """Those who have left."""
        return tuple(rep for rep in self.everyone if rep.left_at is not None)

    def named(self, name: str) -> Rep:
        """The person of this name."""
        return next(rep for rep in self.everyone if rep.name == name)

    def role_id(self, role: str) -> str:
        """The Id of the role of this name."""
        return next(id_ for id_, name, _ in self.roles if name == role)


def hire(*, reps: int, rng: Random, start: int, now: int) -> Staff:
    """The company's people: `reps` of them sales development or account executives, the rest lead them."""
    return _Hiring(rng, start, now).staff(reps)


class _Hiring:
    def __init__(self, rng: Random, start: int, now: int) -> None:
        self._rng = rng
        self._start = start - 5 * DAY
        self._end = now + 60 * DAY
        self._now = now
        self._everyone: list[Rep] = []
        self._roles: list[tuple[str, str, str | None]] = []
        self._names = [f"{given}|{family}" for given in _GIVEN for family in _FAMILY]
        rng.shuffle(self._names)

    def staff(self, reps: int) -> Staff:
        head_role = self._role("VP Sales", None)
        self._role("Sales Operations", head_role)
        head = self._hire("VP Sales", "East", ORDINARY, title="VP Sales", name=("Nora", "Whitfield"))
        operations = self._hire(
            "Sales Operations",
            "East",
            ORDINARY,
            title="Revenue Operations",
            name=("Otto", "Lang"),
            manager=head,
        )
        managers: dict[str, Rep] = {}
        inbound = {}
        sizes = _sizes(reps)
        for territory in TERRITORIES:
            name = ("Mona", "Reyes") if territory == "West" else None
            manager = self._manager(f"{INBOUND_ROLE} {territory}", territory, head, head_role, name)
            managers[manager.role.removesuffix(" Manager")] = manager
            inbound[territory] = self._team(
                f"{INBOUND_ROLE} {territory}", territory, sizes[territory], ORDINARY, manager
            )
        outbound = {}
        executives = {}
        for territory in ("Americas", "EMEA"):
            manager = self._manager(f"{OUTBOUND_ROLE} {territory}", territory, head, head_role)
            managers[f"{OUTBOUND_ROLE} {territory}"] = manager
            outbound[territory] = self._team(
                f"{OUTBOUND_ROLE} {territory}", territory, sizes["outbound"], OUTBOUND, manager
            )
            manager = self._manager(f"{EXECUTIVE_ROLE} {territory}", territory, head, head_role)
            managers[f"{EXECUTIVE_ROLE} {territory}"] = manager
            executives[territory] = self._team(
                f"{EXECUTIVE_ROLE} {territory}",
                territory,
                sizes["executives"],
                ORDINARY,
                manager,
                "Account Executive",
            )
        for territory, days in (("East", 70), ("EMEA", 150), ("West", 220)):
            role = f"{INBOUND_ROLE} {territory}"
            gone = self._hire(
                role,
                territory,
                ORDINARY,
                left_at=(self._now // DAY - days) * DAY + 3 * HOUR,
                manager=managers[role],
            )
            inbound[territory] = (*inbound[territory], gone)
        return Staff(
            inbound,
            outbound,
            executives,
            managers,
            head,
            operations,
            tuple(self._everyone),
            tuple(self._roles),
        )

    def _role(self, name: str, parent: str | None) -> str:
        role_id = make_id("00E", FIRST_ROLE + len(self._roles))
        self._roles.append((role_id, name, parent))
        return role_id

    def _manager(
        self, team: str, territory: str, head: Rep, head_role: str, name: tuple[str, str] | None = None
    ) -> Rep:
        role_id = self._role(f"{team} Manager", head_role)
        self._role(team, role_id)
        return self._hire(
            f"{team} Manager", territory, ORDINARY, title="Sales Manager", name=name, manager=head
        )

    def _team(
        self,
        role: str,
        territory: str,
        size: int,
        habit: Habit,
        manager: Rep,
        title: str = "Sales Development Representative",
    ) -> tuple[Rep, ...]:
        team = []
        if role == f"{INBOUND_ROLE} West":
            team = [
                self._hire(role, territory, one.habit, name=(one.first, one.last), manager=manager)
                for one in NAMED
            ]
        while len(team) < size:
            team.append(self._hire(role, territory, habit, title=title, manager=manager))
        return tuple(team)

    def _hire(
        self,
        role: str,
        territory: str,
        habit: Habit,
        *,
        title: str = "Sales Development Representative",
        name: tuple[str, str] | None = None,
        left_at: int | None = None,
        manager: Rep | None = None,
    ) -> Rep:
        given, family = name or self._names.pop().split("|")
        number = FIRST_USER + len(MACHINES) + len(self._everyone)
        office = Office(ZONES[territory], self._start, self._end, self._absences(habit))
        rep = Rep(number, given, family, role, territory, habit, office, left_at, manager, title)
        self._everyone.append(rep)
        return rep

    def _absences(self, habit: Habit) -> tuple[tuple[int, int], ...]:
        """A week twice a year, never in the last month; one rep is away right now."""
        if habit is FARID.habit:
            return (absence_now(self._now),)
        first = self._start + int(self._rng.uniform(20, 150)) * DAY
        second = self._start + int(self._rng.uniform(170, 320)) * DAY
        return ((first, first + 7 * DAY), (second, second + 7 * DAY))


def absence_now(now: int) -> tuple[int, int]:
    """From when to when the rep on holiday is away: some nine days so far, four to come, from midnight in the West."""
    midnight = now // DAY * DAY + 8 * HOUR
    return midnight - 9 * DAY, midnight + 4 * DAY


def _sizes(reps: int) -> dict[str, int]:
    outbound = max(2, reps // 10)
    executives = max(2, reps // 8)
    inbound = max(12, reps - 2 * outbound - 2 * executives)
    west = max(len(NAMED) + 2, inbound * 45 // 100)
    east = max(1, (inbound - west) // 2)
    return {
        "West": west,
        "East": east,
        "EMEA": max(1, inbound - west - east),
        "outbound": outbound,
        "executives": executives,
    }
