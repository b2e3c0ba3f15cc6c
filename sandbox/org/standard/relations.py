"""What parents call the records that look them up: the names of child relationships."""

from __future__ import annotations

from sandbox.org.schema import Field, Schema, SObject

_NAMES = {
    ("Task", "WhoId"): "Tasks",
    ("Task", "WhatId"): "Tasks",
    ("Event", "WhoId"): "Events",
    ("Event", "WhatId"): "Events",
    ("TaskRelation", "TaskId"): "TaskRelations",
    ("TaskRelation", "RelationId"): "TaskRelations",
    ("EventRelation", "EventId"): "EventRelations",
    ("EventRelation", "RelationId"): "EventRelations",
    ("LeadHistory", "LeadId"): "Histories",
    ("ContactHistory", "ContactId"): "Histories",
    ("OpportunityFieldHistory", "OpportunityId"): "Histories",
    ("OpportunityHistory", "OpportunityId"): "OpportunityHistories",
    ("OpportunityContactRole", "OpportunityId"): "OpportunityContactRoles",
    ("OpportunityContactRole", "ContactId"): "OpportunityContactRoles",
    ("CampaignMember", "CampaignId"): "CampaignMembers",
    ("CampaignMember", "LeadId"): "CampaignMembers",
    ("CampaignMember", "ContactId"): "CampaignMembers",
    ("Contact", "AccountId"): "Contacts",
    ("Opportunity", "AccountId"): "Opportunities",
    ("Opportunity", "CampaignId"): "Opportunities",
    ("Account", "ParentId"): "ChildAccounts",
    ("Campaign", "ParentId"): "ChildCampaigns",
    ("GroupMember", "GroupId"): "GroupMembers",
    ("User", "ManagerId"): "ManagedUsers",
    ("User", "ProfileId"): "Users",
    ("User", "UserRoleId"): "Users",
}


def children_name(child: SObject, look_up: Field) -> str | None:
    """How a parent calls the children of this look-up; None where it cannot ask for them."""
    if look_up.custom:
        return f"{child.label_plural.replace(' ', '_')}__r"
    return _NAMES.get((child.name, look_up.name))


def children_of(schema: Schema, parent: SObject, name: str) -> tuple[SObject, Field] | None:
    """The object and the look-up behind a child relationship, whatever the case of its name."""
    for child in schema.objects.values():
        for field in child.fields:
            if (
                parent.name in field.reference_to
                and (children_name(child, field) or "").lower() == name.lower()
            ):
                return child, field
    return None
