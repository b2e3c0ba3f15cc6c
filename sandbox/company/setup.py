"""What stands before the first lead: custom fields, roles, users, queues, campaigns, accounts."""

from __future__ import annotations

from dataclasses import asdict

from sandbox.company import meetings, statuses
from sandbox.company.happenings import Actor
from sandbox.company.hours import DAY, YEAR
from sandbox.company.names import COUNTRIES, company_name
from sandbox.company.people import DOMAIN, MACHINES, MARKETING_QUEUE, POOL, QUEUES, ZONES, Rep
from sandbox.company.sink import Row, Sink
from sandbox.company.sources import QUARTERS, SOURCES, TRADE_SHOW, Source
from sandbox.company.stamps import Ids, day, instant
from sandbox.company.world import World
from sandbox.org import rules
from sandbox.org.ids import make_id
from sandbox.org.schema import Field
from sandbox.org.store import Store

NAME = "Fieldnote Instruments"
SHOW_NAME = "Trade show: Fabrication Days"
STANDARD_PROFILE = make_id("00e", 11)
INTEGRATION_PROFILE = make_id("00e", 12)
ORGANIZATION = make_id("00D", 1)
ORGANISED_BEFORE = 2 * YEAR
"""The company has been on Salesforce this long, in seconds."""


def _reasons(name: str, *values: str) -> Field:
    return Field(
        name, "picklist", 255, label=name.removesuffix("__c").replace("_", " "), values=values, tracked=True
    )


_NURTURE = _reasons(
    "Nurture_Reason__c",
    *statuses.NURTURE_REASONS,
    statuses.NO_RESPONSE,
    statuses.AUTOMATIC_REASON,
    statuses.LOST_REASON,
)
_UNQUALIFIED = _reasons(
    "Unqualified_Reason__c",
    *statuses.PRE_QUALIFICATION_REASONS,
    *statuses.UNQUALIFIED_REASONS,
    statuses.VAGUE_REASON,
    statuses.OPT_OUT_REASON,
)
_ASSIGNED = Field("Assigned_Date__c", "datetime", label="Assigned Date", tracked=True)
CUSTOM_FIELDS: tuple[tuple[str, Field], ...] = (
    ("Lead", Field("Lead_Score__c", "double", label="Lead Score", precision=3)),
    ("Lead", Field("Grade__c", "picklist", 255, label="Grade", values=("A", "B", "C", "D"))),
    ("Lead", _NURTURE),
    ("Lead", _UNQUALIFIED),
    ("Lead", _ASSIGNED),
    ("Contact", Field("Status__c", "picklist", 255, label="Status", values=statuses.ALL, tracked=True)),
    ("Contact", _NURTURE),
    ("Contact", _UNQUALIFIED),
    ("Contact", _ASSIGNED),
    (
        "Account",
        Field(
            "Target_Account__c", "boolean", label="Target Account", nillable=False, defaulted_on_create=True
        ),
    ),
    (
        "Event",
        Field("Outcome__c", "picklist", 255, label="Outcome", values=(meetings.HELD, meetings.NO_SHOW)),
    ),
    ("Task", Field("Lead_Ops_Key__c", "string", 80, label="Lead Ops Key", unique=True, external_id=True)),
)


def campaign_id(number: int) -> str:
    """The Id of the campaign of this number (0 and up)."""
    return make_id("701", number + 1)


def account_id(number: int) -> str:
    """The Id of the account of the company of this number (0 and up)."""
    return make_id("001", number + 1)


def is_target(account: int) -> bool:
    """Whether the account of this number is one the company wants to win whatever it takes: one in nine."""
    return account % 9 == 4


def write_setup(store: Store, sink: Sink, world: World) -> None:
    """Fields, settings and everything that is there before the first lead comes."""
    for object_name, field in CUSTOM_FIELDS:
        store.add_field(object_name, field)
    store.set_setting("opportunity_stages", {name: asdict(facts) for name, facts in meetings.STAGES.items()})
    store.set_setting("defaults", {"Lead.Status": statuses.NEW})
    store.set_setting(rules.SETTING, rules.checked(store.schema, {"assignment": _assignment()}))
    founded = instant(world.start - ORGANISED_BEFORE)
    _write_organization(sink, world, founded)
    _write_roles_and_profiles(sink, world, founded)
    _write_users(sink, world, founded)
    store.set_setting("api_user_id", world.staff.operations.id)
    _write_queues(sink, world, founded)
    _write_campaigns(sink, world)
    owners = [rep for team in world.staff.executives.values() for rep in team]
    for number in range(world.accounts):
        owner = owners[number % len(owners)]
        sink.put(
            "Account",
            account_row(world, number, world.start - ORGANISED_BEFORE + number % YEAR, owner, owner),
        )


def _assignment() -> list[dict[str, object]]:
    """Whatever the API creates or changes goes to a queue, for the router: the trap that careless clients step into."""
    return [
        {
            "object": "Lead",
            "when": {"LeadSource": source.name},
            "owner_id": (MARKETING_QUEUE if source.inbound else POOL).id,
        }
        for source in SOURCES
    ]


def account_row(world: World, number: int, at: int, owner: Rep, by: Actor) -> Row:
    """The account of the company of this number, created at this instant."""
    created = instant(at)
    return {
        "Id": account_id(number),
        "IsDeleted": False,
        "Name": company_name(number),
        "Type": "Prospect",
        "BillingCountry": COUNTRIES[number % len(COUNTRIES)].name,
        "Industry": ("Manufacturing", "Energy", "Transportation", "Healthcare", "Technology")[number % 5],
        "NumberOfEmployees": 20 + number * 37 % 4000,
        "OwnerId": owner.id,
        "CreatedDate": created,
        "CreatedById": by.id,
        "LastModifiedDate": created,
        "LastModifiedById": by.id,
        "SystemModstamp": created,
        "Target_Account__c": number < world.accounts and is_target(number),
    }


