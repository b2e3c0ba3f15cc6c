"""The notebook of one person's story: what has happened so far, and how to write the next line."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from sandbox.company.happenings import Activity, Actor, Converted, Happening, Planned, Update
from sandbox.company.hours import DAY, HOUR
from sandbox.company.names import company_name
from sandbox.company.people import ENGAGEMENT, Rep
from sandbox.company.person import Person
from sandbox.company.world import World

AUTOMATIC = "Automatic: "
"""How the engagement tool begins the subject of what it sends by itself."""
INCOMING = "Reply received: "
"""How it begins the subject of what came in."""

_CALLS = ("Call: left voicemail", "Call: no answer", "Call: gatekeeper", "Call 2nd number")
_MAILS = (
    "Email: {first}, a thought on {company}",
    "Email: quick question",
    "Email: following up",
    "Email: one-pager",
)
_OTHER = ("LinkedIn: connection request", "LinkedIn: message")
_AUTOMATIC_MAILS = (
    "Thanks for your interest",
    "Your guide is inside",
    "Did you see this?",
    "Still thinking it over?",
)


class Closed(NamedTuple):
    """How and when a sales attempt ended; `kind` is nurture, unqualified, withdrawn or done."""

    kind: str
    at: int


class Story:
    """One person's happenings, written in any order up to `world.now`; what would come later is left out."""

    __slots__ = ("converted", "cycle", "happenings", "now", "person", "rng", "world")

    def __init__(self, world: World, person: Person, rng: Random) -> None:
        self.world = world
        self.person = person
        self.rng = rng
        self.now = world.now
        self.cycle = 0
        self.converted = False
        self.happenings: list[Happening] = []

    def add(self, happening: Happening) -> None:
        """Writes one happening down, unless it lies in the future."""
        if happening.at <= self.now:
            self.happenings.append(happening)
            if type(happening) is Converted:
                self.converted = True

    def chance(self, share: float) -> bool:
        """Whether something happens that happens with this share."""
        return self.rng.random() < share

    def save(
        self,
        at: int,
        by: Actor,
        status: str | None = None,
        *,
        nurture: str | None = None,
        unqualified: str | None = None,
    ) -> None:
        """A change of status, with its reason."""
        self.add(Update(at, by, status, nurture=nurture, unqualified=unqualified))

    def touch(self, rep: Rep, at: int, step: int) -> int:
        """One step of a cadence by hand; answers when Salesforce learned of it.

        Some calls are entered only days later, and half of all steps are logged by the engagement tool in
        the rep's name.
        """
        random = self.rng.random
        draw = random()
        if draw < 0.45:
            subject, subtype = _CALLS[int(random() * len(_CALLS))], "Call"
            if random() < 0.012:
                logged = rep.office.after(at + int((2 + 4 * random()) * DAY), 0)
                self.add(Activity(logged, rep, rep, subject, "Call", at, "Call"))
                return logged
        elif draw < 0.9:
            subject, subtype = _MAILS[step % len(_MAILS)], "Email"
            if "{" in subject:
                subject = subject.format(first=self.person.first, company=company_name(self.person.company))
        else:
            subject, subtype = _OTHER[int(random() * len(_OTHER))], "LinkedIn"
        by: Actor = ENGAGEMENT if random() < 0.5 else rep
        self.add(Activity(at, by, rep, subject, subtype, at, subtype if subtype != "LinkedIn" else "Other"))
        return at

    def automatic_mail(self, at: int, owner: Rep | None) -> None:
        """Something the engagement tool sends by itself, in its own name or in the rep's."""
        subject = AUTOMATIC + _AUTOMATIC_MAILS[int(self.rng.random() * len(_AUTOMATIC_MAILS))]
        holder: Actor = owner if owner is not None and self.rng.random() < 0.6 else ENGAGEMENT
        self.add(Activity(at, ENGAGEMENT, holder, subject, "Email", at, "Email"))

    def reply(self, at: int, owner: Rep) -> None:
        """The person writes back; the engagement tool logs it."""
        subject = INCOMING + self.person.source.campaign
        self.add(Activity(at, ENGAGEMENT, owner, subject, "Email", at, "Email"))

    def plan(self, rep: Rep, at: int, due: int) -> None:
        """The next step, still to be done when the story ends."""
        if self.chance(0.6):
            self.add(Planned(min(at, self.now), rep, "Next step: call again", due))

    def colleague(self, rep: Rep, at: int) -> Rep:
        """Somebody else of the rep's team who works there at this instant; the rep alone in a team of one."""
        team = self.world.staff.inbound.get(rep.territory, ())
        if rep not in team:
            team = self.world.staff.outbound.get(rep.territory, ())
        others = [one for one in team if one is not rep and here(one, at)]
        return others[int(self.rng.random() * len(others))] if others else rep


def here(rep: Rep, at: int) -> bool:
    """Whether the rep works for the company at this instant and is back at work within two days."""
    return (rep.left_at is None or at < rep.left_at) and rep.office.after(at, 0) - at < 4 * DAY - 6 * HOUR
