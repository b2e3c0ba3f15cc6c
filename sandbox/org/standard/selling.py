"""Opportunities, who takes part in them, and their stage history."""

from __future__ import annotations

from sandbox.org.schema import Field, SObject
from sandbox.org.standard.build import (
    CREATED,
    DELETED,
    FORECAST_CATEGORIES,
    ID,
    LEAD_SOURCES,
    STAGES,
    STAMPS,
    VIEWED,
    date,
    flag,
    long_text,
    money,
    pick,
    ref,
    text,
)  # fmt: skip

OPPORTUNITY = SObject(
    name="Opportunity",
    label="Opportunity",
    label_plural="Opportunities",
    key_prefix="006",
    searchable=True,
    history_object="OpportunityFieldHistory",
    fields=(
        ID,
        DELETED,
        ref("AccountId", "Account", tracked=True),
        text("Name", 120, required=True, tracked=True, name_field=True),
        long_text("Description"),
        pick("StageName", *STAGES, required=True, tracked=True),
        money("Amount", tracked=True),
        Field("Probability", "percent", precision=3, defaulted_on_create=True),
        Field("ExpectedRevenue", "currency", precision=18, scale=2, createable=False, updateable=False),
        date("CloseDate", required=True, tracked=True),
        pick("Type", "Existing Customer - Upgrade", "New Customer", tracked=True),
        text("NextStep", 255),
        pick("LeadSource", *LEAD_SOURCES),
        flag("IsClosed", read_only=True),
        flag("IsWon", read_only=True),
        pick(
            "ForecastCategory", *FORECAST_CATEGORIES, required=True, default=True, length=40, restricted=True
        ),
        pick("ForecastCategoryName", "Omitted", "Pipeline", "Best Case", "Commit", "Closed"),
        ref("CampaignId", "Campaign"),
        ref("OwnerId", "User", required=True, default=True, tracked=True),
        *STAMPS,
        date("LastActivityDate", read_only=True),
        Field("LastStageChangeDate", "datetime", createable=False, updateable=False),
        ref("ContactId", "Contact"),
        *VIEWED,
    ),
    indexes=(("AccountId",), ("OwnerId",)),
)

OPPORTUNITY_CONTACT_ROLE = SObject(
    name="OpportunityContactRole",
    label="Opportunity Contact Role",
    label_plural="Opportunity Contact Role",
    key_prefix="00K",
    undeletable=False,
    fields=(
        ID,
        Field(
            "OpportunityId", "reference", 18, nillable=False, updateable=False,
            reference_to=("Opportunity",), relationship_name="Opportunity",
        ),
        ref("ContactId", "Contact", required=True),
        pick("Role", "Business User", "Decision Maker", "Economic Buyer", "Economic Decision Maker", "Evaluator",
             "Executive Sponsor", "Influencer", "Technical Buyer", "Other", length=40),
        flag("IsPrimary"),
        *STAMPS,
        DELETED,
    ),
    indexes=(("OpportunityId",), ("ContactId",)),
)  # fmt: skip

OPPORTUNITY_HISTORY = SObject(
    name="OpportunityHistory",
    label="Opportunity History",
    label_plural="Opportunity History",
    key_prefix="008",
    createable=False,
    updateable=False,
    deletable=False,
    undeletable=False,
    history_of="Opportunity",
    fields=(
        ID,
        ref("OpportunityId", "Opportunity", required=True, read_only=True),
        *reversed(CREATED),
        pick("StageName", *STAGES),
        money("Amount"),
        money("ExpectedRevenue"),
        date("CloseDate"),
        Field("Probability", "percent", precision=3),
        pick("ForecastCategory", *FORECAST_CATEGORIES, length=40),
        STAMPS[4],
        DELETED,
    ),
    indexes=(("OpportunityId",),),
)

OBJECTS = (OPPORTUNITY, OPPORTUNITY_CONTACT_ROLE, OPPORTUNITY_HISTORY)
