"""Turns one person's happenings into the rows Salesforce would hold of them now."""

from __future__ import annotations

from typing import NamedTuple

from sandbox.company.activity_rows import event_row, task_row
from sandbox.company.deal_rows import write_deal
from sandbox.company.happenings import (
    Absorbed,
    Activity,
    Actor,
    Converted,
    Created,
    Dealt,
    Happening,
    Holder,
    Joined,
    Meeting,
    MergedAway,
    Planned,
    Update,
)  # fmt: skip
from sandbox.company.names import company_name
from sandbox.company.person import Person
from sandbox.company.setup import account_id, account_row, campaign_id
from sandbox.company.sink import Row, Sink, Value
from sandbox.company.stamps import day, instant
from sandbox.company.statuses import OPTED_OUT
from sandbox.company.world import World
from sandbox.org.ids import make_id


class Parent(NamedTuple):
    """What activities hang on: a lead or contact, and since when; and the campaigns it is a member of."""

    who_id: str
    since: int
    campaigns: frozenset[int] = frozenset()


class Winner(NamedTuple):
    """What a duplicate was merged into."""

    lead_id: str
    parent: Parent


def lead_id(number: int) -> str:
    """The Id of the lead of this number (0 and up)."""
    return make_id("00Q", number + 1)


def write(
    sink: Sink,
    world: World,
    person: Person,
    happenings: list[Happening],
    *,
    winner: Winner | None = None,
) -> Parent:
    """Writes a person's rows, those of a merged one under its winner. Answers what its activities hang on."""
    return _Record(sink, world, person, winner).write(happenings)


