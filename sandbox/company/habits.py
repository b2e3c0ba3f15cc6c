"""How reps work: the ordinary way, and the eight ways the company is known for."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Habit:
    """One way of working. Shares are between 0 and 1, times in seconds at work.

    `response` is the median time to the first touch, `on_call` the share answered so outside the rep's hours
    too; `ignores` the share of people never picked up;
    `bypasses` the share disposed of untouched; `touches` the mean number of touches of a cadence without
    answer; `closes` the share of those the rep ends; `fit` multiplies the share who talk and are
    qualified; `wins` the share of the opportunities so made that are won.
    """

    key: str
    says: str
    response: int = 40 * 60
    on_call: float = 0.12
    ignores: float = 0.095
    bypasses: float = 0.03
    touches: float = 5.5
    closes: float = 0.85
    fit: float = 1.0
    wins: float = 0.24


ORDINARY = Habit("ordinary", "works as the playbook says, more or less")
OUTBOUND = replace(
    ORDINARY, key="outbound", says="pulls people from the pool and works a long cadence", touches=8.0
)


@dataclass(frozen=True, slots=True)
class Named:
    """A person of the company whom the documentation tells of, in the inbound team West."""

    first: str
    last: str
    habit: Habit

    @property
    def name(self) -> str:
        """First and last name, as Salesforce shows them."""
        return f"{self.first} {self.last}"


ALICE = Named(
    "Alice",
    "Moreau",
    Habit(
        "answers_in_minutes",
        "answers in minutes",
        response=5 * 60,
        on_call=0.85,
        ignores=0.01,
        bypasses=0.01,
        touches=7.5,
    ),
)
BOB = Named(
    "Bob",
    "Castellano",
    Habit("answers_in_days", "answers in days", response=22 * 3600, on_call=0.0, ignores=0.08, touches=3.5),
)
DANA = Named(
    "Dana",
    "Ruiz",
    Habit("bypasses_trade_show", "marked a trade show's leads unqualified within the hour", bypasses=0.12),
)
CHIDI = Named(
    "Chidi",
    "Okonkwo",
    Habit("one_touch", "gives up after one touch", touches=1.0, closes=0.96, response=35 * 60, ignores=0.04),
)
ELIF = Named(
    "Elif",
    "Aydın",
    Habit("never_closes", "never closes what she works", closes=0.0, touches=6.0, ignores=0.02, bypasses=0.0),
)
FARID = Named("Farid", "Haddad", Habit("on_holiday", "is on holiday, and his leads pile up", ignores=0.04))
GRETA = Named(
    "Greta",
    "Lindqvist",
    Habit("books_never_wins", "books many meetings that never win", fit=1.9, wins=0.012, ignores=0.03),
)
HIRO = Named(
    "Hiro",
    "Tanaka",
    Habit(
        "books_few_wins", "books few meetings, and they win", fit=0.55, wins=0.9, touches=7.0, ignores=0.04
    ),
)
NAMED = (ALICE, BOB, CHIDI, DANA, ELIF, FARID, GRETA, HIRO)
