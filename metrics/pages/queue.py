"""The queue: a rep's own open people, those who wait for an answer first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db import connection
from django.http import Http404, QueryDict
from django.urls import reverse

from base.address import WrongAddress, given, one_of, read_instant, written_instant
from base.models import Role
from base.words import Instant, instant
from leadmodel.pages.links import salesforce_address
from leadmodel.pages.marks import Failure, read_failures, read_marks
from leadmodel.pages.parts import TileView
from metrics import cursors
from metrics import now as present
from metrics.compile import EXCLUDED, STORED, tables
from metrics.pages.people_rows import WaitingRow, waiting_row
from metrics.pages.scope import Scope
from metrics.pages.strip import idle_accounts


@dataclass(frozen=True)
class QueueAsked:
    """Whose queue, narrowed to which tile's people, from which place on; as of and as known by an instant, or now."""

    rep: str
    is_own: bool
    tile: present.Tile
    after: str | None
    as_of: datetime | None = None
    known_by: datetime | None = None

    @property
    def is_past(self) -> bool:
        """Whether it is another moment's than now: that one only looks at."""
        return self.as_of is not None or self.known_by is not None

    def past(self) -> dict[str, str]:
        """The parameters that say which past is asked for."""
        found = {"as_of": written_instant(self.as_of), "known_by": written_instant(self.known_by)}
        return {name: value for name, value in found.items() if value}

    @contextmanager
    def moment(self, now: datetime) -> Iterator[present.Moment]:
        """The moment it is asked for."""
        with present.moment(now, frozenset({self.rep}), as_of=self.as_of, known_by=self.known_by) as at:
            yield at

    def kept(self, tile: str | None = None) -> dict[str, str]:
        """The parameters that say which part of whoever's queue is asked for, as of when."""
        name = tile or self.tile.name
        return {**({"show": name} if tile or name != "open" else {}), **self.past()}

    def query(self, *, tile: str | None = None, after: str | None = None) -> str:
        """The address of this queue with another tile or place."""
        found = {"rep": None if self.is_own else self.rep, "after": after, **self.kept(tile)}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class RepChoice:
    """A rep whose queue may be looked at."""

    rep: str
    name: str
    open: int
    is_selected: bool

    @property
    def href(self) -> str:
        """Their queue."""
        return "?" + urlencode({"rep": self.rep})


@dataclass(frozen=True)
class QueueView:
    """One page of a queue. `here`: its address; `failures`: the rep's writes that came to nothing.

    `kept`: the parameters that stay where another rep is chosen.
    """

    title: str
    here: str
    kept: dict[str, str]
    tiles: list[TileView]
    failures: list[Failure]
    told_at: Instant | None
    """The moment of the past it tells of; None: now."""
    now_href: str
    rows: list[WaitingRow]
    words: str
    total: int
    csv_href: str
    next_href: str
    first_href: str
    all_href: str


def read_queue_address(parameters: QueryDict, scope: Scope, *, now: datetime) -> QueueAsked | None:
    """Whose queue is asked for; None where nobody's can be. Raises Http404 and WrongAddress."""
    own = scope.user.salesforce_id if scope.user.role == Role.REP else None
    rep = given(parameters, "rep") or own
    name = one_of(parameters, "show", present.QUEUE_BY_NAME, "part of a queue") or "open"
    if rep is None:
        return None
    if not scope.may_see(rep) and rep != own:
        raise Http404("There is no such rep among those you may see.")
    return QueueAsked(
        rep,
        rep == own,
        present.QUEUE_BY_NAME[name],
        given(parameters, "after"),
        as_of=read_instant(parameters, "as_of", zone=scope.zone, now=now),
        known_by=read_instant(parameters, "known_by", zone=scope.zone, now=now),
    )


def queue_rows(asked: QueueAsked, *, now: datetime, limit: int | None) -> list[present.OpenRow]:
    """The people of the queue from the place on. Raises WrongAddress."""
    with asked.moment(now) as at:
        return _rows(asked, at, limit)


def _rows(asked: QueueAsked, at: present.Moment, limit: int | None) -> list[present.OpenRow]:
    reps = frozenset({asked.rep})
    try:
        return present.list_queue(at, reps, tile=asked.tile, after=asked.after, limit=limit)
    except cursors.WrongCursor as error:
        raise WrongAddress(str(error)) from error


def read_queue(asked: QueueAsked, scope: Scope, *, now: datetime) -> QueueView:
    """The strip over the queue, and one page of its people."""
    reps = frozenset({asked.rep})
    with asked.moment(now) as at:
        counts = present.count_tiles(at, reps, tiles=present.QUEUE_TILES, with_nobodys=False)
        rows = _rows(asked, at, cursors.PAGE + 1)
    shown, salesforce = rows[: cursors.PAGE], salesforce_address()
    total = counts[asked.tile.name]
    past, told_at = asked.past(), asked.as_of or now
    marks = read_marks(scope.user, [row.person_id for row in shown if not past], now=now)
    return QueueView(
        title="Next for you" if asked.is_own else f"Queue of {rep_name(asked.rep)}",
        tiles=[
            TileView(
                tile.label,
                tile.words,
                counts[tile.name],
                tile.tone if counts[tile.name] else "zero",
                asked.query(tile=tile.name),
                is_selected=asked.tile is tile,
            )
            for tile in present.QUEUE_TILES
        ]
        + (
            []
            if past
            else idle_accounts(scope, reps, now=now, query="" if asked.is_own else f"?rep={asked.rep}")
        ),
        rows=[
            replace(
                waiting_row(row, salesforce=salesforce, now=told_at, zone=scope.zone, past=past),
                marks=marks.get(row.person_id),
            )
            for row in shown
        ],
        here=reverse("queue") + asked.query(after=asked.after),
        kept=asked.kept(),
        failures=[] if past else read_failures(asked.rep, scope.user, now=now),
        told_at=instant(told_at, now=now, zone=scope.zone) if past else None,
        now_href=replace(asked, as_of=None, known_by=None, after=None).query(),
        words=f"{total:,} of them: {asked.tile.words}.",
        total=total,
        csv_href="rows.csv" + asked.query(),
        next_href=asked.query(after=present.place(shown[-1])) if len(rows) > cursors.PAGE else "",
        first_href=asked.query() if asked.after else "",
        all_href=asked.query(tile="open") if asked.tile.name != "open" else "",
    )


def read_reps(scope: Scope, selected: str | None, *, now: datetime) -> list[RepChoice]:
    """Active reps who hold people the page would show, most first by name, for those who look after others."""
    if scope.user.role == Role.REP:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT holder.id, COALESCE(holder.name, holder.id), count(*) FROM leadmodel_cycle cycle"
            " JOIN sync_user holder ON holder.id = cycle.holder_id AND holder.is_active"
            " JOIN leadmodel_person person ON person.person_id = cycle.person_id AND NOT person.is_deleted"
            f" WHERE cycle.outcome = 'open' AND cycle.person_id NOT IN ({EXCLUDED.format(**tables(STORED))})"
            " AND (%(reps)s::text[] IS NULL OR holder.id = ANY(%(reps)s))"
            " GROUP BY holder.id ORDER BY 2, 1",
            {
                "reps": sorted(scope.reps) if scope.reps is not None else None,
                "instant": now,
                "known_by": None,
            },
        )
        return [RepChoice(rep, name, held, rep == selected) for rep, name, held in cursor.fetchall()]


def rep_name(rep: str) -> str:
    """The name people know a rep by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(name, id) FROM sync_user WHERE id = %s", [rep])
        row = cursor.fetchone()
    return row[0] if row else rep
