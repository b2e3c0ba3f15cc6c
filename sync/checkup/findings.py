"""What the look at an organisation means: each lack with what it costs in figures and how to grant it. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum

from sync.checkup.look import ObjectSeen, Seen
from sync.salesforce.objects import BY_NAME

SEES_ENOUGH = 0.9
"""Salesforce's statistics are some hours old: a user who sees nine tenths of them is taken to see all."""


class Weight(StrEnum):
    """How much a lack costs."""

    STOPS = "stops"
    """Without it there are no figures."""
    COSTS = "costs"
    """Some figures are missing or less true."""
    DETAIL = "detail"
    """Something is not shown."""


@dataclass(frozen=True)
class Finding:
    """One lack: what it is, what it costs, how to grant it."""

    weight: Weight
    what: str
    costs: str
    grant: str

    def told(self) -> dict[str, str]:
        """As it is kept."""
        return {name: str(value) for name, value in asdict(self).items()}


_OBJECTS: dict[str, tuple[Weight, str]] = {
    "Lead": (Weight.STOPS, "There are no people to measure: every figure stays empty."),
    "User": (Weight.STOPS, "Nobody is known by name, and a touch by a person cannot be told from automation."),
    "Task": (Weight.STOPS, "Calls and e-mails are unseen: response time and pick-up rate cannot be told."),
    "LeadHistory": (
        Weight.COSTS,
        "Past changes of status and owner are unknown: earlier cycles are told from the lead's present state only.",
    ),
    "ContactHistory": (Weight.COSTS, "Past hand-overs of contacts are unknown: their cycles begin today."),
    "Contact": (Weight.COSTS, "Whoever is converted is lost from sight, and so is every contact in nurture."),
    "Event": (Weight.COSTS, "Meetings are unseen: booking one does not count as an answer."),
    "Group": (Weight.COSTS, "Queues are unknown: people in a queue look as if a stranger held them."),
    "UserRole": (Weight.COSTS, "Teams cannot follow the role hierarchy: choose managers or teams of the app."),
    "Profile": (Weight.DETAIL, "Automated users cannot be told by their profile."),
    "Account": (Weight.DETAIL, "A contact's company is not shown."),
    "Campaign": (Weight.DETAIL, "Campaigns have no names."),
    "CampaignMember": (Weight.COSTS, "What people responded to is unknown: sources are the lead's own only."),
    "Opportunity": (Weight.COSTS, "Pipeline and customers are unknown: nothing after the hand-over can be told."),
    "OpportunityContactRole": (Weight.COSTS, "Opportunities belong to no person: pipeline has no lead it came from."),
    "OpportunityHistory": (Weight.DETAIL, "When an opportunity reached its stages is unknown."),
    "OpportunityFieldHistory": (Weight.DETAIL, "Changes of an opportunity's owner are unknown."),
}  # fmt: skip
_FIELDS: dict[tuple[str, str], tuple[Weight, str]] = {
    ("Lead", "Status"): (Weight.STOPS, "Stages come from the status: nobody is assigned, working or qualified."),
    ("Lead", "OwnerId"): (Weight.STOPS, "Who holds whom is unknown: no figure can be told by rep."),
    ("Lead", "LeadSource"): (Weight.COSTS, "Inbound and outbound cannot be told apart by source."),
    ("Lead", "IsConverted"): (Weight.COSTS, "A conversion is not seen as such."),
    ("Lead", "ConvertedContactId"): (Weight.COSTS, "A lead and the contact it became are two people."),
    ("Lead", "MasterRecordId"): (Weight.COSTS, "Merged leads cannot be followed to the one that survives."),
    ("LeadHistory", "NewValue"): (Weight.COSTS, "History says that something changed, not to what."),
    ("LeadHistory", "OldValue"): (Weight.COSTS, "History says that something changed, not from what."),
    ("Task", "WhoId"): (Weight.STOPS, "Activities belong to nobody: there are no touches."),
    ("Task", "Status"): (Weight.COSTS, "A task that is planned cannot be told from one that is done."),
    ("User", "IsActive"): (Weight.COSTS, "Leavers cannot be told: their people look as if somebody held them."),
    ("User", "ManagerId"): (Weight.COSTS, "Teams cannot follow the manager: managers see only themselves."),
    ("User", "UserType"): (Weight.COSTS, "People cannot be told from integration users by their kind."),
}  # fmt: skip
_FIELD_OF = (
    "Setup → Permission Sets → the integration user's → Object Settings → {object} → Field Permissions → {fields}:"
    " Read."
)
_OBJECT_OF = (
    "Setup → Permission Sets → the integration user's → Object Settings → {object}: Read and View All."
)
_GRANTS = {
    "User": "Setup → Permission Sets → the integration user's → System Permissions: View All Users.",
    "UserRole": "Setup → Permission Sets → the integration user's → System Permissions: View Roles and Role Hierarchy.",
    "Profile": "Setup → Permission Sets → the integration user's → System Permissions: View Setup and Configuration.",
    "LeadHistory": "Give Read on Leads, and switch on Setup → Object Manager → Lead → Set History Tracking.",
    "ContactHistory": "Give Read on Contacts, and switch on Setup → Object Manager → Contact → Set History Tracking.",
}


