"""Mirror of the people sold to: Lead, Contact, Account, and the history of the first two."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from sync.models.fields import HistoryRow, Mirrored, day, flag, instant, number, ref, text

_DELETED_NAMED = Q(is_deleted=True, last_name__isnull=False, master_record_id__isnull=True)


class Lead(Mirrored):
    """Salesforce's Lead."""

    master_record_id = ref("MasterRecordId")
    first_name = text("FirstName")
    last_name = text("LastName")
    company = text("Company")
    title = text("Title")
    email = text("Email")
    phone = text("Phone")
    country = text("Country")
    industry = text("Industry")
    lead_source = text("LeadSource")
    status = text("Status")
    rating = text("Rating")
    owner_id = ref("OwnerId")
    has_opted_out = flag("HasOptedOutOfEmail")
    is_converted = flag("IsConverted")
    converted_date = day("ConvertedDate")
    converted_account_id = ref("ConvertedAccountId")
    converted_contact_id = ref("ConvertedContactId")
    converted_opportunity_id = ref("ConvertedOpportunityId")
    last_modified_at = instant("LastModifiedDate")
    last_modified_by_id = ref("LastModifiedById")

    class Meta:
        verbose_name = "Lead"
        indexes = (
            # families: who was merged into, or converted to, whom
            models.Index(
                "master_record_id", name="lead_merged_into", condition=Q(master_record_id__isnull=False)
            ),
            models.Index(
                "converted_contact_id",
                name="lead_converted_to",
                condition=Q(converted_contact_id__isnull=False),
            ),
            # people concerned by a period (figures as of an instant)
            models.Index("created_at", name="lead_created"),
            # who is to become nameless
            models.Index("system_modstamp", name="lead_deleted_named", condition=_DELETED_NAMED),
        )


class Contact(Mirrored):
    """Salesforce's Contact."""

    master_record_id = ref("MasterRecordId")
    account_id = ref("AccountId")
    first_name = text("FirstName")
    last_name = text("LastName")
    title = text("Title")
    email = text("Email")
    phone = text("Phone")
    lead_source = text("LeadSource")
    owner_id = ref("OwnerId")
    has_opted_out = flag("HasOptedOutOfEmail")
    last_modified_at = instant("LastModifiedDate")
    last_modified_by_id = ref("LastModifiedById")

    class Meta:
        verbose_name = "Contact"
        indexes = (
            models.Index(
                "master_record_id", name="contact_merged_into", condition=Q(master_record_id__isnull=False)
            ),
            models.Index("created_at", name="contact_created"),
            models.Index("system_modstamp", name="contact_deleted_named", condition=_DELETED_NAMED),
            models.Index("account_id", name="contact_account"),  # marks of an account's people
        )


class Account(Mirrored):
    """Salesforce's Account."""

    master_record_id = ref("MasterRecordId")
    name = text("Name")
    owner_id = ref("OwnerId")
    industry = text("Industry")
    billing_country = text("BillingCountry")
    number_of_employees = number("NumberOfEmployees")
    annual_revenue = number("AnnualRevenue")
    last_modified_by_id = ref("LastModifiedById")

    class Meta:
        verbose_name = "Account"


class LeadHistory(HistoryRow):
    """What changed on a Lead."""

    lead_id = ref("LeadId")

    class Meta:
        verbose_name = "LeadHistory"
        indexes = (
            models.Index("lead_id", name="leadhistory_lead"),  # timeline of a batch of people
            models.Index("created_at", name="leadhistory_created"),  # people concerned by a period
        )


class ContactHistory(HistoryRow):
    """What changed on a Contact."""

    contact_id = ref("ContactId")

    class Meta:
        verbose_name = "ContactHistory"
        indexes = (
            models.Index("contact_id", name="contacthistory_contact"),
            models.Index("created_at", name="contacthistory_created"),
        )
