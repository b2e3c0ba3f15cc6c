"""The Reasons page: why cycles ended, each rep's mix beside the team's, and the people behind a number."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.http import Http404

from base.downloads import Value
from leadmodel.lifecycle.reason_lint import alike, catch_all, lint, read_alike
from leadmodel.lifecycle.reasons import KINDS as STAGES
from leadmodel.pages.parts import TileView
from metrics.behind import Row
from metrics.definitions import BY_NAME
from metrics.pages.lists import ListView, Open, view_list
from metrics.pages.reasons_address import ReasonsAsked
from metrics.pages.reasons_mix import Counted, Mix, read_mix, shown
from metrics.pages.scope import Scope, total_name
from metrics.query import State, ask, derived
from metrics.reasons import KINDS, Part, Tally, count_reasons, figure_of, narrowed, parts
from metrics.report import names_of, written
from metrics.selection import By
from metrics.spec import Unit

CSV = "disposition reason rep team touchless pre_qualification cycles left_out".split()


@dataclass(frozen=True)
class Board:
    """The page's figures. `catch_all` and `findings`: what is wrong with the reasons as words.

    `beside`: whose shares stand beside a chosen team's. `left_out` cycles an exception keeps out of all of it.
    """

    tiles: list[TileView]
    mixes: list[Mix]
    catch_all: str
    findings: list[str]
    beside: str
    left_out: int


def count(asked: ReasonsAsked, scope: Scope, state: State) -> Counted:
    """The dispositions of the selection, and of the period before: one statement each."""
    wide_asked = replace(asked, team=None).selection(scope.reps)
    wide = count_reasons(wide_asked, state.over(wide_asked))
    before = None
    # as of an instant everybody concerned is derived anew: once, for what was asked for
    if not asked.is_past:
        earlier = wide_asked.previous()
        before = _of_team(count_reasons(earlier, state.over(earlier)), asked)
    return Counted(_of_team(wide, asked), wide, before)


def _of_team(tallies: list[Tally], asked: ReasonsAsked) -> list[Tally]:
    return [tally for tally in tallies if asked.team is None or tally.team == asked.team]


def read_board(asked: ReasonsAsked, scope: Scope, counted: Counted, state: State) -> Board:
    """The page's figures out of what was counted."""
    here = counted.here
    used: dict[str, int] = {}
    for tally in here:
        if tally.reason is not None:
            used[tally.reason] = used.get(tally.reason, 0) + tally.cycles
    names = names_of(By.REP, sorted({tally.rep for tally in here if tally.rep is not None}))
    mixes = [read_mix(kind, asked, scope, counted, names) for kind in KINDS]
    return Board(
        tiles=_tiles(asked, scope, here),
        mixes=[mix for mix in mixes if mix.total],
        catch_all=_catch_all(used),
        findings=_findings(scope, used) if scope.sees_nobodys else [],
        beside=total_name(scope, replace(asked, team=None)) if asked.team else "",
        left_out=_left_out(asked, scope, state),
    )


def _left_out(asked: ReasonsAsked, scope: Scope, state: State) -> int:
    return ask(asked.selection(scope.reps), figures=(BY_NAME["assigned"],), state=state).left_out


def _tiles(asked: ReasonsAsked, scope: Scope, tallies: list[Tally]) -> list[TileView]:
    tiles, reasons = [], scope.settings.reasons
    for name, (label, words, part) in parts(reasons, tallies).items():
        if name == "segmented" and not reasons.segmented:
            continue
        number, show = part.of(tallies), None if part.is_bypassed else name
        chosen = replace(
            asked, show=show, untouched=part.is_bypassed, kind=None, reason=None, rep=None, after=None
        )
        is_selected = chosen.kept() == asked.kept()
        tiles.append(TileView(label, words, number, "" if number else "zero", chosen.query(), is_selected))
    return tiles


