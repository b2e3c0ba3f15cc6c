"""The Salesforce objects we mirror: which, in what order, and whose change each row means."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.db import models

from sync import models as mirror


@dataclass(frozen=True)
class MirroredObject:
    """One object: its model is the mapping of API names to columns.

    `marks` are SQL queries over the relation `{rows}` (rows of the mirror's shape) that give the Ids of the Leads and
    Contacts a row is about. `seen` are fields whose change between two reads is kept as history (M2).
    `who_is_who` are columns that say who is human, in what team and called what: a new value concerns everybody, and
    so does a new row among those `met_late` (over `{rows}` as well) finds: others told of it before it was read.
    `parent` is the object whose past a history object tells: its rows come only with the parent's changes, and are kept
    for ever, also when Salesforce forgets them.
    """

    model: type[models.Model]
    marks: tuple[str, ...] = ()
    stamp: str = "SystemModstamp"
    seen: tuple[str, ...] = ()
    who_is_who: tuple[str, ...] = ()
    met_late: tuple[str, ...] = ()
    parent: str = ""
    is_hot: bool = False
    """Somebody waits for its changes."""
    is_optional: bool = False
    """Only organisations with a certain feature have it: without it nothing is missing."""
    skips_bin: bool = False
    """What is deleted is gone at once, and no query shows that it was there."""
    outlives: bool = False
    """What Salesforce has no more stays here as deleted: past figures stand on it (M2, K7)."""

    @property
    def name(self) -> str:
        """The object's API name."""
        return str(self.model._meta.verbose_name)

    @property
    def table(self) -> str:
        """The mirror's table."""
        return self.model._meta.db_table

    @cached_property
    def fields(self) -> dict[str, models.Field[object, object]]:
        """API name → the mirror's own field, of the fields every organisation has."""
        return {str(field.verbose_name): field for field in self.model._meta.local_concrete_fields}

    @cached_property
    def columns(self) -> dict[str, str]:
        """API name → column, of the fields every organisation has."""
        return {name: str(field.column) for name, field in self.fields.items()}

    @property
    def stamp_column(self) -> str:
        """The column of the stamp that reading advances by."""
        return self.columns[self.stamp]


_MERGED_INTO = "SELECT master_record_id FROM {rows}"
_CONVERTED_INTO = "SELECT converted_contact_id FROM {rows}"
"""When a row goes or turns back, nothing but what it was leads to who survived it, and loses its past."""
_WHO = "SELECT who_id FROM {rows} WHERE who_id ~ '^(00Q|003)'"
_RELATED = "SELECT relation_id FROM {rows} WHERE relation_id ~ '^(00Q|003)'"


def _shared(table: str, key: str) -> str:
    """Everybody an activity is about, beside its own Who (K10)."""
    return (
        f"SELECT relation.relation_id FROM {{rows}} row JOIN {table} relation ON relation.{key} = row.id"
        " WHERE relation.relation_id ~ '^(00Q|003)'"
    )


def _of_opportunity(key: str) -> tuple[str, ...]:
    query = (
        "SELECT role.contact_id FROM {rows} row JOIN sync_opportunitycontactrole role"
        f" ON role.opportunity_id = row.{key} WHERE role.contact_id IS NOT NULL"
    )
    return (query,)


OF_THEIR_ACCOUNTS = (
    "(SELECT deal.account_id FROM {rows} past JOIN sync_opportunity deal ON deal.id = past.opportunity_id)"
)
"""The accounts of the opportunities whose past rows tell: when one ended."""


def _of_account(key: str, rows: str = "{rows}") -> tuple[str, ...]:
    return (f"SELECT contact.id FROM {rows} row JOIN sync_contact contact ON contact.account_id = row.{key}",)


_WHOSE_STAGE_ENDS = """
    (WITH ended AS MATERIALIZED (
        SELECT stood.stage_name
        FROM (SELECT DISTINCT stage_name, is_closed, is_won FROM {rows} WHERE is_closed OR is_won) stood
        WHERE (
            SELECT true FROM sync_opportunity other
            WHERE other.stage_name = stood.stage_name AND other.is_closed IS NOT DISTINCT FROM stood.is_closed
              AND other.is_won IS NOT DISTINCT FROM stood.is_won AND other.is_deleted IS NOT TRUE
              AND other.id NOT IN (SELECT id FROM {rows}) LIMIT 1
        ) IS NULL
    )
    SELECT role.contact_id
    FROM ended JOIN sync_opportunityhistory history USING (stage_name)
    JOIN sync_opportunitycontactrole role USING (opportunity_id)
    -- mostly there is none, and nothing is gone through
    WHERE EXISTS (SELECT FROM ended) AND role.contact_id IS NOT NULL)
"""
"""Which stages are an end only the opportunities that stand at them tell: where these alone do, or did, everybody whose
opportunities were ever at such a stage is concerned."""
_RULED = ("Title", "Email", "Phone", "LeadSource", "HasOptedOutOfEmail")
"""Standard fields that rules are likely to read: what they held when a cycle began must not be forgotten (M3)."""
_LEAD_SEEN = ("Status", "OwnerId", "Company", "Country", "Industry", "Rating", *_RULED)
_CONTACT_SEEN = ("OwnerId", "AccountId", *_RULED)
_NAMESAKES = (
    "SELECT met.id FROM {rows} met JOIN sync_user other ON other.name = met.name AND other.id <> met.id",
    "SELECT met.id FROM {rows} met JOIN sync_group other ON other.name = met.name AND other.id <> met.id",
)
"""History that tells owners by name only can be resolved while a name is one's alone."""
_WORK = (
    *(("sync_" + table, "owner_id") for table in ("lead", "contact", "task", "event")),
    *(
        ("sync_" + table, "created_by_id")
        for table in ("lead", "leadhistory", "contacthistory", "opportunityhistory")
    ),
    *(("sync_" + table, "new_value") for table in ("leadhistory", "contacthistory")),
)
_AT_WORK = tuple(
    f"SELECT met.id FROM {{rows}} met JOIN {table} work ON work.{column} = met.id"
    " WHERE COALESCE(met.user_type, 'Standard') = 'Standard'"  # of others, nothing depends on knowing them
    for table, column in _WORK
)

OBJECTS: tuple[MirroredObject, ...] = (
    MirroredObject(
        mirror.Role,
        who_is_who=("name",),
        met_late=("SELECT met.id FROM {rows} met JOIN sync_user member ON member.role_id = met.id",),
    ),
    MirroredObject(
        mirror.Profile,
        who_is_who=("name",),
        met_late=("SELECT met.id FROM {rows} met JOIN sync_user member ON member.profile_id = met.id",),
    ),
    MirroredObject(
        mirror.User,
        who_is_who=("name", "username", "user_type", "profile_id", "role_id", "manager_id", "time_zone"),
        met_late=_NAMESAKES + _AT_WORK,
    ),
    MirroredObject(mirror.Group, who_is_who=("name", "developer_name"), met_late=_NAMESAKES),
    MirroredObject(mirror.Campaign, outlives=True),
    MirroredObject(
        mirror.Account,
        marks=_of_account("id"),
        seen=("OwnerId", "Industry", "BillingCountry", "NumberOfEmployees", "AnnualRevenue"),
        outlives=True,
    ),
    # what happened before whom it happened to: a person never shows up without the past read so far
    MirroredObject(
        mirror.LeadHistory, marks=("SELECT lead_id FROM {rows}",), stamp="CreatedDate", parent="Lead"
    ),
    MirroredObject(
        mirror.ContactHistory, marks=("SELECT contact_id FROM {rows}",), stamp="CreatedDate", parent="Contact"
    ),
    MirroredObject(mirror.TaskRelation, marks=(_RELATED,), is_optional=True, outlives=True),
    MirroredObject(mirror.EventRelation, marks=(_RELATED,), is_optional=True, outlives=True),
    MirroredObject(
        mirror.Task, marks=(_WHO, _shared("sync_taskrelation", "task_id")), is_hot=True, outlives=True
    ),
    MirroredObject(
        mirror.Event, marks=(_WHO, _shared("sync_eventrelation", "event_id")), is_hot=True, outlives=True
    ),
    MirroredObject(
        mirror.CampaignMember,
        marks=(
            "SELECT COALESCE(contact_id, lead_id) FROM {rows} WHERE COALESCE(contact_id, lead_id) IS NOT NULL",
        ),
        skips_bin=True,
        outlives=True,
    ),
    MirroredObject(
        mirror.OpportunityHistory,
        marks=(*_of_opportunity("opportunity_id"), *_of_account("account_id", OF_THEIR_ACCOUNTS)),
        parent="Opportunity",
    ),
    MirroredObject(
        mirror.OpportunityFieldHistory,
        marks=_of_opportunity("opportunity_id"),
        stamp="CreatedDate",
        parent="Opportunity",
    ),
    MirroredObject(
        mirror.OpportunityContactRole,
        marks=("SELECT contact_id FROM {rows}",),
        skips_bin=True,
        outlives=True,
    ),
    MirroredObject(
        mirror.Opportunity,
        marks=(*_of_opportunity("id"), *_of_account("account_id"), _WHOSE_STAGE_ENDS),
        is_hot=True,
        outlives=True,
    ),
    MirroredObject(
        mirror.Lead,
        marks=("SELECT id FROM {rows}", _MERGED_INTO, _CONVERTED_INTO),
        seen=_LEAD_SEEN,
        is_hot=True,
        outlives=True,
    ),
    MirroredObject(
        mirror.Contact,
        marks=("SELECT id FROM {rows}", _MERGED_INTO),
        seen=_CONTACT_SEEN,
        is_hot=True,
        outlives=True,
    ),
)
BY_NAME = {spec.name: spec for spec in OBJECTS}
HOT = tuple(spec.name for spec in OBJECTS if spec.is_hot)
"""Those whose changes people wait for."""
PASTS: dict[str, tuple[MirroredObject, ...]] = {
    spec.name: tuple(past for past in OBJECTS if past.parent == spec.name) for spec in OBJECTS
}
"""Object → those that tell its past."""