def _stamped(at: str, by: str) -> Row:
    return {
        "CreatedDate": at,
        "CreatedById": by,
        "LastModifiedDate": at,
        "LastModifiedById": by,
        "SystemModstamp": at,
    }


def _write_organization(sink: Sink, world: World, founded: str) -> None:
    sink.put(
        "Organization",
        {
            "Id": ORGANIZATION,
            "Name": NAME,
            "TimeZoneSidKey": ZONES["East"],
            "OrganizationType": "Enterprise Edition",
            "InstanceName": "SBX1",
            "IsSandbox": True,
            **_stamped(founded, world.staff.operations.id),
        },
    )


def _write_roles_and_profiles(sink: Sink, world: World, founded: str) -> None:
    by = world.staff.operations.id
    for role_id, name, parent in world.staff.roles:
        sink.put(
            "UserRole",
            {
                "Id": role_id,
                "Name": name,
                "ParentRoleId": parent,
                "DeveloperName": name.replace(" ", "_"),
                "LastModifiedDate": founded,
                "LastModifiedById": by,
                "SystemModstamp": founded,
            },
        )
    for profile_id, name in ((STANDARD_PROFILE, "Sales User"), (INTEGRATION_PROFILE, "Integration")):
        sink.put("Profile", {"Id": profile_id, "Name": name, "UserType": "Standard", **_stamped(founded, by)})


def _write_users(sink: Sink, world: World, founded: str) -> None:
    by = world.staff.operations.id
    for rep in world.staff.everyone:
        left = rep.left_at is not None
        zone = ZONES[rep.territory]
        changed = founded if rep.left_at is None else instant(rep.left_at)
        sink.put(
            "User",
            _user_row(rep.id, rep.username, rep.first, rep.last, by, founded)
            | {
                "Title": rep.title,
                "IsActive": not left,
                "TimeZoneSidKey": zone,
                "UserRoleId": world.staff.role_id(rep.role),
                "ManagerId": rep.manager.id if rep.manager is not None else None,
                "LastModifiedDate": changed,
                "SystemModstamp": changed,
            },
        )
    for machine in MACHINES:
        row = _user_row(machine.id, machine.username, None, machine.name, by, founded)
        sink.put("User", row | {"ProfileId": INTEGRATION_PROFILE})


def _user_row(user_id: str, username: str, first: str | None, last: str, by: str, at: str) -> Row:
    return {
        "Id": user_id,
        "Username": username,
        "LastName": last,
        "FirstName": first,
        "CompanyName": NAME,
        "Title": None,
        "Email": username,
        "Alias": username[:8],
        "IsActive": True,
        "TimeZoneSidKey": "UTC",
        "UserRoleId": None,
        "LocaleSidKey": "en_US",
        "ProfileId": STANDARD_PROFILE,
        "UserType": "Standard",
        "LanguageLocaleKey": "en_US",
        "ManagerId": None,
        **_stamped(at, by),
    }


def _write_queues(sink: Sink, world: World, founded: str) -> None:
    by = world.staff.operations.id
    members = Ids("011")
    for queue in QUEUES:
        sink.put(
            "Group",
            {
                "Id": queue.id,
                "Name": queue.name,
                "DeveloperName": queue.developer_name,
                "Type": "Queue",
                "Email": f"{queue.developer_name.lower()}@{DOMAIN}",
                **_stamped(founded, by),
            },
        )
        territory = queue.name.removeprefix("Inbound ")
        teams = world.staff.outbound.values() if queue.name == "Outbound Pool" else ()
        reps = world.staff.inbound.get(territory, ()) or tuple(rep for team in teams for rep in team)
        for rep in reps:
            if rep.left_at is None:
                sink.put(
                    "GroupMember",
                    {
                        "Id": members.next(),
                        "GroupId": queue.id,
                        "UserOrGroupId": rep.id,
                        "SystemModstamp": founded,
                    },
                )


_TYPES = {"Trade show": "Trade Show", "Webinar": "Webinar", "Partner referral": "Referral Program"}


def _write_campaigns(sink: Sink, world: World) -> None:
    for source in SOURCES:
        for quarter in range(QUARTERS):
            start = world.start + quarter * 91 * DAY
            number = world.campaigns.number(source, start)
            _write_campaign(
                sink, world, number, f"{source.campaign}, wave {quarter + 1}", source, start, 91 * DAY
            )
    _write_campaign(
        sink, world, world.campaigns.show_number, SHOW_NAME, TRADE_SHOW, world.show_at - 3 * DAY, 3 * DAY
    )


def _write_campaign(
    sink: Sink, world: World, number: int, name: str, source: Source, start: int, length: int
) -> None:
    created = min(start - 14 * DAY, world.now - DAY)
    sink.put(
        "Campaign",
        {
            "Id": campaign_id(number),
            "IsDeleted": False,
            "Name": name,
            "Type": _TYPES.get(source.name, "Other"),
            "Status": "Completed" if start + length < world.now else "In Progress",
            "StartDate": day(start),
            "EndDate": day(start + length),
            "ActualCost": 350_000 if number == world.campaigns.show_number else 4_000 + number * 650,
            "IsActive": start + length >= world.now,
            "OwnerId": world.staff.operations.id,
            **_stamped(instant(created), world.staff.operations.id),
        },
    )
