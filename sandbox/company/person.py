"""One person, before anything happens: who they are and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from sandbox.company.hours import HOUR
from sandbox.company.names import TITLES, Country, draw_country
from sandbox.company.sources import Source

STUDENT = "Student"


@dataclass(frozen=True, slots=True)
class Person:
    """What a lead says of a person. `company` is a number of `names.company_name`."""

    number: int
    arrival: int
    source: Source
    country: Country
    first: str
    last: str
    title: str
    company: int
    known_account: bool
    score: int
    """Lead score, 0 to 100."""

    @property
    def email(self) -> str:
        """An address in a domain nobody can own."""
        return f"person{self.number}@company{self.company}.example"

    @property
    def grade(self) -> str:
        """A (best) to D, from the score."""
        return "A" if self.score >= 80 else "B" if self.score >= 60 else "C" if self.score >= 35 else "D"

    @property
    def rating(self) -> str:
        """Hot, Warm or Cold, from the score."""
        return "Hot" if self.score >= 80 else "Warm" if self.score >= 45 else "Cold"


def draw_person(*, number: int, arrival: int, source: Source, accounts: int, rng: Random) -> Person:
    """Somebody new. A third work at one of the first `accounts` companies, which Salesforce knows already."""
    random = rng.random
    country = draw_country(rng, arrival // HOUR % 24)
    known = accounts > 0 and random() < 0.35
    spread = 26 if source.inbound else 18
    return Person(
        number=number,
        arrival=arrival,
        source=source,
        country=country,
        first=country.given[int(random() * len(country.given))],
        last=country.family[int(random() * len(country.family))],
        title=TITLES[int(random() * len(TITLES))],
        company=int(random() * accounts) if known else accounts + number,
        known_account=known,
        score=min(100, max(1, int(rng.gauss(32 + 45 * source.assigned, spread)))),
    )
