"""The mirror of Salesforce, and the sync's own books."""

from __future__ import annotations

from sync.models.activities import Event, EventRelation, Task, TaskRelation
from sync.models.books import AccountMark, CustomField, Mark, ObjectState, Seen
from sync.models.checkup import CheckUp
from sync.models.connection import Connection
from sync.models.opportunities import (
    Campaign,
    CampaignMember,
    Opportunity,
    OpportunityContactRole,
    OpportunityFieldHistory,
    OpportunityHistory,
)
from sync.models.people import Account, Contact, ContactHistory, Lead, LeadHistory
from sync.models.runs import Run
from sync.models.upkeep import CallUsage, Drift, Gone, ReadingPause
from sync.models.users import Group, Profile, Role, User
from sync.models.writing import Echo, WriteSwitch

__all__ = [
    "Account",
    "AccountMark",
    "CallUsage",
    "Campaign",
    "CampaignMember",
    "CheckUp",
    "Connection",
    "Contact",
    "ContactHistory",
    "CustomField",
    "Drift",
    "Echo",
    "Event",
    "EventRelation",
    "Gone",
    "Group",
    "Lead",
    "LeadHistory",
    "Mark",
    "ObjectState",
    "Opportunity",
    "OpportunityContactRole",
    "OpportunityFieldHistory",
    "OpportunityHistory",
    "Profile",
    "ReadingPause",
    "Role",
    "Run",
    "Seen",
    "Task",
    "TaskRelation",
    "User",
    "WriteSwitch",
]
