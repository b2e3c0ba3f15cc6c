"""The page of re-assignments: whom automation gave to whom, by which rule, who was skipped and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse

from alerts.assigned import LEDGER, STATES, Line, read_lines
from alerts.lines import count_states
from alerts.pages.narrowing import PAGE, Asked, read_asked, tiles_of
from base.address import read_place
from base.downloads import Value
from base.models import Effect, User
from base.pages import viewer_zone
from base.words import Instant, instant
from leadmodel.lifecycle.reassignment import OTHERWISE
from leadmodel.lifecycle.routing import Skip, Skipped
from leadmodel.outcomes import can_be_undone
from leadmodel.pages.links import person_href
from leadmodel.pages.parts import Part, TileView
from leadmodel.settings_store import settings_in_force
from leadmodel.takers import Taker, reps_to_give_to
from sync.models import User as SalesforceUser

CSV = "decided_at record_id name cycle from to rule state said due_at step skipped".split()
_PARTS = {
    part.name: part
    for part in (
        Part("all", "All", "every decision", STATES),
        Part("could_not", "Could not assign", "nobody may take them over, and they still wait", ("could_not",), "bad"),
        Part("given", "Given on", "somebody else has them, or will in a moment", ("waiting", "written")),
        Part("dry", "Dry run", "told who would take over, and not written", ("dry",)),
        Part("failed", "Not given", "a newer change won, or it was refused", ("conflict", "refused"), "near"),
        Part("undone", "Taken back", "undone by somebody", ("undone",)),
        Part("over", "Settled", "cancelled, or nobody could take over at first", ("cancelled", "over")),
    )
}  # fmt: skip
_BADGES = {
    "could_not": ("could not assign", "bad"),
    "waiting": ("waiting", ""),
    "written": ("given", "good"),
    "dry": ("dry run", ""),
    "conflict": ("conflict", "near"),
    "refused": ("refused", "bad"),
    "undone": ("taken back", ""),
    "cancelled": ("cancelled", ""),
    "over": ("could not at first", ""),
}
_WHY = {
    Skip.NOT_NEXT: "was not next",
    Skip.HAD_THEM: "had them already in this cycle",
    Skip.ABSENT: "was away",
    Skip.OFF_HOURS: "was not at work",
    Skip.FULL: "holds {has} of at most {most}",
    Skip.DAY_FULL: "was given {has} of at most {most} within 24 hours",
    Skip.INACTIVE: "is no active user",
    Skip.NOT_LISTED: "is not on the rule's list",
}
"""In the order in which they are told."""


AssignmentsAsked = Asked[int]


@dataclass(frozen=True)
class Reason:
    """Why some were skipped, and who they are."""

    words: str
    reps: str


@dataclass(frozen=True)
class Row:
    """A line as shown. `undo`: the write that the viewer may take back."""

    line: Line
    href: str
    at: Instant
    due: Instant
    state: str
    tone: str
    skipped: list[Reason]
    count: int
    undo: int | None


@dataclass(frozen=True)
class AssignmentsView:
    """The page."""

    asked: AssignmentsAsked
    tiles: list[TileView]
    words: str
    choices: list[tuple[str, str]]
    reps: list[Taker]
    rows: list[Row]
    here: str
    csv_href: str
    first_href: str
    next_href: str


def read_assignments_address(user: User, parameters: QueryDict) -> AssignmentsAsked:
    """Read the parameters. Raises WrongAddress, and Http404 for a rep whose people this user does not see."""
    return read_asked(user, parameters, _PARTS, what="re-assignments", choice="rule", place=read_place)


def view_assignments(user: User, asked: AssignmentsAsked, *, now: datetime) -> AssignmentsView:
    """How many decisions stand how, and one page of a list."""
    zone = viewer_zone(user)
    lines = list(read_lines(user, asked.narrowed, after=asked.after, limit=PAGE + 1))
    shown, called = lines[:PAGE], _called(lines[:PAGE])
    effects = Effect.objects.filter(pk__in=[line.effect for line in shown if line.effect is not None])
    undoable, counts = can_be_undone(user, list(effects), now=now), count_states(user, LEDGER, STATES)
    rules = [OTHERWISE, *(rule.name for rule in settings_in_force().reassignment.rules)]
    if (rule := asked.narrowed.choice) is not None and rule not in rules:
        rules.append(rule)  # of settings before
    return AssignmentsView(
        asked=asked,
        tiles=tiles_of(list(_PARTS.values()), counts, asked.part),
        words=asked.part.words,
        choices=[(rule, rule) for rule in rules],
        reps=reps_to_give_to(user),
        rows=[
            Row(
                line=line,
                href=person_href(line.person_id),
                at=instant(line.decided_at, now=now, zone=zone),
                due=instant(line.due_at, now=now, zone=zone),
                state=_BADGES[line.state][0],
                tone=_BADGES[line.state][1],
                skipped=list(_reasons(line.skipped, called)),
                count=len(line.skipped),
                undo=line.effect if line.effect in undoable else None,
            )
            for line in shown
        ],
        here=reverse("assignments") + asked.query(after=asked.after),
        csv_href=reverse("assignments-csv") + asked.query(),
        first_href=asked.query() if asked.after else "",
        next_href=asked.query(after=shown[-1].number) if len(lines) > PAGE else "",
    )


def assignment_lines(user: User, asked: AssignmentsAsked) -> Iterator[Sequence[Value]]:
    """The whole list, a column for each of CSV."""
    lines = list(read_lines(user, asked.narrowed))
    called = _called(lines)
    for line in lines:
        told = "; ".join(f"{reason.reps}: {reason.words}" for reason in _reasons(line.skipped, called))
        yield (
            line.decided_at, line.person_id, line.name, line.cycle, line.holder, line.to, line.rule,
            _BADGES[line.state][0], line.said, line.due_at, line.step, told,
        )  # fmt: skip


def _reasons(skipped: Collection[Skipped], called: Mapping[str, str]) -> Iterator[Reason]:
    """Who was skipped, by why."""
    found: dict[str, list[str]] = defaultdict(list)
    for why, words in _WHY.items():
        for one in skipped:
            if one.why is why:
                found[words.format(has=one.has, most=one.most)].append(called.get(one.rep_id, one.rep_id))
    for words, reps in found.items():
        yield Reason(words, ", ".join(sorted(reps, key=str.casefold)))


def _called(lines: Collection[Line]) -> dict[str, str]:
    ids = {one.rep_id for line in lines for one in line.skipped}
    users = SalesforceUser.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: name or pk for pk, name in users}
