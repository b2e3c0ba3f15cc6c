"""The Person page: everything that happened, why the stage is what it is, and what counts where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db import connection

from base.words import Instant, counted, duration, instant
from leadmodel.changes import read_last_of
from leadmodel.lifecycle.cycles import Cycle, Person, standing_by
from leadmodel.lifecycle.explain import Sentence, Teller, Topic
from leadmodel.lifecycle.moments import Mark, Moment, tell
from leadmodel.lifecycle.policies import Promise
from leadmodel.lifecycle.role_owners import tell_original_owners
from leadmodel.lifecycle.stages import Path
from leadmodel.lifecycle.told_hand_offs import tell_hand_off
from leadmodel.lifecycle.told_meetings import tell_meetings
from leadmodel.lifecycle.told_returns import tell_return
from leadmodel.pages.clocks import ClockView, view_clocks
from leadmodel.pages.links import about, salesforce_address, salesforce_href
from leadmodel.pages.sentences import SentenceView, Writer, anchor
from leadmodel.story import Activity, Story, read_exceptions

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
    anchor: str


@dataclass(frozen=True)
class Band:
    """A cycle, or the time before, between or after cycles, latest moment first."""

    title: str
    is_cycle: bool
    moments: list[MomentView]


@dataclass(frozen=True)
class Why:
    """Why a cycle, or the person without any, is what it is."""

    title: str
    sentences: list[SentenceView]


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
    clocks: list[ClockView]
    records: list[RecordView]
    bands: list[Band]
    why: list[SentenceView]
    earlier: list[Why]


def teller_of(story: Story, *, now: datetime, zone: ZoneInfo) -> Teller:
    """What explains a story to a viewer in `zone`."""

    def written(moment: datetime) -> str:
        return instant(moment, now=now, zone=zone).exact

    return Teller(story.grounds, story.model.settings, story.name, written)


def writer_of(story: Story, *, now: datetime, zone: ZoneInfo) -> Writer:
    """How the facts of a story are written for a viewer in `zone`."""
    moments = tell(story.person, story.grounds, story.name, story.horizon)
    marks = {moment.fact.fact_id for moment in moments if moment.fact is not None}
    return Writer(story, salesforce_address(), now, zone, marks)


def view_person(
    story: Story, writer: Writer, *, as_of: datetime | None, known_by: datetime | None
) -> PersonView:
    """Everything the page shows; instants in the writer's zone."""
    person, now, zone, salesforce = story.person, writer.now, writer.zone, writer.salesforce
    at = as_of or now
    why, earlier = _why(story, writer, at, is_now=as_of is None, known_by=known_by)
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
        clocks=view_clocks(story, at, now=now, zone=zone),
        records=_records(person, salesforce, now=now, zone=zone),
        bands=_band_views(story, writer, at),
        why=why,
        earlier=earlier,
    )


def _why(
    story: Story, writer: Writer, at: datetime, *, is_now: bool, known_by: datetime | None
) -> tuple[list[SentenceView], list[Why]]:
    """Why the stage is what it is, from the cycle that says so; and why the others were what they were."""
    person, teller = story.person, teller_of(story, now=writer.now, zone=writer.zone)
    left_out = [
        Sentence(
            f"Left out of every figure until {teller.when(one.expires_at)}, by {one.owner}: {one.reason}",
            "M16",
            Topic.EXCEPTION,
            (one.fact,),
        )
        for one in read_exceptions(person, at, known_by=known_by)
    ]
    latest = standing_by(person.cycles, at) if person.cycles else None
    told = teller.of_cycle(latest, person) if latest is not None else teller.of_person(person)
    earlier = [
        Why(
            f"Why was cycle {cycle.number} {cycle.outcome}?",
            [writer.sentence(one) for one in teller.of_cycle(cycle, person)],
        )
        for cycle in reversed(person.cycles)
        if cycle is not latest
    ]
    whole = tell_whole(story, teller, at, is_now=is_now and known_by is None)
    return [writer.sentence(one) for one in (*told, *whole, *left_out)], earlier


def tell_whole(story: Story, teller: Teller, at: datetime, *, is_now: bool) -> list[Sentence]:
    """What is to be said of somebody as a whole: who was handed them, when they return, which meetings nobody marked.

    And who had them first.
    `is_now`: it is told beside whom Salesforce's fields name for these roles today.
    """
    person, model = story.person, story.model
    last = None
    if is_now and model.settings.role_owners:
        last = read_last_of(None, [person.person_id], model.settings).get(person.person_id)
    kept = last.role_owners if last is not None else None
    return [
        *tell_hand_off(person, teller, model.policies, model.directory),
        *tell_return(person, teller, model.policies, model.directory, has_opted_out=story.has_opted_out),
        *tell_meetings(person, teller, model.policies, model.directory, at),
        *tell_original_owners(person, teller, model.directory, kept),
    ]


