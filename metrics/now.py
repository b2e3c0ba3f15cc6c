"""The Now strip and the queue: open cycles that need somebody now. One relation for tile, list, CSV and mail.

As of an instant (M3) the same relation stands on people derived as they were then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from leadmodel.open_then import derive_open
from leadmodel.settings_store import settings_in_force
from metrics import cursors
from metrics.compile import EXCLUDED, STORED, promised, tables, target_sql

_OPEN = """
    SELECT cycle.person_id, cycle.number, cycle.assigned_at, cycle.source, cycle.path, cycle.holder_id, cycle.team,
           cycle.first_touch_at, cycle.last_touch_at, cycle.touch_count, cycle.claimed_at, cycle.entry,
           campaign.name AS campaign,
           COALESCE(NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),
                                     COALESCE(lead.last_name, contact.last_name)), ''), cycle.person_id) AS name,
           COALESCE(lead.company, account.name, '') AS company, COALESCE(lead.title, contact.title, '') AS title,
           COALESCE(holder.name, queue.name, '') AS holder, COALESCE(holder.is_active, false) AS is_held,
           previous.reason AS last_reason, previous.latest_kind AS last_kind,
           extract(epoch FROM %(now)s - cycle.assigned_at)::float8 AS waited_s,
           cycle.path = 'inbound' AND cycle.first_touch_at IS NULL AS owes_response,
           {target} AS target_s,
           -- in business hours the clock says until when, and the seconds are the calendar's until then
           COALESCE(extract(epoch FROM longest.due_at - cycle.assigned_at)::float8, %(maximum_s)s) AS maximum_s,
           worked.due_at AS limit_at,
           (SELECT min(task.activity_date)
            FROM leadmodel_personrecord record JOIN sync_task task ON task.who_id = record.record_id
            WHERE record.person_id = cycle.person_id AND task.owner_id = cycle.holder_id
              AND task.is_closed IS NOT TRUE AND task.is_deleted IS NOT TRUE) AS follow_up_on
    FROM {cycle} cycle
    JOIN {person} person ON person.person_id = cycle.person_id AND NOT person.is_deleted
    LEFT JOIN LATERAL (
        SELECT ended.reason, ended.latest_kind FROM {cycle} ended
        WHERE ended.person_id = cycle.person_id AND ended.number <> cycle.number
          AND ended.closed_at <= cycle.assigned_at
        ORDER BY ended.closed_at DESC, ended.number DESC LIMIT 1
    ) previous ON true
    LEFT JOIN sync_lead lead ON lead.id = cycle.person_id
    LEFT JOIN sync_contact contact ON contact.id = cycle.person_id
    LEFT JOIN sync_account account ON account.id = contact.account_id
    LEFT JOIN sync_user holder ON holder.id = cycle.holder_id
    LEFT JOIN sync_group queue ON queue.id = cycle.holder_id
    LEFT JOIN sync_campaign campaign ON campaign.id = cycle.campaign_id
    LEFT JOIN {clock} worked
      ON worked.person_id = cycle.person_id AND worked.number = cycle.number AND worked.ordinal = 0
      AND worked.kind = 'working_limit'
    LEFT JOIN {clock} longest
      ON %(in_business_hours)s AND longest.person_id = cycle.person_id AND longest.number = cycle.number
      AND longest.ordinal = 0 AND longest.kind = 'response_maximum'
    WHERE cycle.outcome = 'open' AND cycle.person_id NOT IN ({excluded})