def findings(seen: Seen) -> list[Finding]:
    """Every lack, the heaviest first."""
    found = [
        *(_hidden(one) for one in seen.objects if not one.is_readable and not BY_NAME[one.name].is_optional),
        *(finding for one in seen.objects for finding in _fields(one)),
        *(_untracked(name, field) for name, field in sorted(seen.untracked) if _has_rows(seen, name)),
        *(_partly(one) for one in seen.objects if _sees_part(one)),
    ]
    order = list(Weight)
    return sorted(found, key=lambda finding: order.index(finding.weight))


def _hidden(one: ObjectSeen) -> Finding:
    weight, costs = _OBJECTS[one.name]
    grant = _GRANTS.get(one.name, _OBJECT_OF.format(object=one.name))
    return Finding(weight, f"{one.name} cannot be read", costs, grant)


def _fields(one: ObjectSeen) -> list[Finding]:
    named = [name for name in one.missing if (one.name, name) in _FIELDS]
    others = [name for name in one.missing if name not in named]
    found = [
        Finding(
            *_weigh(one.name, name), _FIELD_OF.format(object=one.name, fields=name)
        )
        for name in named
    ]  # fmt: skip
    if others:
        fields = ", ".join(others)
        found.append(
            Finding(
                Weight.DETAIL,
                f"{one.name}: {fields} cannot be read",
                "They are left empty: not shown, and nothing is counted by them.",
                _FIELD_OF.format(object=one.name, fields=fields),
            )
        )
    return found


def _weigh(name: str, field: str) -> tuple[Weight, str, str]:
    weight, costs = _FIELDS[name, field]
    return weight, f"{name}: {field} cannot be read", costs


def _untracked(name: str, field: str) -> Finding:
    parent = name.removesuffix("History")
    setting = {"Status": "Lead Status", "Owner": f"{parent} Owner"}[field]
    return Finding(
        Weight.COSTS,
        f"{parent} history has no change of {field.lower()}",
        "History tracking is off, or nothing ever changed. Without it changes are known only from the day we read them,"
        " as of each read.",
        f"Setup → Object Manager → {parent} → Fields & Relationships → Set History Tracking → {setting}. Salesforce"
        " keeps history from then on; the past stays unknown.",
    )


def _has_rows(seen: Seen, history: str) -> bool:
    return bool(seen.named(history.removesuffix("History")).rows)


def _sees_part(one: ObjectSeen) -> bool:
    return one.rows is not None and one.visible is not None and one.visible < SEES_ENOUGH * one.rows


def _partly(one: ObjectSeen) -> Finding:
    return Finding(
        Weight.STOPS,
        f"Our user sees {one.visible:,} of {one.rows:,} {one.name} records",
        "Sharing hides the others: every figure is told about the visible part only.",
        _OBJECT_OF.format(object=one.name),
    )