def _band_views(story: Story, writer: Writer, at: datetime) -> list[Band]:
    """The timeline. The latest moment that tells a fact is the one the fact leads to."""
    anchored: set[str] = set()
    bands = []
    for title, is_cycle, moments in _bands(story, at):
        views = []
        for moment in moments:
            fact_id = moment.fact.fact_id if moment.fact is not None else ""
            is_first = bool(fact_id) and fact_id not in anchored
            anchored.add(fact_id)
            views.append(_moment(moment, story, writer, anchor=anchor(fact_id) if is_first else ""))
        bands.append(Band(title, is_cycle, views))
    return bands


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
    for moment in tell(story.person, story.grounds, story.name, story.horizon):
        within.setdefault(_place(moment, cycles), []).append(moment)
    bands = []
    for number in range(len(cycles), -1, -1):
        after = within.get((number, False), [])
        until = cycles[number].assigned_at if number < len(cycles) else at
        is_gap = 0 < number < len(cycles) and _all_ended(cycles[:number], until)
        if after or is_gap:
            bands.append((_gap_title(story, cycles[:number], until), False, after))
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
    around = [cycle for cycle in earlier if cycle.closed_at is None or moment.at <= cycle.closed_at]
    return (around or earlier)[-1].number, bool(around)


def _cycle_title(cycle: Cycle, story: Story, at: datetime) -> str:
    length = _long((cycle.closed_at or at) - cycle.assigned_at)
    holders = " → ".join(dict.fromkeys(story.name(span.holder) for span in cycle.spans))
    return f"Cycle {cycle.number} · {cycle.path} · {holders} · " + (
        length if cycle.closed_at else f"open {length}"
    )


def _all_ended(cycles: list[Cycle], by: datetime) -> bool:
    """After a merge one may run on beside the next, on what was another record (K6)."""
    return all(cycle.closed_at is not None and cycle.closed_at <= by for cycle in cycles)


def _gap_title(story: Story, earlier: list[Cycle], until: datetime) -> str:
    """What the time from these cycles to an instant is called, by the disposition that held in it."""
    if not earlier:
        return "Before the first cycle"
    before = standing_by(earlier, until)
    if before.closed_at is None or not _all_ended(earlier, until):
        return "Since then"
    stood = [end.kind.capitalize() for end in story.grounds.trace.ends(before)] or ["No cycle"]
    kinds = " → ".join(kind for kind, _ in groupby(stood))
    return f"{kinds} for {_long(until - before.closed_at)}"


def _long(length: timedelta) -> str:
    if length < DAYS_TOLD:
        return duration(length.total_seconds())
    return f"{length.days // 30} months"


def _moment(moment: Moment, story: Story, writer: Writer, *, anchor: str) -> MomentView:
    fact = moment.fact
    activity = story.activities.get(fact.fact_id) if fact is not None else None
    return MomentView(
        at=instant(moment.at, now=writer.now, zone=writer.zone),
        mark=moment.mark,
        text=moment.text,
        subject=_subject(activity) if activity else "",
        detail=" · ".join(filter(None, (_response(moment, story), moment.detail))),
        source=fact.fact_id if fact is not None else "",
        source_href=salesforce_href(fact.record_id, writer.salesforce) if fact is not None else "",
        anchor=anchor,
    )


def _subject(activity: Activity) -> str:
    """Kind and subject; engagement tools write the kind into the subject themselves."""
    subject = activity.subject or "without a subject"
    return subject if subject.startswith(activity.kind) else f"{activity.kind}: {subject}"


def _response(moment: Moment, story: Story) -> str:
    """How long the first touch took, beside the promise."""
    told = moment.fact.fact_id if moment.fact is not None else ""
    for cycle in story.person.cycles:
        if cycle.first_touch_at is not None and told == cycle.first_touch_id and moment.mark == Mark.TOUCH:
            took_s = (cycle.first_touch_at - cycle.assigned_at).total_seconds()
            openings = story.model.directory.openings_of(cycle.first_rep)
            promise = story.model.settings.response
            due_at = promise.due_at(Promise.TARGET, cycle.priority, cycle.assigned_at, openings)
            late_s = (cycle.first_touch_at - due_at).total_seconds()
            words = f"response {duration(took_s)}"
            if cycle.path is Path.INBOUND:
                words += f", {duration(late_s)} past the target" if late_s > 0 else ", in time"
            if cycle.response_business_s is not None and cycle.response_business_s < took_s:
                words += f" · {duration(cycle.response_business_s)} of it in business hours"
            return words
    return ""