class _Record:
    """One lead, and the contact it may become, while its happenings go by."""

    def __init__(self, sink: Sink, world: World, person: Person, winner: Winner | None) -> None:
        self._sink = sink
        self._world = world
        self._person = person
        self._winner = winner
        self._lead_id = lead_id(person.number)
        self._history_since = world.history_since(person.number)
        self._owner: Holder
        self._status = ""
        self._assigned: str | None = None
        self._nurture: str | None = None
        self._unqualified: str | None = None
        self._lead: Row = {}
        self._contact: Row | None = None
        self._parent: Parent = Parent(self._lead_id, 0)

    def write(self, happenings: list[Happening]) -> Parent:
        hanging: list[Activity | Planned | Meeting] = []
        joined: dict[int, Joined] = {}
        for one in happenings:
            if isinstance(one, (Activity, Planned, Meeting)):
                hanging.append(one)
            elif isinstance(one, Update):
                self._update(one)
            elif isinstance(one, Created):
                self._create(one)
            elif isinstance(one, Joined):
                joined.setdefault(one.campaign, one)
            elif isinstance(one, Converted):
                self._convert(one)
            elif isinstance(one, Dealt):
                write_deal(self._sink, self._world, self._person, one.deal, self._contact or self._lead)
            else:
                self._merge(one)
        self._finish(hanging)
        parent = self._parent if self._winner is None else self._winner.parent
        for one in hanging:
            if isinstance(one, Meeting):
                self._sink.put(
                    "Event", event_row(self._sink, one, parent.who_id, parent.since, self._world.now)
                )
            else:
                self._sink.put("Task", task_row(self._sink, one, parent.who_id, parent.since))
        self._join(joined)
        return parent._replace(campaigns=frozenset(joined))

    def _create(self, one: Created) -> None:
        person = self._person
        at = instant(one.at)
        self._owner, self._status = one.owner, one.status
        self._lead = {
            "Id": self._lead_id,
            "IsDeleted": False,
            "MasterRecordId": None,
            "LastName": person.last,
            "FirstName": person.first,
            "Title": person.title,
            "Company": company_name(person.company),
            "Country": person.country.name,
            "Phone": f"+1 202 555 {100 + person.number % 100:04d}",
            "Email": person.email,
            "LeadSource": person.source.name,
            "Status": one.status,
            "Rating": person.rating,
            "OwnerId": one.owner.id,
            "HasOptedOutOfEmail": False,
            "IsConverted": False,
            "ConvertedDate": None,
            "ConvertedAccountId": None,
            "ConvertedContactId": None,
            "ConvertedOpportunityId": None,
            "CreatedDate": at,
            "CreatedById": one.by.id,
            "LastModifiedDate": at,
            "LastModifiedById": one.by.id,
            "SystemModstamp": at,
            "LastActivityDate": None,
            "Lead_Score__c": person.score,
            "Grade__c": person.grade,
            "Nurture_Reason__c": None,
            "Unqualified_Reason__c": None,
            "Assigned_Date__c": None,
        }
        self._told(one.at, at, one.by, "created", "Text", None, None)

    def _update(self, one: Update) -> None:
        at = instant(one.at)
        status_field = "Status" if self._contact is None else "Status__c"
        if one.status is not None and one.status != self._status:
            if self._contact is not None or self._world.tracked(number=self._person.number, at=one.at):
                self._told(one.at, at, one.by, status_field, "DynamicEnum", self._status, one.status)
            self._status = one.status
        if one.owner is not None and one.owner is not self._owner:
            self._told(one.at, at, one.by, "Owner", "Text", self._owner.name, one.owner.name)
            self._told(one.at, at, one.by, "Owner", "EntityId", self._owner.id, one.owner.id)
            self._owner = one.owner
        if one.assigned:
            self._told(one.at, at, one.by, "Assigned_Date__c", "DateTime", self._assigned, at)
            self._assigned = at
        if one.nurture is not None and one.nurture != self._nurture:
            self._told(one.at, at, one.by, "Nurture_Reason__c", "DynamicEnum", self._nurture, one.nurture)
            self._nurture = one.nurture
        if one.unqualified is not None and one.unqualified != self._unqualified:
            self._told(
                one.at, at, one.by, "Unqualified_Reason__c", "DynamicEnum", self._unqualified, one.unqualified
            )
            self._unqualified = one.unqualified
        self._stamp(self._contact if self._contact is not None else self._lead, at, one.by)

    def _convert(self, one: Converted) -> None:
        person = self._person
        at = instant(one.at)
        if one.status != self._status:
            if self._world.tracked(number=person.number, at=one.at):
                self._told(one.at, at, one.by, "Status", "DynamicEnum", self._status, one.status)
            self._status = one.status
        self._told(one.at, at, one.by, "leadConverted", "Text", None, None)
        account = account_id(person.company)
        if not person.known_account:
            self._sink.put("Account", account_row(self._world, person.company, one.at, one.owner, one.by))
        contact = self._sink.contacts.next()
        self._contact = {
            "Id": contact,
            "IsDeleted": False,
            "AccountId": account,
            "LastName": person.last,
            "FirstName": person.first,
            "Title": person.title,
            "Phone": self._lead["Phone"],
            "Email": person.email,
            "LeadSource": person.source.name,
            "OwnerId": one.owner.id,
            "CreatedDate": at,
            "CreatedById": one.by.id,
            "LastModifiedDate": at,
            "LastModifiedById": one.by.id,
            "SystemModstamp": at,
            "LastActivityDate": None,
            "Status__c": one.status,
            "Nurture_Reason__c": self._nurture,
            "Unqualified_Reason__c": self._unqualified,
            "Assigned_Date__c": self._assigned,
        }
        self._put_state(self._lead, "Status")
        self._stamp(self._lead, at, one.by)
        self._lead["IsConverted"] = True
        self._lead["ConvertedDate"] = day(one.at)
        self._lead["ConvertedAccountId"] = account
        self._lead["ConvertedContactId"] = contact
        self._owner = one.owner
        self._parent = Parent(contact, one.at)
        self._told(one.at, at, one.by, "created", "Text", None, None)
        if one.deal is not None:
            self._lead["ConvertedOpportunityId"] = write_deal(
                self._sink, self._world, person, one.deal, self._contact
            )

    def _merge(self, one: Absorbed | MergedAway) -> None:
        at = instant(one.at)
        if isinstance(one, Absorbed):
            self._told(one.at, at, one.by, "leadMerged", "Text", None, None)
        elif self._winner is not None:
            self._lead["IsDeleted"] = True
            self._lead["MasterRecordId"] = self._winner.lead_id
            parent = self._winner.parent
            self._winner = self._winner._replace(parent=parent._replace(since=max(parent.since, one.at)))
        self._stamp(self._lead, at, one.by)

    def _told(
        self, at: int, text: str, by: Actor, field: str, kind: str, old: str | None, new: str | None
    ) -> None:
        """A history row, unless it was cut."""
        if at < self._history_since:
            return
        on_contact = self._contact is not None
        parent: Value = self._contact["Id"] if self._contact is not None else self._lead_id
        self._sink.put(
            "ContactHistory" if on_contact else "LeadHistory",
            {
                "Id": self._sink.histories.next(),
                "IsDeleted": False,
                "ContactId" if on_contact else "LeadId": parent,
                "CreatedById": by.id,
                "CreatedDate": text,
                "Field": field,
                "DataType": kind,
                "OldValue": old,
                "NewValue": new,
            },
        )

    def _stamp(self, row: Row, at: str, by: Actor) -> None:
        row["LastModifiedDate"] = row["SystemModstamp"] = at
        row["LastModifiedById"] = by.id

    def _put_state(self, row: Row, status_field: str) -> None:
        """Writes what has been changing into the row; a converted lead's stays as it was then."""
        row[status_field] = self._status
        row["OwnerId"] = self._owner.id
        row["Nurture_Reason__c"] = self._nurture
        row["Unqualified_Reason__c"] = self._unqualified
        row["Assigned_Date__c"] = self._assigned
        if status_field == "Status":
            row["HasOptedOutOfEmail"] = self._status == OPTED_OUT

    def _finish(self, hanging: list[Activity | Planned | Meeting]) -> None:
        row = self._lead if self._contact is None else self._contact
        self._put_state(row, "Status" if self._contact is None else "Status__c")
        done = [one.done for one in hanging if isinstance(one, Activity)]
        row["LastActivityDate"] = day(max(done)) if done else None
        self._sink.put("Lead", self._lead)
        if self._contact is not None:
            self._sink.put("Contact", self._contact)

    def _join(self, joined: dict[int, Joined]) -> None:
        lead = self._lead_id if self._winner is None else self._winner.lead_id
        contact: Value = self._contact["Id"] if self._contact is not None else None
        taken = self._winner.parent.campaigns if self._winner is not None else frozenset()
        for one in joined.values():
            if one.campaign in taken:
                continue
            at = instant(one.at)
            responded = one.status == "Responded"
            owner = self._world.staff.operations.id
            self._sink.put(
                "CampaignMember",
                {
                    "Id": self._sink.members.next(),
                    "IsDeleted": False,
                    "CampaignId": campaign_id(one.campaign),
                    "LeadId": lead,
                    "ContactId": contact,
                    "Status": one.status,
                    "HasResponded": responded,
                    "CreatedDate": at,
                    "CreatedById": owner,
                    "LastModifiedDate": at,
                    "LastModifiedById": owner,
                    "SystemModstamp": at,
                    "FirstRespondedDate": day(one.at) if responded else None,
                },
            )
