"""The Person page: everything that happened, why the stage is what it is, and what counts where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from base.words import Instant, counted, duration, instant
from leadmodel.lifecycle.cycles import Cycle, Person
from leadmodel.lifecycle.explain import Moment, counted_in, tell, why_stage, why_type
from leadmodel.lifecycle.stages import Path
from leadmodel.pages.links import about, salesforce_address, salesforce_href
from leadmodel.story import Activity, Story

DAYS_TOLD = timedelta(days=62)
"""Longer than this, a stretch of time is told in months."""


@dataclass(frozen=True)
class MomentView:
    """One thing that happened, with the record it rests on."""

    at: Instant
    mark: str
    text: str
    subject: str
    detail: str
    source: str
    source_href: str


@dataclass(frozen=True)
class Band:
    """A cycle, or the time before, between or after cycles, latest moment first."""

    title: str
    is_cycle: bool
    moments: list[MomentView]


@dataclass(frozen=True)
class Counting:
    """Which figures a cycle counts in, and which not."""

    title: str
    counted: list[str]
    left_out: list[str]


@dataclass(frozen=True)
class RecordView:
    """A Lead or Contact that is this person."""

    record_id: str
    kind: str
    since: Instant | None
    href: str


@dataclass(frozen=True)
class PersonView:
    """The page of one person as of an instant."""

    person_id: str
    name: str
    about: str
    stage: str
    stage_since: Instant
    tone: str
    holder: str
    cycle_words: str
    is_customer: bool
    is_deleted: bool
    records: list[RecordView]
    bands: list[Band]
    why: list[str]
    counting: list[Counting]


def view_person(story: Story, *, as_of: datetime | None, now: datetime, zone: ZoneInfo) -> PersonView:
    """Everything the page shows; instants in `zone`."""
    person = story.person
    at = as_of or now

    def written(moment: datetime) -> str:
        return instant(moment, now=now, zone=zone).exact

    salesforce = salesforce_address()
    name, words = _names(person.person_id)
    return PersonView(
        person_id=person.person_id,
        name=name,
        about=words,
        stage=person.stage.capitalize(),
        stage_since=instant(person.stage_since, now=now, zone=zone),
        tone="good" if person.stage == "qualified" else "",
        holder=story.name(person.holder),
        cycle_words=counted(len(person.cycles), "cycle", "cycles"),
        is_customer=person.is_customer,
        is_deleted=person.is_deleted,
        records=_records(person, salesforce, now=now, zone=zone),
        bands=[
            Band(title, is_cycle, [_moment(m, story, salesforce, now=now, zone=zone) for m in moments])
            for title, is_cycle, moments in _bands(story, at)
        ],
        why=why_stage(person, story.name, written)
        + [
            sentence
            for cycle in person.cycles[-1:]
            for sentence in why_type(cycle, story.model.settings.lead_types, story.name)
        ],
        counting=[
            Counting(f"Cycle {cycle.number}", *counted_in(cycle, story.model.settings))
            for cycle in reversed(person.cycles)
        ],
    )


def _names(person_id: str) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),"
            " COALESCE(lead.last_name, contact.last_name)), ''),"
            " COALESCE(lead.title, contact.title, ''), COALESCE(lead.company, account.name, '')"
            " FROM (SELECT %s::text AS id) person"
            " LEFT JOIN sync_lead lead ON lead.id = person.id"
            " LEFT JOIN sync_contact contact ON contact.id = person.id"
            " LEFT JOIN sync_account account ON account.id = contact.account_id",
            [person_id],
        )
        row = cursor.fetchone()
    assert row is not None
    return row[0] or person_id, about(row[1], row[2])


def _records(person: Person, salesforce: str, *, now: datetime, zone: ZoneInfo) -> list[RecordView]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, 'Lead', created_at FROM sync_lead WHERE id = ANY(%(ids)s)"
            " UNION ALL SELECT id, 'Contact', created_at FROM sync_contact WHERE id = ANY(%(ids)s) ORDER BY 3, 1",
            {"ids": person.record_ids},
        )
        return [
            RecordView(
                record_id,
                kind,
                instant(since, now=now, zone=zone) if since else None,
                salesforce_href(record_id, salesforce),
            )
            for record_id, kind, since in cursor.fetchall()
        ]


def _bands(story: Story, at: datetime) -> list[tuple[str, bool, list[Moment]]]:
    """The story cut into cycles and the time around them, latest first; stretches without a moment are not told."""
    cycles = story.person.cycles
    within: dict[tuple[int, bool], list[Moment]] = {}
    for moment in tell(story.person, story.name):
        within.setdefault(_place(moment, cycles), []).append(moment)
    bands = []
    for number in range(len(cycles), -1, -1):
        after = within.get((number, False), [])
        following = cycles[number] if number < len(cycles) else None
        title = _gap_title(cycles[number - 1] if number else None, following, at)
        if after or (number and following is not None):
            bands.append((title, False, after))
        if number:
            cycle = cycles[number - 1]
            bands.append((_cycle_title(cycle, story, at), True, within.get((number, True), [])))
    return bands


def _place(moment: Moment, cycles: list[Cycle]) -> tuple[int, bool]:
    """The cycle a moment is in, or the one it comes after (0: before all)."""
    if moment.cycle is not None:
        return moment.cycle, True
    earlier = [cycle for cycle in cycles if cycle.assigned_at <= moment.at]
    if not earlier:
        return 0, False
    latest = earlier[-1]
    return latest.number, latest.closed_at is None or moment.at <= latest.closed_at


def _cycle_title(cycle: Cycle, story: Story, at: datetime) -> str:
    length = _long((cycle.closed_at or at) - cycle.assigned_at)
    holders = " → ".join(dict.fromkeys(story.name(span.holder) for span in cycle.spans))
    return f"Cycle {cycle.number} · {cycle.path} · {holders} · " + (
        length if cycle.closed_at else f"open {length}"
    )


def _gap_title(before: Cycle | None, after: Cycle | None, at: datetime) -> str:
    if before is None:
        return "Before the first cycle"
    assert before.closed_at is not None or after is None
    kind = str(before.latest_kind).capitalize() if before.latest_kind else "No cycle"
    if before.closed_at is None:
        return "Since then"
    return f"{kind} for {_long((after.assigned_at if after else at) - before.closed_at)}"


def _long(length: timedelta) -> str:
    if length < DAYS_TOLD:
        return duration(length.total_seconds())
    return f"{length.days // 30} months"


def _moment(moment: Moment, story: Story, salesforce: str, *, now: datetime, zone: ZoneInfo) -> MomentView:
    activity = story.activities.get(moment.source or "")
    return MomentView(
        at=instant(moment.at, now=now, zone=zone),
        mark=moment.mark,
        text=moment.text,
        subject=_subject(activity) if activity else "",
        detail=" · ".join(filter(None, (_response(moment, story), moment.detail))),
        source=moment.source or "",
        source_href=salesforce_href(moment.source, salesforce) if moment.source else "",
    )


def _subject(activity: Activity) -> str:
    """Kind and subject; engagement tools write the kind into the subject themselves."""
    subject = activity.subject or "without a subject"
    return subject if subject.startswith(activity.kind) else f"{activity.kind}: {subject}"


def _response(moment: Moment, story: Story) -> str:
    """How long the first touch took, beside the promise."""
    for cycle in story.person.cycles:
        if cycle.first_touch_at is not None and moment.source == cycle.first_touch_id:
            took_s = (cycle.first_touch_at - cycle.assigned_at).total_seconds()
            late_s = took_s - story.model.settings.response.target_minutes * 60
            words = f"response {duration(took_s)}"
            if cycle.path is Path.INBOUND:
                words += f", {duration(late_s)} past the target" if late_s > 0 else ", in time"
            if cycle.response_business_s is not None and cycle.response_business_s < took_s:
                words += f" · {duration(cycle.response_business_s)} of it in business hours"
            return words
    return ""
