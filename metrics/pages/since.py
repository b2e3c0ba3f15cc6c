"""What changed since: which figures moved between two instants, by which cycles, through which facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import QuerySet

from base.address import written_instant
from base.downloads import Value
from base.words import Instant, duration, instant
from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.words import WHYS
from leadmodel.models import SettingsVersion
from leadmodel.pages.links import person_href, salesforce_address, salesforce_href
from leadmodel.since import TooMany
from metrics.definitions import BY_NAME
from metrics.pages.address import Asked
from metrics.pages.people_rows import Badge, stage_badge
from metrics.pages.scope import Scope
from metrics.pages.since_address import SinceAsked
from metrics.report import names_of, written
from metrics.selection import By
from metrics.since import Changed, CycleThen, Difference, Moved, Part, what_changed
from metrics.spec import Figure, Kind, Unit

MOST_ROWS = 100
"""So many cycles stand on the page; the CSV has all."""
CSV = ("record_id name cycle rep before after object source_id field at learned_at by old new").split()
_SHOWN_IN_SALESFORCE = frozenset({"Lead", "Contact", "Task", "Event", "Opportunity"})
_WHYS = {str(why): words for why, words in WHYS.items()}


@dataclass(frozen=True)
class FigureRow:
    """A figure that moved. `cycles`: how many differ in it."""

    label: str
    before: str
    after: str
    change: str
    cycles: int
    href: str
    is_selected: bool


@dataclass(frozen=True)
class FactRow:
    """A fact as a list shows it. `href`: its record in Salesforce, empty where Salesforce shows none."""

    source_object: str
    source_id: str
    href: str
    field: str
    what: str
    at: Instant
    learned_at: Instant
    by: str


@dataclass(frozen=True)
class Row:
    """A cycle that differs. `href` empty: nobody the viewer may see now."""

    href: str
    then_href: str
    name: str
    cycle: int
    rep: str
    assigned: Instant
    before: Badge
    after: Badge
    facts: list[FactRow]


@dataclass(frozen=True)
class Board:
    """The page's figures and people; `more` cycles are in the CSV only."""

    figures: list[FigureRow]
    same: int
    looked_at: int
    title: str
    rows: list[Row]
    total: int
    more: int
    csv_href: str


def read_changed(asked: SinceAsked, scope: Scope) -> Changed | None:
    """What changed for the viewer; None where too many people have something learned since."""
    try:
        return what_changed(scope.user, asked.selection(scope.reps), asked.between)
    except TooMany:
        return None


def settings_since(asked: SinceAsked) -> QuerySet[SettingsVersion]:
    """The versions of the settings that were entered between, the latest first; the very first changed nothing."""
    between, versions = asked.between, SettingsVersion.objects.order_by("-entered_at", "-pk")
    first = versions.last()
    found = versions.filter(entered_at__gt=between.since, entered_at__lte=between.until)
    return found.exclude(pk=first.pk) if first is not None else found


def read_board(asked: SinceAsked, scope: Scope, changed: Changed) -> Board:
    """The page out of what changed."""
    chosen = BY_NAME[asked.figure] if asked.figure else None
    shown = selected(changed, chosen)
    facts = [fact for one in shown[:MOST_ROWS] for fact in facts_of(one, changed)]
    names = _names(shown[:MOST_ROWS], facts)
    return Board(
        figures=[_figure_row(one, asked) for one in changed.moved],
        same=changed.same,
        looked_at=changed.looked_at,
        title=chosen.label if chosen else "All that differ",
        rows=[_row(one, chosen, changed, asked, scope, names) for one in shown[:MOST_ROWS]],
        total=len(shown),
        more=max(0, len(shown) - MOST_ROWS),
        csv_href="rows.csv" + asked.query(),
    )


def selected(changed: Changed, figure: Figure | None) -> list[Difference]:
    """The cycles that differ, or those that differ in a figure."""
    return [one for one in changed.differences if figure is None or one.moves(figure.name)]


def facts_of(one: Difference, changed: Changed) -> list[Fact]:
    """The facts learned about the person; none about somebody the viewer may not see."""
    return changed.facts[one.person_id] if one.person_id in changed.known else []


def lines(asked: SinceAsked, changed: Changed) -> Iterator[Sequence[Value]]:
    """A line for each fact of each cycle that differs, a column for each of CSV."""
    chosen = BY_NAME[asked.figure] if asked.figure else None
    shown = selected(changed, chosen)
    names = _names(shown, [fact for one in shown for fact in facts_of(one, changed)])
    for one in shown:
        known = changed.known.get(one.person_id)
        before, after = (badge.text for badge in _badges(one, chosen))
        person = (
            one.person_id, known.name if known else "", one.number, names.get(_rep(one), ""), before, after,
        )  # fmt: skip
        told = facts_of(one, changed)
        for fact in told:
            yield (
                *person, fact.object_name, fact.fact_id, fact.field, fact.at, fact.learned_at,
                names.get(fact.actor, ""), fact.before, fact.value,
            )  # fmt: skip
        if not told:
            yield (*person, None, None, None, None, None, None, None, None)