def _catch_all(used: dict[str, int]) -> str:
    told = catch_all(used)
    if not told.used:
        return ""
    named = ", ".join(f"“{name}”" for name in told.reasons[:3]) + (" …" if len(told.reasons) > 3 else "")
    return (
        f"{told.used:,} of {told.dispositions:,} that have a reason ({written(told.share, Unit.SHARE)}) went to vague"
        f" ones, which nobody can check later: {named}."
    )


def _findings(scope: Scope, used: Iterable[str]) -> list[str]:
    """What to mend in the settings' lists, and spellings in use that read as one."""
    settings = scope.settings.reasons
    listed = {name for kind in STAGES for name in (reason.name for reason in settings.of(kind))}
    found = [f"{finding.kind.capitalize()}: {finding.sentence}." for finding in lint(settings)]
    return found + [
        f"In use: {alike(first, other)}."
        for first, other in read_alike(sorted(used))
        if not {first, other} <= listed
    ]


def part_asked(asked: ReasonsAsked, scope: Scope, tallies: list[Tally]) -> tuple[Part, str]:
    """The part the address selects, and what it is called. Raises Http404 for a rep the viewer may not see."""
    if asked.rep is not None and not scope.may_see(asked.rep):
        raise Http404("There is no such rep among those you may see.")
    told = parts(scope.settings.reasons, tallies)
    part, words = Part(), []
    if asked.show is not None:
        label, _, part = told[asked.show]
        words = [label]
    if asked.kind is not None:
        part, words = replace(part, kind=asked.kind), [KINDS[asked.kind], *words]
    if asked.reason is not None and asked.kind is not None:
        part = replace(part, reasons=(asked.reason,))
        words = [*words, shown(scope, asked.kind, asked.reason)]
    if asked.untouched:
        words = [*words, told["untouched"][0]]
    return replace(part, rep=asked.rep, is_bypassed=asked.untouched), " · ".join(words)


def whose(asked: ReasonsAsked, scope: Scope) -> str:
    """Whose number the list is behind."""
    return total_name(scope, asked) if asked.rep is None else names_of(By.REP, [asked.rep])[asked.rep]


def read_reasons_list(
    asked: ReasonsAsked, scope: Scope, state: State, tallies: list[Tally]
) -> ListView | None:
    """The people behind the selected number, one page of them; None where none is selected."""
    if not asked.is_selecting:
        return None
    told = _open(asked, scope, tallies)
    found = told.page(asked, state)
    view = view_list(asked, scope, told, found, page="reasons", whose=whose(asked, scope), value=None)
    return replace(view, anchor="reasons")


def _open(asked: ReasonsAsked, scope: Scope, tallies: list[Tally]) -> Open:
    part, label = part_asked(asked, scope, tallies)
    figure, more = figure_of(part, label)
    return Open(figure, narrowed(asked.selection(scope.reps), part), more=more)


def rows_behind(asked: ReasonsAsked, scope: Scope) -> Iterator[Row]:
    """All the people behind the selected number. Raises Http404 at once."""
    selection = asked.selection(scope.reps)
    tallies: list[Tally] = []
    if asked.show == "vague":  # which reasons in use are vague
        with derived(selection) as state:
            tallies = count_reasons(selection, state)
    return _open(asked, scope, tallies).rows()


def mix_lines(tallies: Iterable[Tally], left_out: Iterable[Tally]) -> Iterator[Sequence[Value]]:
    """The whole mix, a column for each of CSV; lines of which everything is left out come last."""
    told = {replace(tally, cycles=0): tally.cycles for tally in tallies}
    omitted = {replace(tally, cycles=0): tally.cycles for tally in left_out}
    lines = list(dict.fromkeys([*told, *omitted]))
    names = names_of(By.REP, sorted({line.rep for line in lines if line.rep is not None}))
    for line in lines:
        rep = "" if line.rep is None else names[line.rep]
        yield (
            line.kind, line.reason, rep, line.team, line.is_bypassed, line.is_pre_qualification,
            told.get(line, 0), omitted.get(line, 0),
        )  # fmt: skip
