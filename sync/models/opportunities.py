"""Mirror of opportunities and campaigns."""

from __future__ import annotations

from django.db import models

from sync.models.fields import HistoryRow, Mirrored, day, flag, number, ref, text


class Opportunity(Mirrored):
    """Salesforce's Opportunity."""

    account_id = ref("AccountId")
    name = text("Name")
    stage_name = text("StageName")
    amount = number("Amount")
    close_date = day("CloseDate")
    is_closed = flag("IsClosed")
    is_won = flag("IsWon")
    owner_id = ref("OwnerId")
    campaign_id = ref("CampaignId")
    lead_source = text("LeadSource")

    class Meta:
        verbose_name = "Opportunity"
        indexes = (
            models.Index("account_id", name="opportunity_account"),  # deals of a batch of people's accounts
            # which stages there are, and which of them are an end: one look-up for each
            models.Index("stage_name", "is_closed", "is_won", name="opportunity_stage"),
        )


class OpportunityContactRole(Mirrored):
    """Who plays which part in an opportunity."""

    opportunity_id = ref("OpportunityId")
    contact_id = ref("ContactId")
    role = text("Role")
    is_primary = flag("IsPrimary")

    class Meta:
        verbose_name = "OpportunityContactRole"
        indexes = (
            models.Index("contact_id", name="role_contact"),  # timeline of a batch of people
            models.Index("opportunity_id", name="role_opportunity"),  # marks of an opportunity's people
            models.Index("created_at", name="role_created"),  # what was learned since an instant
        )


class OpportunityHistory(Mirrored):
    """An opportunity's stage, amount and date after each change."""

    opportunity_id = ref("OpportunityId")
    stage_name = text("StageName")
    amount = number("Amount")
    close_date = day("CloseDate")

    class Meta:
        verbose_name = "OpportunityHistory"
        indexes = (
            models.Index("opportunity_id", name="opphistory_opportunity"),
            models.Index("created_at", name="opphistory_created"),  # what was learned since an instant
        )


class OpportunityFieldHistory(HistoryRow):
    """What changed on an Opportunity."""

    opportunity_id = ref("OpportunityId")

    class Meta:
        verbose_name = "OpportunityFieldHistory"
        indexes = (models.Index("opportunity_id", name="oppfield_opportunity"),)


class Campaign(Mirrored):
    """Salesforce's Campaign."""

    name = text("Name")
    type = text("Type")
    status = text("Status")
    is_active = flag("IsActive")
    start_date = day("StartDate")
    end_date = day("EndDate")
    actual_cost = number("ActualCost")

    class Meta:
        verbose_name = "Campaign"


class CampaignMember(Mirrored):
    """A person on a campaign."""

    campaign_id = ref("CampaignId")
    lead_id = ref("LeadId")
    contact_id = ref("ContactId")
    status = text("Status")
    has_responded = flag("HasResponded")

    class Meta:
        verbose_name = "CampaignMember"
        indexes = (
            models.Index("lead_id", name="member_lead"),
            models.Index("contact_id", name="member_contact"),
        )