"""
_SOON_S = 30 * 60
STALE_DAYS = 3
_PAST_DUE = "owes_response AND waited_s > target_s"


@dataclass(frozen=True)
class Tile:
    """One fact that needs somebody. `tone` says how bad more than none is.

    `member` is SQL over the open cycles, in which {cycle}, {span} and so on are the derived tables of the moment.
    """

    name: str
    label: str
    words: str
    member: str
    tone: str


TILES = [
    Tile(
        "outside_sla",
        "Outside SLA",
        "inbound people without a counted touch past the promised time",
        f"is_held AND {_PAST_DUE}",
        "bad",
    ),
    Tile(
        "due_soon",
        "Due in 30 min",
        "inbound people without a counted touch whose promised time ends within 30 minutes",
        f"is_held AND owes_response AND waited_s <= target_s AND waited_s > target_s - {_SOON_S}",
        "near",
    ),
    Tile(
        "nobodys",
        "Nobody's",
        "open people whom no active user holds: in a queue, or a leaver's",
        "NOT is_held",
        "near",
    ),
    Tile(
        "past_maximum",
        "Past the maximum",
        "inbound people without a counted touch past the longest wait allowed",
        "is_held AND owes_response AND waited_s > maximum_s",
        "bad",
    ),
    Tile(
        "claimed",
        "Claimed, no touch",
        "people Salesforce calls Working though nobody logged a touch",
        "is_held AND claimed_at IS NOT NULL AND touch_count = 0",
        "near",
    ),
]
BY_NAME = {tile.name: tile for tile in TILES}


def add_tile(tile: Tile) -> None:
    """Put a tile of an app above this one at the end of the strip, as that app gets ready."""
    TILES.append(tile)
    BY_NAME[tile.name] = tile


QUEUE_TILES = (
    Tile("past_due", "Past due", "people who wait for an answer past the promised time", _PAST_DUE, "bad"),
    Tile(
        "in_window",
        "Still in time",
        "people who wait for an answer, the promised time not yet over",
        "owes_response AND waited_s <= target_s",
        "near",
    ),
    Tile(
        "follow_up",
        "Follow-up due",
        "open people with an open task of their holder's in Salesforce, due by today",
        "follow_up_on <= %(today)s",
        "near",
    ),
    Tile("first_touch", "To be begun", "open people whom nobody has touched", "touch_count = 0", ""),
    Tile("working", "Working", "open people with a counted touch", "touch_count > 0", ""),
    Tile(
        "near_limit",
        "Going stale",
        "worked people whom automation gives up within 3 days unless somebody is in touch",
        f"limit_at <= %(now)s + interval '{STALE_DAYS} days'",
        "near",
    ),
    Tile("open", "Open", "all open people", "true", ""),
)
"""The strip over a queue; each tile narrows the queue to its people."""
QUEUE_BY_NAME = {tile.name: tile for tile in QUEUE_TILES}


_KEYS = "((NOT owes_response)::int, extract(epoch FROM assigned_at)::float8, person_id)"


@dataclass(frozen=True)
class OpenRow:
    """An open cycle. Durations in seconds; `owes_response`: inbound and nobody has answered yet."""

    person_id: str
    number: int
    assigned_at: datetime
    source: str | None
    path: str
    holder_id: str | None
    team: str | None
    first_touch_at: datetime | None
    last_touch_at: datetime | None
    touch_count: int
    claimed_at: datetime | None
    entry: str
    campaign: str | None
    name: str
    company: str
    title: str
    holder: str
    is_held: bool
    last_reason: str | None
    last_kind: str | None
    waited_s: float
    owes_response: bool
    target_s: float
    """Within how many seconds an answer keeps the promise."""
    maximum_s: float
    """After how many seconds somebody else should take over."""
    limit_at: datetime | None
    """When automation gives a worked person up (M15)."""
    follow_up_on: date | None
    """The first day of an open task of the holder's; tasks are told as they stand now, at any moment."""


@dataclass(frozen=True)
class Moment:
    """When it is asked how people stand: the instant, by when it was known (None: now), and where that is written."""

    instant: datetime
    known_by: datetime | None = None
    prefix: str = STORED


@contextmanager
def moment(
    now: datetime, reps: frozenset[str] | None, *, as_of: datetime | None, known_by: datetime | None
) -> Iterator[Moment]:
    """The moment an address asks for, which lives as long as the context: another one than now is derived here.

    Ask it of no other reps than these (None: everybody).
    """
    if as_of is None and known_by is None:
        yield Moment(now)
        return
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as wrapped:
        if is_outermost:
            # a rebuild may commit between a number and its list: both are read from one snapshot
            wrapped.cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        prefix = derive_open(wrapped.cursor, as_of=as_of, known_by=known_by, now=now, reps=reps)
        yield Moment(as_of or now, known_by, prefix)


