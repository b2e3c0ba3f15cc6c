"""Settings → Write-back: what may be written to Salesforce, and what became of what was."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.urls import reverse

from base.address import one_of, read_place
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.actions import ASSIGN, DISPOSE, FOLLOW_UP, GIVE_BACK, TOUCH, UNDO
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.outcomes import can_be_undone, names
from leadmodel.pages.marks import Mark, view_write
from leadmodel.pages.parts import Part, TileView
from sync.models import WriteSwitch
from sync.models.writing import EVERYTHING
from sync.writeback.deliver import TASK_UNDO
from sync.writeback.modes import AUTOMATIC, Mode, is_stopped, mode_of, own_mode, switches

PAGE = 50
KINDS = {
    DISPOSE: "Dispositions",
    TOUCH: "Calls and mails",
    FOLLOW_UP: "Follow-ups",
    ASSIGN: "Assignments",
    GIVE_BACK: "People given back",
    ABANDON: "Auto-abandoned",
    REASSIGN: "Re-assigned",
    UNDO: "Changes taken back",
    TASK_UNDO: "Tasks taken back",
}
SWITCHES = {EVERYTHING: "Everything", **KINDS}
_SHORT = {Mode.ON: "on", Mode.DRY: "dry run", Mode.OFF: "off"}
COLUMNS = "decided_at kind record_id name what decided_by state said attempts ended_at".split()
MOVE_COLUMNS = "moved_at kind mode moved_by why".split()
MOVES_SHOWN = 20


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
class Move:
    """Who moved which switch to what, when and why."""

    label: str
    mode: str
    who: str
    at: Instant
    why: str


@dataclass(frozen=True)
class Switch:
    """One switch, and its latest move."""

    kind: str
    label: str
    mode: str
    modes: list[tuple[str, str]]
    latest: Move | None


@dataclass(frozen=True)
class AfterAll:
    """Doing after all what dry runs told: how many of the kind that is shown, and why not, where that cannot be."""

    kind: str
    label: str
    count: int
    why_not: str


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
    can_be_done: bool


@dataclass(frozen=True)
class WriteBackView:
    """The page."""

    switches: list[Switch]
    moves: list[Move]
    moves_href: str
    after_all: AfterAll | None
    tiles: list[TileView]
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
    return WritesAsked(PARTS[part], kind, read_place(parameters))


def read_write_back(user: User, asked: WritesAsked, *, now: datetime) -> WriteBackView:
    """The switches, how many writes stand how, and one page of a list."""
    zone = viewer_zone(user)
    found = list(_writes(asked)[: PAGE + 1])
    shown = found[:PAGE]
    undoable, called = can_be_undone(user, shown, now=now), names({effect.subject for effect in shown})
    moved = switches()
    counts = dict(_of_kind(asked.kind).order_by().values_list("state").annotate(Count("pk")))
    return WriteBackView(
        switches=_switches(moved, now, zone),
        moves=[_move(move, now, zone) for move in _moves()[:MOVES_SHOWN]],
        moves_href=reverse("write-back-switches"),
        after_all=_after_all(asked, moved, counts),
        tiles=[
            part.tile(counts, asked.query(part=part.name), is_selected=part is asked.part)
            for part in PARTS.values()
        ],
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
                can_be_done=effect.state == Effect.State.DRY and mode_of(moved, effect.kind) == Mode.ON,
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


def move_lines() -> Iterator[Sequence[Value]]:
    """Every move of a switch of writes, latest first, a column for each of MOVE_COLUMNS."""
    for move in _moves():
        yield move.moved_at, move.kind, move.mode, str(move.moved_by or ""), move.why


def _moves() -> QuerySet[WriteSwitch]:
    moves = WriteSwitch.objects.filter(kind__startswith=EVERYTHING)
    return moves.order_by("-moved_at", "-pk").select_related("moved_by")


def _switches(moved: Mapping[str, WriteSwitch], now: datetime, zone: ZoneInfo) -> list[Switch]:
    return [
        Switch(
            kind=kind,
            label=label,
            mode=own_mode(moved, kind),
            modes=[(mode.value, words) for mode, words in _SHORT.items()],
            latest=_move(moved[kind], now, zone) if kind in moved else None,
        )
        for kind, label in SWITCHES.items()
    ]


def _move(move: WriteSwitch, now: datetime, zone: ZoneInfo) -> Move:
    return Move(
        label=SWITCHES.get(move.kind, move.kind),
        mode=_SHORT[Mode(move.mode)],
        who=str(move.moved_by or "somebody"),
        at=instant(move.moved_at, now=now, zone=zone),
        why=move.why,
    )


def _after_all(
    asked: WritesAsked, moved: Mapping[str, WriteSwitch], counts: Mapping[str, int]
) -> AfterAll | None:
    """What can be done after all, on the list of dry runs."""
    count = counts.get(_STATE.DRY, 0)
    if asked.part is not PARTS["dry"] or not count:
        return None
    if asked.kind is None:
        return AfterAll("", "", count, "Choose a kind to do all of it after all.")
    label = KINDS[asked.kind]
    return AfterAll(asked.kind, label, count, why_not_done(asked.kind, moved))


def why_not_done(kind: str, moved: Mapping[str, WriteSwitch]) -> str:
    """Why nothing of this kind can be done after all, in a sentence; empty where it can."""
    if mode_of(moved, kind) == Mode.ON:
        return ""
    if kind.startswith(AUTOMATIC) and is_stopped(moved):
        return "Automation is stopped: switch it on at Settings → Automation first."
    both = f"Everything and {SWITCHES[kind]}" if kind in SWITCHES else "Everything"
    return f"Switch {both} on first, to do after all what a dry run told."
