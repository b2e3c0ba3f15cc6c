"""The page of the audit log: what people and automation did, about whom, when and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from alerts.audit_words import AUTOMATIONS, GROUPS, of_became, of_what
from alerts.audited import Entry, Narrowed, read_entries, read_page
from alerts.stops import LABELS
from base.address import given, one_of, read_day, read_place
from base.downloads import Value
from base.models import User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.access import sees_all
from leadmodel.pages.links import person_href

PAGE = 50
COLUMNS = "at who automation what became record_id name about why cause ledger ledger_number number".split()


@dataclass(frozen=True)
class AuditAsked:
    """Which entries, from which on."""

    narrowed: Narrowed
    day: date | None
    after: int | None

    def query(self, *, after: int | None = None) -> str:
        """The address of this list from a place on."""
        found = {
            "what": self.narrowed.group,
            "who": self.narrowed.who,
            "q": self.narrowed.words,
            "day": self.day,
            "after": after,
        }
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class AuditRow:
    """An entry in words. `href`: where its ledger tells more, empty where nothing does."""

    entry: Entry
    at: Instant
    who: str
    is_automation: bool
    what: str
    became: str
    tone: str
    person_href: str
    href: str


@dataclass(frozen=True)
class AuditView:
    """The page."""

    asked: AuditAsked
    groups: list[tuple[str, str]]
    automations: tuple[str, ...]
    rows: list[AuditRow]
    csv_href: str
    first_href: str
    next_href: str


def read_audit_address(user: User, parameters: QueryDict) -> AuditAsked:
    """What an address asks for; a day is one of the viewer's own zone. Raises WrongAddress."""
    group = one_of(parameters, "what", GROUPS, "kind of entry")
    day = read_day(parameters, "day") if given(parameters, "day") is not None else None
    since, until = _bounds(day, viewer_zone(user)) if day is not None else (None, None)
    narrowed = Narrowed(group, given(parameters, "who"), given(parameters, "q"), since, until)
    return AuditAsked(narrowed, day, read_place(parameters))


def view_audit(user: User, asked: AuditAsked, *, now: datetime) -> AuditView:
    """One page of the log."""
    zone, is_ops = viewer_zone(user), sees_all(user)
    page = read_page(user, asked.narrowed, after=asked.after, size=PAGE)
    return AuditView(
        asked=asked,
        groups=[(name, words) for name, (words, _) in GROUPS.items()],
        automations=AUTOMATIONS,
        rows=[_row(entry, now=now, zone=zone, is_ops=is_ops) for entry in page.entries],
        csv_href=reverse("audit-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=page.after) if page.after is not None else "",
    )


def audit_lines(user: User, asked: AuditAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    for one in read_entries(user, asked.narrowed, after=asked.after):
        yield (
            one.at, one.who, one.automation, of_what(one.what), of_became(one.became)[0], one.person_id, one.name,
            one.about, one.said, one.cause, one.ledger, one.row, one.number,
        )  # fmt: skip


def _bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start, end = (
        datetime.combine(at, time.min, zone).astimezone(UTC) for at in (day, day + timedelta(days=1))
    )
    return start, end


def _row(entry: Entry, *, now: datetime, zone: ZoneInfo, is_ops: bool) -> AuditRow:
    became, tone = of_became(entry.became)
    return AuditRow(
        entry=entry,
        at=instant(entry.at, now=now, zone=zone),
        who=entry.who or entry.automation or "somebody",
        is_automation=entry.who is None,
        what=of_what(entry.what),
        became=became,
        tone=tone,
        person_href=person_href(entry.person_id) if entry.person_id else "",
        href=_ledger_href(entry, is_ops=is_ops),
    )


def _ledger_href(entry: Entry, *, is_ops: bool) -> str:
    """The page that tells more of the ledger's row, if this viewer has one."""
    about_person = f"?{urlencode({'q': entry.person_id})}"
    match entry.ledger:
        case "alerts_escalation":
            return reverse("escalations") + about_person
        case "alerts_assignment":
            return reverse("assignments") + about_person
        case "leadmodel_exclusion" | "leadmodel_request":
            return reverse("ledger") + about_person
    return _href_for_ops(entry) if is_ops else ""


_OPS_PAGES = {
    "base_effect": "write-back",
    "sync_connection": "salesforce",
    "sync_readingpause": "salesforce",
    "alerts_slack": "slack",
}
_OPS_ROWS = {"leadmodel_settingsversion": "model-version", "base_user": "admin:base_user_change"}


def _href_for_ops(entry: Entry) -> str:
    if entry.ledger == "sync_writeswitch":
        return reverse("automation" if entry.cause in LABELS else "write-back")
    if entry.ledger in _OPS_ROWS:
        return reverse(_OPS_ROWS[entry.ledger], args=[entry.row])
    if entry.what.startswith("mail."):
        return reverse("mail", args=[entry.row])
    if entry.what.startswith("notice."):
        return reverse("messages")
    return reverse(_OPS_PAGES[entry.ledger]) if entry.ledger in _OPS_PAGES else ""
