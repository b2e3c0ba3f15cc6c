"""The settings in force: the latest version entered, kept whole with its comments."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

import structlog
from django.db import connection, transaction

from base.models import User
from leadmodel.lifecycle.lead_types import ACCOUNT
from leadmodel.lifecycle.policies import Policies
from leadmodel.lifecycle.reasons import Reason, Reasons
from leadmodel.lifecycle.settings import Assignment, ModelSettings, Stages
from leadmodel.meetings import IS_COPY
from leadmodel.models import SettingsVersion
from leadmodel.settings_file import WrongSettings, parse
from sync.fields import want
from sync.models import Mark

log = structlog.get_logger(__name__)

SHIPPED = ModelSettings(
    stages=Stages(
        raw=("New", "Open - Not Contacted", "Raw"),
        assigned=("Assigned",),
        working=("Working", "Working - Contacted", "Contacted"),
        qualified=("Qualified", "Closed - Converted"),
        nurture=("Nurture", "Recycled"),
        unqualified=("Unqualified", "Closed - Not Converted"),
    ),
    reasons=Reasons(
        nurture=(
            Reason(name="Budget not available for 6+ months"),
            Reason(name="Product missing key feature for use case"),
            Reason(name="Re-evaluating internal processes"),
        ),
        unqualified=(
            Reason(name="Not a prospect (student, job seeker)", pre_qualification=True),
            Reason(name="Incompatible systems"),
            Reason(name="No longer at organization", pre_qualification=True),
        ),
    ),
    assignment=Assignment(status=True, owner=True),
)
"""What a new installation starts with: the statuses Salesforce itself ships, and the seeds' stages and reasons."""


def latest_version() -> SettingsVersion | None:
    """The version in force; None before the first was entered."""
    return SettingsVersion.objects.order_by("entered_at", "pk").last()


def settings_in_force(*, known_by: datetime | None = None) -> ModelSettings:
    """The settings as entered by `known_by` (None: now).

    Before the first version was entered that first one holds: a past before this app came is told by the rules it
    came with.
    """
    versions = SettingsVersion.objects.order_by("entered_at", "pk")
    latest = versions.last() if known_by is None else versions.filter(entered_at__lte=known_by).last()
    version = latest or versions.first()
    return _read(version.text) if version is not None else SHIPPED


def policies_ever(*, known_by: datetime | None = None) -> list[Policies]:
    """What was ever promised, oldest first, as entered by `known_by` (None: now): clocks keep theirs (M18).

    A version of before an upgrade that this program no longer reads is passed over, and its clocks keep to the version
    before.
    """
    versions = SettingsVersion.objects.order_by("entered_at", "pk")
    known = versions if known_by is None else versions.filter(entered_at__lte=known_by)
    told = list((known if known.exists() else versions[:1]).values_list("pk", "entered_at", "text"))
    read = ((entered_at, _policies(number, text)) for number, entered_at, text in told)
    found = [policies._replace(since=entered_at) for entered_at, policies in read if policies is not None]
    return found or [SHIPPED.policies_since(None)]


def settings_ever() -> list[ModelSettings]:
    """All settings ever in force, without those that cannot be read any more; the shipped ones where there are none."""
    found = []
    for number, text in SettingsVersion.objects.order_by("pk").values_list("pk", "text"):
        try:
            found.append(_read(text))
        except WrongSettings as wrong:
            log.warning("version_unreadable", version=number, why=str(wrong))
    return found or [SHIPPED]


@lru_cache(maxsize=4096)
def _policies(number: int, text: str) -> Policies | None:
    """The promises of a version, few values where its settings are many; None where it cannot be read any more."""
    try:
        return _read(text).policies_since(None)
    except WrongSettings as wrong:
        log.warning("version_unreadable", version=number, why=str(wrong))
        return None


@lru_cache(maxsize=8)
def _read(text: str) -> ModelSettings:
    """A file's settings; reading it takes longer than most pages, and what it gives never changes."""
    return parse(text)


class Overtaken(Exception):
    """Somebody entered a version since. The text is a sentence: who, and what to do."""


def enter(text: str, *, by: User | None = None, why: str = "", based_on: int | None = None) -> ModelSettings:
    """Put a file's text in force: kept as a new version, its fields asked for, everybody derived anew.

    The same text as now changes nothing. `based_on` is the version the text was made from (0: none was entered); None
    asks for no such check. Raises WrongSettings, Overtaken or sync.fields.UnknownField, having changed nothing.
    """
    settings = _read(text)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # one after another: who comes second sees the first one's version; readers wait for nobody
            cursor.execute("LOCK TABLE leadmodel_settingsversion IN SHARE ROW EXCLUSIVE MODE")
        latest = latest_version()
        if latest is not None and latest.text == text:
            return settings
        if based_on is not None and based_on != number_of(latest):
            raise Overtaken(_overtaken(latest))
        account = settings.lead_types.account_field
        want(fields_of(settings), accounts=[("Lead", account)] if account else [])
        SettingsVersion.objects.create(text=text, entered_by=by, why=why)
        Mark.objects.create(record_id="*")
    return settings


def number_of(version: SettingsVersion | None) -> int:
    """A version's number; 0 before the first was entered."""
    return version.pk if version is not None else 0


def _overtaken(latest: SettingsVersion | None) -> str:
    if latest is None:
        return "The version this text was made from is none: open the page again and repeat your change."
    who = f" by {latest.entered_by}" if latest.entered_by else ""
    return (
        f"Version {latest.pk} was entered{who} since you began, so nothing was applied: keep your text, look at what"
        f" version {latest.pk} changed, and make your change on top of it."
    )


def fields_of(settings: ModelSettings) -> list[tuple[str, str]]:
    """The (object, field) pairs these settings name."""
    both = (
        settings.assignment.assigned_date_field,
        settings.reasons.nurture_field,
        settings.reasons.unqualified_field,
        *(owner.field for owner in settings.role_owners.values()),
    )
    fields = [(name, field) for field in both if field for name in ("Lead", "Contact")]
    rules = settings.lead_types
    for field in rules.fields:
        if field.startswith(ACCOUNT):
            fields.append(("Account", field.removeprefix(ACCOUNT)))
        else:
            fields += [("Lead", field), ("Contact", field)]
    if settings.qualified.loss_reason_field:
        fields.append(("Opportunity", settings.qualified.loss_reason_field))
    if settings.meetings.outcome_field:
        fields += [("Event", settings.meetings.outcome_field), ("Event", IS_COPY)]
    if settings.stages.contact_status_field:
        fields.append(("Contact", settings.stages.contact_status_field))
    return fields
