"""A random life of a small organisation, for tests that must hold whatever happens in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from tests.sync.world import World

STATUSES = ("New", "Assigned", "Working", "Qualified", "Nurture", "Unqualified", "Parked")
REPS = ("Alice", "Bob", "Mona")
CHANGES = (
    "lead", "lead", "contact", "status", "status", "status", "owner", "owner", "rename", "delete",
    "undelete", "convert", "convert", "merge", "call", "call", "open task", "finish", "meeting", "campaign", "role",
    "stage", "hire", "move", "move",
)  # fmt: skip
"""What may happen, the usual more often."""


@dataclass
class Life:
    """What happens, drawn from a seed; a change that cannot happen now is left out."""

    world: World
    random: Random
    leads: list[str] = field(default_factory=list)
    contacts: list[str] = field(default_factory=list)
    bin: list[str] = field(default_factory=list)
    tasks: list[str] = field(default_factory=list)
    opportunities: list[str] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    """In a campaign or a deal: what hangs on them would be gone at once when they were deleted."""

    def begin(self) -> None:
        """Some people to begin with, so that anything can happen."""
        for what in ("lead",) * 5 + ("contact",) * 2 + ("call", "campaign", "convert"):
            self.happen(what)

    def happen(self, what: str) -> None:
        """One change, somewhere."""
        {
            "lead": self._lead,
            "contact": self._contact,
            "status": self._status,
            "owner": self._owner,
            "rename": self._rename,
            "delete": self._delete,
            "undelete": self._undelete,
            "convert": self._convert,
            "merge": self._merge,
            "call": self._call,
            "open task": self._open_task,
            "finish": self._finish,
            "meeting": self._meeting,
            "campaign": self._campaign,
            "role": self._role,
            "stage": self._stage,
            "hire": self._hire,
            "move": self._move,
        }[what]()

    def _one(self, some: list[str]) -> str | None:
        return self.random.choice(some) if some else None

    def _rep(self) -> str:
        return self.random.choice(REPS)

    def _anybody(self) -> str | None:
        return self._one(self.leads + self.contacts)

    @staticmethod
    def _object(record_id: str) -> str:
        return {"00Q": "Lead", "003": "Contact"}[record_id[:3]]

    def _lead(self) -> None:
        self.leads.append(self.world.lead(owner=self._rep(), Status=self.random.choice(STATUSES)))

    def _contact(self) -> None:
        self.contacts.append(self.world.contact(owner=self._rep()))

    def _status(self) -> None:
        if lead := self._one(self.leads):
            values = {"Status": self.random.choice(STATUSES)}
            self.world.org.update("Lead", lead, values, user_id=self.world.user(self._rep()))

    def _owner(self) -> None:
        if who := self._anybody():
            rep = self._rep()
            if who in self.leads and self.random.random() < 0.3:
                rep = "Queue"
            self.world.org.update(self._object(who), who, {"OwnerId": self._holder(rep)})

    def _holder(self, name: str) -> str:
        if name != "Queue":
            return self.world.user(name)
        if name not in self.world.users:
            queue = {"Name": "Inbound", "DeveloperName": "Inbound", "Type": "Queue"}
            self.world.users[name] = self.world.org.create("Group", queue)
        return self.world.users[name]

    def _rename(self) -> None:
        if who := self._anybody():
            name = f'O"Hara, {self.random.randint(1, 99)}\n李 ✨'
            self.world.org.update(self._object(who), who, {"LastName": name, "Title": "NA"})

    def _delete(self) -> None:
        if who := self._one([w for w in self.leads + self.contacts if w not in self.kept]):
            self.world.org.delete(self._object(who), who)
            self._drop(who)
            self.bin.append(who)

    def _undelete(self) -> None:
        if who := self._one(self.bin):
            self.bin.remove(who)
            self.world.org.undelete(self._object(who), who)
            (self.leads if who.startswith("00Q") else self.contacts).append(who)

    def _convert(self) -> None:
        if lead := self._one(self.leads):
            deal = {"Name": "Deal", "StageName": "Prospecting"} if self.random.random() < 0.5 else None
            done = self.world.org.convert(
                lead, status="Qualified", opportunity=deal, user_id=self.world.user(self._rep())
            )
            self.leads.remove(lead)
            self.contacts.append(done.contact_id)
            if done.opportunity_id:
                self.opportunities.append(done.opportunity_id)
                self.kept.add(done.contact_id)
            if lead in self.kept:
                self.kept.add(done.contact_id)

    def _merge(self) -> None:
        some = self.leads if self.random.random() < 0.7 else self.contacts
        loser = self._one([who for who in some if who not in self.kept])
        if loser and (winner := self._one([who for who in some if who != loser])):
            self.world.org.merge(winner, [loser])
            self._drop(loser)

    def _drop(self, who: str) -> None:
        for some in (self.leads, self.contacts):
            if who in some:
                some.remove(who)

    def _call(self) -> None:
        if who := self._anybody():
            self.tasks.append(self.world.call(who, owner=self._rep()))

    def _open_task(self) -> None:
        if who := self._anybody():
            self.tasks.append(self.world.call(who, owner=self._rep(), Status="Not Started"))

    def _finish(self) -> None:
        task = self._one(self.tasks)
        if task and not (self.world.org.store.row("Task", task) or {}).get("IsDeleted"):
            status = self.random.choice(("Completed", "Not Started"))
            self.world.org.update("Task", task, {"Status": status})

    def _move(self) -> None:
        task, who = self._one(self.tasks), self._anybody()
        if task and who and not (self.world.org.store.row("Task", task) or {}).get("IsDeleted"):
            self.world.org.update("Task", task, {"WhoId": who})

    def _meeting(self) -> None:
        if who := self._anybody():
            times = {"StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T10:00:00Z"}
            event = {"WhoId": who, "Subject": "Meeting", "OwnerId": self.world.user(self._rep())}
            self.world.org.create("Event", event | times)

    def _campaign(self) -> None:
        if who := self._one([w for w in self.leads if w not in self.kept]):
            campaign = self.world.org.create("Campaign", {"Name": "Trade show"})
            self.world.org.create("CampaignMember", {"CampaignId": campaign, "LeadId": who})
            self.kept.add(who)

    def _role(self) -> None:
        contact, deal = self._one(self.contacts), self._one(self.opportunities)
        if contact and deal and contact not in self.kept:
            self.world.org.create("OpportunityContactRole", {"OpportunityId": deal, "ContactId": contact})
            self.kept.add(contact)

    def _stage(self) -> None:
        if deal := self._one(self.opportunities):
            stage = self.random.choice(("Prospecting", "Qualification", "Closed Won", "Closed Lost"))
            self.world.org.update("Opportunity", deal, {"StageName": stage})

    def _hire(self) -> None:
        name = f"Rep{len(self.world.users)}"
        new = self.world.user(name)
        if lead := self._one(self.leads):
            self.world.org.update("Lead", lead, {"OwnerId": new})
