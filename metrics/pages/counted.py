"""Which figures a person's cycles count in, as their page tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from leadmodel.lifecycle.explain import Sentence
from leadmodel.lifecycle.words import RULES
from leadmodel.pages.person import teller_of
from leadmodel.pages.sentences import FactView, Writer
from metrics.membership import Membership, Place, Standing
from metrics.spec import Condition, Kind


@dataclass(frozen=True)
class NotCounted:
    """Figures that do not count a cycle for one cause: its rule, what the cycle's sentences say of it, the facts."""

    why: str
    labels: list[str]
    rule: str
    rule_words: str
    because: list[str]
    facts: list[FactView]


@dataclass(frozen=True)
class Counting:
    """A cycle in the figures: those that count it, those that speak of it without counting it, and the others."""

    title: str
    is_left_out: bool
    counted: list[str]
    among: list[NotCounted]
    out: list[NotCounted]


def view_counted(memberships: Sequence[Membership], writer: Writer) -> list[Counting]:
    """A person's cycles in the figures, latest first."""
    person = writer.story.person
    teller = teller_of(writer.story, now=writer.now, zone=writer.zone)
    views = []
    for membership in reversed(memberships):
        cycle = next((one for one in person.cycles if one.number == membership.number), None)
        sentences = teller.of_cycle(cycle, person) if cycle is not None else []
        views.append(
            Counting(
                title=f"Cycle {membership.number}",
                is_left_out=membership.is_left_out,
                counted=[_label(one) for one in membership.standings if one.place is Place.COUNTED],
                among=_grouped(membership, Place.AMONG, sentences, writer),
                out=_grouped(membership, Place.OUT, sentences, writer),
            )
        )
    return views


def _label(standing: Standing) -> str:
    """A figure in a list; shares are told apart from the counts of the same name."""
    figure = standing.figure
    return f"{figure.label}, share" if figure.kind is Kind.SHARE and "rate" in figure.name else figure.label


def _grouped(
    membership: Membership, place: Place, sentences: Sequence[Sentence], writer: Writer
) -> list[NotCounted]:
    found: dict[tuple[str, Condition], list[str]] = {}
    for standing in membership.standings:
        if standing.place is place and standing.fails is not None:
            found.setdefault((standing.why, standing.fails), []).append(_label(standing))
    merged: dict[tuple[str, str], NotCounted] = {}
    for (why, condition), labels in found.items():
        told = [one for one in sentences if one.topic is condition.topic]
        facts = writer.facts(dict.fromkeys(fact for one in told for fact in one.facts))
        one = merged.setdefault(
            (why, condition.rule),
            NotCounted(
                why, [], condition.rule, RULES.get(condition.rule, ""), [one.text for one in told], facts
            ),
        )
        one.labels.extend(labels)
    return list(merged.values())
