"""The versions of the settings: who entered which, when and why, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import Http404

from base.downloads import Value
from base.words import Instant, instant
from leadmodel.models import SettingsVersion
from leadmodel.ops.difference import Difference, difference
from leadmodel.settings_store import latest_version
from leadmodel.settings_template import shipped_yaml

PAGE = 50
COLUMNS = "version entered_at entered_by why".split()
NOBODY = "the command line"


@dataclass(frozen=True)
class VersionRow:
    """One version in words."""

    number: int
    entered_at: Instant
    who: str
    why: str
    is_in_force: bool


@dataclass(frozen=True)
class VersionsView:
    """A page of the list, the latest first."""

    rows: list[VersionRow]
    first_href: str
    next_href: str


@dataclass(frozen=True)
class VersionView:
    """One version: its text, and what it changed in the one before (`before`: its number, 0 for what is shipped)."""

    row: VersionRow
    text: str
    before: int
    difference: Difference


def read_versions(after: int | None, *, now: datetime, zone: ZoneInfo) -> VersionsView:
    """The versions from a place on."""
    found = list(_versions(after)[: PAGE + 1])
    shown = found[:PAGE]
    in_force = latest_version()
    return VersionsView(
        rows=[_row(version, in_force, now, zone) for version in shown],
        first_href="?" if after else "",
        next_href=f"?after={shown[-1].pk}" if len(found) > PAGE else "",
    )


def read_version(number: int, *, now: datetime, zone: ZoneInfo) -> VersionView:
    """One version. Raises Http404 where there is none of this number."""
    version = access_version(number)
    before = SettingsVersion.objects.filter(pk__lt=number).order_by("pk").last()
    return VersionView(
        row=_row(version, latest_version(), now, zone),
        text=version.text,
        before=before.pk if before else 0,
        difference=difference(before.text if before else shipped_yaml(), version.text),
    )


def access_version(number: int) -> SettingsVersion:
    """The version of this number. Raises Http404 where there is none."""
    found = SettingsVersion.objects.select_related("entered_by").filter(pk=number).first()
    if found is None:
        raise Http404(f"There is no version {number} of the settings.")
    return found


def version_lines() -> Iterator[Sequence[Value]]:
    """All versions, the latest first, a column for each of COLUMNS."""
    for version in _versions(None).iterator():
        yield version.pk, version.entered_at, _who(version), version.why


def _versions(after: int | None) -> QuerySet[SettingsVersion]:
    found = SettingsVersion.objects.select_related("entered_by").order_by("-pk")
    return found.filter(pk__lt=after) if after else found


def _who(version: SettingsVersion) -> str:
    return str(version.entered_by) if version.entered_by else NOBODY


def _row(
    version: SettingsVersion, in_force: SettingsVersion | None, now: datetime, zone: ZoneInfo
) -> VersionRow:
    return VersionRow(
        number=version.pk,
        entered_at=instant(version.entered_at, now=now, zone=zone),
        who=_who(version),
        why=version.why,
        is_in_force=in_force is not None and version.pk == in_force.pk,
    )
