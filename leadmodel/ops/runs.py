"""What reading did, run by run: for one object or all, what changed something, what ended badly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import QueryDict
from django.urls import reverse

from base.address import one_of, read_place
from base.downloads import Value
from base.words import Instant, duration, instant
from leadmodel.ops.tiles import Tile, calls_tile
from sync.models import ObjectState, Run
from sync.quota import Usage, usage
from sync.salesforce.objects import BY_NAME

PAGE = 50
DAY = timedelta(hours=24)
COLUMNS = "began_at object kind outcome rows_read rows_changed calls ended_at said".split()
_BADLY = ~Q(outcome=Run.Outcome.DONE)
_TONE = {Run.Outcome.DONE: "", Run.Outcome.STOPPED: "near", Run.Outcome.FAILED: "bad"}
SHOWN = {
    "all": ("All runs", Q()),
    "news": ("Changed something", Q(rows_changed__gt=0)),
    "badly": ("Ended badly", _BADLY),
}


@dataclass(frozen=True)
class RunsAsked:
    """Runs of which object (None: all), which of them, from which run on."""

    name: str | None
    show: str
    after: int | None

    def query(self, *, after: int | None = None) -> str:
        """The address of this list from a place on."""
        show = self.show if self.show != "all" else None
        found = {"object": self.name, "show": show, "after": after}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class RunRow:
    """One run in words."""

    name: str
    kind: str
    began_at: Instant
    outcome: str
    tone: str
    rows_read: int
    rows_changed: int
    calls: int
    took: str
    said: str


@dataclass(frozen=True)
class RunsView:
    """The page."""

    name: str
    names: list[str]
    show: str
    shown: list[tuple[str, str]]
    tiles: list[Tile]
    rows: list[RunRow]
    csv_href: str
    next_href: str
    first_href: str


def read_runs_address(parameters: QueryDict) -> RunsAsked:
    """What an address asks for. Raises WrongAddress."""
    name = one_of(parameters, "object", BY_NAME, "object that is read")
    show = one_of(parameters, "show", SHOWN, "list of runs") or "all"
    return RunsAsked(name, show, read_place(parameters))


def read_runs(asked: RunsAsked, *, now: datetime, zone: ZoneInfo) -> RunsView:
    """One page of the list, the latest first, and what the last 24 hours cost."""
    found = list(_runs(asked)[: PAGE + 1])
    shown = found[:PAGE]
    return RunsView(
        name=asked.name or "",
        names=list(BY_NAME),
        show=asked.show,
        shown=[(show, label) for show, (label, _) in SHOWN.items()],
        tiles=_tiles(asked, now),
        rows=[_row(run, now, zone) for run in shown],
        csv_href=reverse("salesforce-runs-csv") + asked.query(),
        next_href=asked.query(after=shown[-1].pk) if len(found) > PAGE else "",
        first_href=asked.query() if asked.after else "",
    )


def run_lines(asked: RunsAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    for run in _runs(asked).iterator():
        yield (
            run.began_at, run.object_name, run.kind, run.outcome, run.rows_read, run.rows_changed, run.calls,
            run.ended_at, run.said,
        )  # fmt: skip


def last_runs() -> dict[str, str]:
    """Object → its last run in a few words."""
    latest = Run.objects.filter(object_name=OuterRef("name")).order_by("-pk").values("pk")[:1]
    of_each = ObjectState.objects.annotate(last=Subquery(latest)).values("last")
    return {run.object_name: _in_short(run) for run in Run.objects.filter(pk__in=Subquery(of_each))}


def _in_short(run: Run) -> str:
    kind = Run.Kind(run.kind).label
    if run.outcome != Run.Outcome.DONE:
        return f"{kind}: {Run.Outcome(run.outcome).label.lower()}"
    return f"{kind}: {run.rows_read:,} read, {run.rows_changed:,} changed"


def _runs(asked: RunsAsked) -> QuerySet[Run]:
    """The list from its place on, latest first."""
    runs = _of_object(asked.name).filter(SHOWN[asked.show][1])
    return (runs.filter(pk__lt=asked.after) if asked.after else runs).order_by("-pk")


def _of_object(name: str | None) -> QuerySet[Run]:
    return Run.objects.filter(object_name=name) if name else Run.objects.all()


def _tiles(asked: RunsAsked, now: datetime) -> list[Tile]:
    """What the last 24 hours brought and cost; calls beside all that the organisation has."""
    told = (
        _of_object(asked.name)
        .filter(began_at__gt=now - DAY)
        .aggregate(
            runs=Count("pk"),
            read=Sum("rows_read", default=0),
            changed=Sum("rows_changed", default=0),
            calls=Sum("calls", default=0),
            badly=Count("pk", filter=_BADLY),
        )
    )
    about = f"of {asked.name} in 24 hours" if asked.name else "in 24 hours"
    badly, all_calls = int(told["badly"]), usage()
    return [
        Tile("Runs", f"{told['runs']:,}", about, ""),
        Tile("Ended badly", f"{badly:,}", "each is tried again by itself", "bad" if badly else ""),
        Tile("Rows read", f"{told['read']:,}", f"{told['changed']:,} of the mirror new or changed", ""),
        Tile("API calls of these", f"{told['calls']:,}", about, ""),
        calls_tile(Usage(all_calls.used, all_calls.allowed) if all_calls else None),
    ]  # fmt: skip


def _row(run: Run, now: datetime, zone: ZoneInfo) -> RunRow:
    outcome = Run.Outcome(run.outcome)
    took_s = (run.ended_at - run.began_at).total_seconds()
    return RunRow(
        name=run.object_name,
        kind=Run.Kind(run.kind).label,
        began_at=instant(run.began_at, now=now, zone=zone),
        outcome=outcome.label.lower(),
        tone=_TONE[outcome],
        rows_read=run.rows_read,
        rows_changed=run.rows_changed,
        calls=run.calls,
        took=f"{took_s:.1f} s" if took_s < 10 else duration(took_s),
        said=run.said,
    )