def _relation(reps: frozenset[str] | None, prefix: str, *, with_nobodys: bool) -> str:
    """Open cycles of these reps; `with_nobodys` adds those no active user holds."""
    names = tables(prefix)
    sql = _OPEN.format(excluded=EXCLUDED.format(**names), target=target_sql("cycle"), **names)
    if reps is None:
        return sql
    mine = "cycle.holder_id = ANY(%(reps)s)"
    return (
        f"{sql} AND ({mine} OR COALESCE(holder.is_active, false) = false)"
        if with_nobodys
        else f"{sql} AND {mine}"
    )


def _member(tile: Tile, prefix: str) -> str:
    return tile.member.format(**tables(prefix))


def _parameters(at: Moment, reps: frozenset[str] | None) -> dict[str, Any]:
    settings = settings_in_force(known_by=at.known_by)
    response = settings.response
    return {
        "today": at.instant.astimezone(settings.organisation.zone).date(),
        "now": at.instant,
        "instant": at.instant,
        "known_by": at.known_by,
        "reps": sorted(reps) if reps is not None else None,
        **promised(response),
        "maximum_s": response.maximum_minutes * 60,
        "in_business_hours": response.hours == "business",
    }


def count_tiles(
    now: datetime | Moment,
    reps: frozenset[str] | None,
    *,
    tiles: Sequence[Tile] = TILES,
    with_nobodys: bool = True,
) -> dict[str, int]:
    """How many people each tile speaks of, for these reps (None: everybody), and with those whom nobody holds."""
    at = now if isinstance(now, Moment) else Moment(now)
    counts = ", ".join(f"count(*) FILTER (WHERE {_member(tile, at.prefix)})" for tile in tiles)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counts} FROM ({_relation(reps, at.prefix, with_nobodys=with_nobodys)}) open",
            _parameters(at, reps),
        )
        row = cursor.fetchone()
    assert row is not None
    return {tile.name: int(value) for tile, value in zip(tiles, row, strict=True)}


def list_tile(
    now: datetime | Moment,
    reps: frozenset[str] | None,
    tile: Tile,
    *,
    with_nobodys: bool = True,
    after: str | None = None,
    limit: int | None = None,
) -> list[OpenRow]:
    """The people a tile speaks of: those who wait for an answer first, longest waiting first.

    `after` is the `place` of the last row shown. Raises cursors.WrongCursor.
    """
    at = now if isinstance(now, Moment) else Moment(now)
    values = _parameters(at, reps)
    place = ""
    if after is not None:
        values["after_answered"], values["after_at"], values["after_id"] = cursors.read(
            after, (int, float, str)
        )
        place = f" AND {_KEYS} > (%(after_answered)s, %(after_at)s, %(after_id)s)"
    paging = f" LIMIT {limit}" if limit is not None else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({_relation(reps, at.prefix, with_nobodys=with_nobodys)}) open"
            f" WHERE {_member(tile, at.prefix)}{place}"
            f" ORDER BY {_KEYS}{paging}",
            values,
        )
        names = [column.name for column in cursor.description or ()]
        rows = cursor.fetchall()
    return [OpenRow(**dict(zip(names, row, strict=True))) for row in rows]


def list_queue(
    now: datetime | Moment,
    reps: frozenset[str],
    *,
    tile: Tile = QUEUE_BY_NAME["open"],
    after: str | None = None,
    limit: int | None = None,
) -> list[OpenRow]:
    """These reps' open people, in the order of `list_tile` (K13: only what they hold)."""
    return list_tile(now, reps, tile, with_nobodys=False, after=after, limit=limit)


def place(row: OpenRow) -> str:
    """Where a list goes on after this row."""
    return cursors.write([int(not row.owes_response), row.assigned_at.timestamp(), row.person_id])
