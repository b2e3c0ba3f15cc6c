"""Who works in the organisation: users, their roles and profiles, groups and queues, and the organisation's own record."""

from __future__ import annotations

from sandbox.org.schema import Field, SObject
from sandbox.org.standard.build import (
    COMPOUND_NAME, CREATED, ID, STAMPS, VIEWED, address, flag, long_text, moment, pick, ref, text, whole,
)  # fmt: skip

USER = SObject(
    name="User",
    label="User",
    label_plural="Users",
    key_prefix="005",
    deletable=False,
    undeletable=False,
    searchable=True,
    fields=(
        ID,
        text("Username", 80, required=True, unique=True),
        text("LastName", 80, required=True),
        text("FirstName", 40),
        COMPOUND_NAME,
        text("CompanyName", 80),
        text("Division", 80),
        text("Department", 80),
        text("Title", 80),
        *address(),
        Field("Email", "email", 128, nillable=False),
        Field("Phone", "phone", 40),
        Field("MobilePhone", "phone", 40),
        text("Alias", 8, required=True),
        flag("IsActive"),
        pick("TimeZoneSidKey", required=True, default=True, length=40),
        ref("UserRoleId", "UserRole"),
        pick("LocaleSidKey", required=True, default=True, length=40),
        ref("ProfileId", "Profile", required=True, default=True),
        Field(
            "UserType",
            "picklist",
            40,
            createable=False,
            updateable=False,
            values=(
                "Standard", "PowerPartner", "CSPLitePortal", "CustomerSuccess", "PowerCustomerSuccess",
                "CsnOnly", "Guest", "AutomatedProcess",
            ),
        ),
        pick("LanguageLocaleKey", required=True, default=True, length=40),
        text("EmployeeNumber", 20),
        ref("ManagerId", "User"),
        moment("LastLoginDate", read_only=True),
        *STAMPS,
        text("FederationIdentifier", 512),
        *VIEWED,
    ),
    indexes=(("ManagerId",),),
)  # fmt: skip

USER_ROLE = SObject(
    name="UserRole",
    label="Role",
    label_plural="Roles",
    key_prefix="00E",
    undeletable=False,
    fields=(
        ID,
        text("Name", 80, required=True, name_field=True),
        ref("ParentRoleId", "UserRole"),
        text("RollupDescription", 80),
        text("DeveloperName", 80),
        *STAMPS[2:],
    ),
)

PROFILE = SObject(
    name="Profile",
    label="Profile",
    label_plural="Profiles",
    key_prefix="00e",
    createable=False,
    deletable=False,
    undeletable=False,
    fields=(
        ID,
        text("Name", 255, required=True, name_field=True),
        pick("UserType", "Standard", "Guest", length=40),
        text("Description", 255),
        *STAMPS,
    ),
)

GROUP = SObject(
    name="Group",
    label="Group",
    label_plural="Groups",
    key_prefix="00G",
    undeletable=False,
    fields=(
        ID,
        text("Name", 40, required=True, name_field=True),
        text("DeveloperName", 80),
        ref("RelatedId", "UserRole", "User"),
        pick("Type", "Regular", "Queue", "Role", "RoleAndSubordinates", "Organization", required=True, length=40),
        Field("Email", "email", 255),
        ref("OwnerId", "User", "Organization", read_only=True),
        flag("DoesSendEmailToMembers"),
        flag("DoesIncludeBosses"),
        *STAMPS,
    ),
)

GROUP_MEMBER = SObject(
    name="GroupMember",
    label="Group Member",
    label_plural="Group Members",
    key_prefix="011",
    updateable=False,
    undeletable=False,
    fields=(
        ID,
        ref("GroupId", "Group", required=True),
        ref("UserOrGroupId", "User", "Group", required=True),
        STAMPS[4],
    ),
    indexes=(("GroupId",),),
)

ORGANIZATION = SObject(
    name="Organization",
    label="Organization",
    label_plural="Organizations",
    key_prefix="00D",
    createable=False,
    deletable=False,
    undeletable=False,
    fields=(
        ID,
        text("Name", 80, required=True, name_field=True),
        text("Division", 80),
        *address(),
        Field("Phone", "phone", 40),
        text("PrimaryContact", 80),
        pick("DefaultLocaleSidKey", length=40),
        pick("TimeZoneSidKey", length=40),
        pick("LanguageLocaleKey", length=40),
        whole("FiscalYearStartMonth"),
        pick("OrganizationType", length=40),
        text("NamespacePrefix", 15),
        text("InstanceName", 5),
        flag("IsSandbox", read_only=True),
        *STAMPS,
    ),
)

CAMPAIGN = SObject(
    name="Campaign",
    label="Campaign",
    label_plural="Campaigns",
    key_prefix="701",
    searchable=True,
    fields=(
        ID,
        flag("IsDeleted", read_only=True),
        text("Name", 80, required=True, name_field=True),
        ref("ParentId", "Campaign"),
        pick("Type", "Conference", "Webinar", "Trade Show", "Referral Program", "Email", "Direct Mail", "Other", length=40),
        pick("Status", "Planned", "In Progress", "Completed", "Aborted", length=40),
        Field("StartDate", "date"),
        Field("EndDate", "date"),
        Field("ExpectedRevenue", "currency", precision=18),
        Field("BudgetedCost", "currency", precision=18),
        Field("ActualCost", "currency", precision=18),
        Field("ExpectedResponse", "percent", precision=10, scale=2),
        Field("NumberSent", "double", precision=18),
        flag("IsActive"),
        long_text("Description"),
        ref("OwnerId", "User", required=True, default=True),
        *STAMPS,
        Field("LastActivityDate", "date", createable=False, updateable=False),
        *VIEWED,
    ),
)  # fmt: skip

CAMPAIGN_MEMBER = SObject(
    name="CampaignMember",
    label="Campaign Member",
    label_plural="Campaign Members",
    key_prefix="00v",
    undeletable=False,
    fields=(
        ID,
        flag("IsDeleted", read_only=True),
        Field(
            "CampaignId", "reference", 18, nillable=False, updateable=False,
            reference_to=("Campaign",), relationship_name="Campaign",
        ),
        Field("LeadId", "reference", 18, updateable=False, reference_to=("Lead",), relationship_name="Lead"),
        Field("ContactId", "reference", 18, updateable=False, reference_to=("Contact",), relationship_name="Contact"),
        pick("Status", "Sent", "Responded", length=40),
        flag("HasResponded", read_only=True),
        *CREATED,
        *STAMPS[2:],
        Field("FirstRespondedDate", "date", createable=False, updateable=False),
    ),
    indexes=(("LeadId",), ("ContactId",), ("CampaignId",)),
)  # fmt: skip

OBJECTS = (USER, USER_ROLE, PROFILE, GROUP, GROUP_MEMBER, ORGANIZATION, CAMPAIGN, CAMPAIGN_MEMBER)
