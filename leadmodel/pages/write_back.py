"""Settings → Write-back: what may be written to Salesforce, and what became of what was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse

from base.address import WrongAddress, given, one_of
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.actions import ASSIGN, DISPOSE, FOLLOW_UP, GIVE_BACK, TOUCH, UNDO
from leadmodel.outcomes import can_be_undone, names
from leadmodel.pages.marks import Mark, view_write
from sync.models import WriteMode
from sync.models.writing import EVERYTHING
from sync.writeback.deliver import TASK_UNDO
from sync.writeback.modes import modes

PAGE = 50
KINDS = {
    DISPOSE: "Dispositions",
    TOUCH: "Calls and mails",
    FOLLOW_UP: "Follow-ups",
    ASSIGN: "Assignments",
    GIVE_BACK: "People given back",
    UNDO: "Changes taken back",
    TASK_UNDO: "Tasks taken back",
}
SWITCHES = {EVERYTHING: "Everything", **KINDS}
_SHORT = {WriteMode.Mode.ON: "on", WriteMode.Mode.DRY: "dry run", WriteMode.Mode.OFF: "off"}
COLUMNS = "decided_at kind record_id name what decided_by state said attempts ended_at".split()


@dataclass(frozen=True)
class Part:
    """One of the lists: the states of its writes."""

    name: str
    label: str
    words: str
    states: tuple[Effect.State, ...]
    tone: str = ""


_STATE = Effect.State
PARTS = {
    part.name: part
    for part in (
        Part("waiting", "Waiting", "decided and not yet in Salesforce", (_STATE.READY, _STATE.LEASED)),
        Part("conflict", "Conflicts", "somebody's newer change in Salesforce won", (_STATE.CONFLICT,), "near"),
        Part("refused", "Refused", "Salesforce said no, or could not be reached for long", (_STATE.REFUSED,), "bad"),
        Part("dry", "Dry run", "told what would be written, and not written", (_STATE.DRY,)),
        Part("done", "Accepted", "in Salesforce", (_STATE.DONE,)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class WritesAsked:
    """Which list, of which kind (None: all), from which write on."""

    part: Part
    kind: str | None
    after: int | None

    def query(self, *, part: str | None = None, after: int | None = None) -> str:
        """The address of this list with another part or place."""
        found = {"show": part or self.part.name, "kind": self.kind, "after": after}
        return "?" + urlencode({name: value for name, value in found.items() if value})


@dataclass(frozen=True)
class Tile:
    """A list as the strip tells of it."""

    label: str
    words: str
    count: int
    tone: str
    href: str
    is_selected: bool


@dataclass(frozen=True)
class Switch:
    """One switch, and who moved it last."""

    kind: str
    label: str
    mode: str
    modes: list[tuple[str, str]]
    changed_by: str
    changed_at: Instant | None


@dataclass(frozen=True)
class WriteRow:
    """One write."""

    number: int
    person_id: str
    name: str
    who: str
    kind: str
    mark: Mark
    attempts: int
    can_try_again: bool


@dataclass(frozen=True)
class WriteBackView:
    """The page."""

    switches: list[Switch]
    tiles: list[Tile]
    kinds: list[tuple[str, str, bool]]
    show: str
    words: str
    rows: list[WriteRow]
    here: str
    csv_href: str
    next_href: str
    first_href: str


def read_writes_address(parameters: QueryDict) -> WritesAsked:
    """What an address asks for. Raises WrongAddress."""
    part = one_of(parameters, "show", PARTS, "list of writes") or "waiting"
    kind = one_of(parameters, "kind", KINDS, "kind of writes")
    after = given(parameters, "after")
    if after is not None and not (after.isascii() and after.isdigit() and len(after) < 19):
        raise WrongAddress(f"“{after[:40]}” is no place in this list; begin again without it.")
    return WritesAsked(PARTS[part], kind, int(after) if after else None)


def read_write_back(user: User, asked: WritesAsked, *, now: datetime) -> WriteBackView:
    """The switches, how many writes stand how, and one page of a list."""
    zone = viewer_zone(user)
    found = list(_writes(asked)[: PAGE + 1])
    shown = found[:PAGE]
    undoable, called = can_be_undone(user, shown), names({effect.subject for effect in shown})
    counts = dict(_of_kind(asked.kind).order_by().values_list("state").annotate(Count("pk")))
    return WriteBackView(
        switches=_switches(now, zone),
        tiles=[_tile(part, asked, counts) for part in PARTS.values()],
        kinds=[(kind, label, kind == asked.kind) for kind, label in KINDS.items()],
        show=asked.part.name,
        words=asked.part.words,
        rows=[
            WriteRow(
                number=effect.pk,
                person_id=effect.subject,
                name=called[effect.subject],
                who=str(effect.decided_by or "the app"),
                kind=KINDS.get(effect.kind, effect.kind),
                mark=view_write(effect, undoable, now=now, zone=zone),
                attempts=effect.attempts,
                can_try_again=effect.state == Effect.State.REFUSED,
            )
            for effect in shown
        ],
        here=reverse("write-back") + asked.query(after=asked.after),
        csv_href=reverse("write-back-csv") + asked.query(),
        next_href=asked.query(after=shown[-1].pk) if len(found) > PAGE else "",
        first_href=asked.query() if asked.after else "",
    )


def write_lines(asked: WritesAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of COLUMNS."""
    effects = list(_writes(asked))
    called = names({effect.subject for effect in effects})
    for effect in effects:
        yield (
            effect.created_at, effect.kind, effect.subject, called[effect.subject], effect.why,
            str(effect.decided_by or ""), effect.state, effect.said, effect.attempts, effect.ended_at,
        )  # fmt: skip


def _of_kind(kind: str | None) -> QuerySet[Effect]:
    writes = Effect.objects.filter(kind__startswith=EVERYTHING)
    return writes.filter(kind=kind) if kind else writes


def _writes(asked: WritesAsked) -> QuerySet[Effect]:
    """The list from its place on, latest first."""
    writes = _of_kind(asked.kind).filter(state__in=asked.part.states).select_related("decided_by")
    return (writes.filter(pk__lt=asked.after) if asked.after else writes).order_by("-pk")


def _tile(part: Part, asked: WritesAsked, counts: dict[str, int]) -> Tile:
    count = sum(counts.get(state, 0) for state in part.states)
    tone = part.tone if count else "zero"
    return Tile(
        part.label, part.words, count, tone, asked.query(part=part.name), is_selected=part is asked.part
    )


def _switches(now: datetime, zone: ZoneInfo) -> list[Switch]:
    switched = modes()
    found = []
    for kind, label in SWITCHES.items():
        one = switched.get(kind)
        found.append(
            Switch(
                kind=kind,
                label=label,
                mode=one.mode if one else WriteMode.Mode.ON,
                modes=[(mode.value, words) for mode, words in _SHORT.items()],
                changed_by=str(one.changed_by) if one and one.changed_by else "",
                changed_at=instant(one.changed_at, now=now, zone=zone) if one else None,
            )
        )
    return found