def _figure_row(one: Moved, asked: SinceAsked) -> FigureRow:
    figure = one.figure
    label = f"{figure.label}, rate" if figure.unit is Unit.SHARE else figure.label
    return FigureRow(
        label=label,
        before=written(one.before, figure.unit),
        after=written(one.after, figure.unit),
        change=change_words(one),
        cycles=one.cycles,
        href=asked.query(figure=figure.name),
        is_selected=asked.figure == figure.name,
    )


def change_words(one: Moved) -> str:
    """By how much a figure moved, with its sign; empty where one side is none."""
    if one.before is None or one.after is None:
        return ""
    change = one.after - one.before
    if not change:
        return "same"
    sign = "+" if change > 0 else "−"
    match one.figure.unit:
        case Unit.SHARE:
            return f"{sign}{abs(change) * 100:.1f} pt"
        case Unit.SECONDS:
            return f"{sign}{duration(abs(change))}"
        case Unit.MEAN:
            return f"{sign}{abs(change):.2f}"
        case _:
            return f"{sign}{abs(change):,.0f}"


def _rep(one: Difference) -> str | None:
    told = one.after or one.before
    return told.rep if told else None


def _names(shown: Sequence[Difference], facts: Sequence[Fact]) -> Mapping[str | None, str]:
    ids = {_rep(one) for one in shown} | {fact.actor for fact in facts}
    ids |= {value for fact in facts if fact.holds_users for value in (fact.before, fact.value)}
    return names_of(By.REP, sorted(one for one in ids if one))


def _row(
    one: Difference,
    figure: Figure | None,
    changed: Changed,
    asked: SinceAsked,
    scope: Scope,
    names: Mapping[str | None, str],
) -> Row:
    known = changed.known.get(one.person_id)
    past = {"known_by": written_instant(asked.between.since) or ""}
    if asked.between.as_of is not None:
        past["as_of"] = written_instant(asked.between.as_of) or ""
    before, after = _badges(one, figure)
    salesforce = salesforce_address()
    return Row(
        href=person_href(known.person_id) if known else "",
        then_href=person_href(one.person_id, past) if known and one.before else "",
        name=known.name if known else "Somebody who is not yours to see any more",
        cycle=one.number,
        rep=names.get(_rep(one), "nobody"),
        assigned=instant(one.assigned_at, now=asked.now, zone=scope.zone),
        before=before,
        after=after,
        facts=[_fact(fact, asked, scope, names, salesforce) for fact in facts_of(one, changed)],
    )


def _badges(one: Difference, figure: Figure | None) -> tuple[Badge, Badge]:
    """What the cycle was and is: in the figure that is open, else how it stood and stands."""
    if figure is not None:
        before, after = one.parts(figure.name)
        return Badge(_part_words(before, figure)), Badge(_part_words(after, figure))
    return _state(one.before), _state(one.after)


def _state(told: CycleThen | None) -> Badge:
    if told is None:
        return Badge("Not among them")
    badge = stage_badge(told.outcome, told.handling)
    if told.response_s is None:
        return badge
    return replace(badge, text=f"{badge.text}, answered after {duration(told.response_s)}")


def _part_words(part: Part, figure: Figure) -> str:
    if not part.is_in:
        return "not in it"
    if figure.kind in (Kind.COUNT, Kind.SHARE):
        return "counts" if part.counts else "does not count"
    if figure.kind is Kind.WAITING_PERCENTILE and not part.counts and part.value is not None:
        return f"at least {written(part.value, figure.unit)}"
    return written(part.value, figure.unit)


def _fact(
    fact: Fact, asked: SinceAsked, scope: Scope, names: Mapping[str | None, str], salesforce: str
) -> FactRow:
    is_shown = fact.object_name in _SHOWN_IN_SALESFORCE
    old, new = fact.before, fact.value
    if fact.holds_users:
        old, new = (names.get(value, value) for value in (old, new))
    new = _WHYS.get(new or "", new) if fact.object_name in ("Task", "Event") else new
    what = f"{old} → {new or 'empty'}" if old else new or ""
    return FactRow(
        source_object=fact.object_name,
        source_id=fact.fact_id,
        href=salesforce_href(fact.fact_id, salesforce) if is_shown else "",
        field=fact.field,
        what=what,
        at=instant(fact.at, now=asked.now, zone=scope.zone),
        learned_at=instant(fact.learned_at, now=asked.now, zone=scope.zone),
        by=names.get(fact.actor, "nobody named") if fact.actor else "nobody named",
    )


def since_query(asked: Asked) -> str:
    """The way from a page of figures to what changed in it."""
    filters = {name: value for name, value in asked.filters().items() if name not in asked.past()}
    if asked.known_by is not None:
        filters["since"] = written_instant(asked.known_by) or ""
    return "?" + urlencode(filters)
