"""Sentences of an explanation for a page: each with its rule, and opened to the facts it stands on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.words import Instant, counted, instant
from leadmodel.lifecycle.cited import OURS, Fact
from leadmodel.lifecycle.explain import Sentence
from leadmodel.lifecycle.words import RULES
from leadmodel.pages.links import salesforce_href
from leadmodel.story import Story

MOST_FACTS = 20
"""So many facts of one sentence are written; the timeline has them all."""


@dataclass(frozen=True)
class FactView:
    """A fact: what it says, when it happened, when it was recorded if that is another time, where it stands.

    `mark` is the place in the timeline that tells it, empty where none does.
    """

    what: str
    at: Instant
    learned: Instant | None
    fact_id: str
    href: str
    mark: str


@dataclass(frozen=True)
class SentenceView:
    """A sentence, its rule with a few words of it, its facts, and how many more there are."""

    text: str
    rule: str
    rule_words: str
    facts: list[FactView]
    more: int

    @property
    def facts_words(self) -> str:
        """How many facts it opens to."""
        return counted(len(self.facts) + self.more, "event", "events")


@dataclass(frozen=True)
class Writer:
    """How facts are written on one page: whose story, where Salesforce is, the viewer's clock, marks there are."""

    story: Story
    salesforce: str
    now: datetime
    zone: ZoneInfo
    marks: Collection[str]

    def sentence(self, told: Sentence) -> SentenceView:
        """A sentence for the page."""
        return SentenceView(
            told.text,
            told.rule,
            RULES.get(told.rule, ""),
            self.facts(told.facts[:MOST_FACTS]),
            max(0, len(told.facts) - MOST_FACTS),
        )

    def facts(self, told: Iterable[Fact]) -> list[FactView]:
        """Facts for the page, in their order."""
        return [self._fact(fact) for fact in told]

    def _fact(self, fact: Fact) -> FactView:
        is_ours = fact.object_name == OURS
        return FactView(
            what=self._what(fact),
            at=instant(fact.at, now=self.now, zone=self.zone),
            learned=instant(fact.learned_at, now=self.now, zone=self.zone)
            if fact.learned_at != fact.at
            else None,
            fact_id="" if is_ours else fact.fact_id,
            href="" if is_ours else salesforce_href(fact.record_id, self.salesforce),
            mark=anchor(fact.fact_id) if fact.fact_id in self.marks else "",
        )

    def _what(self, fact: Fact) -> str:
        name = " ".join(filter(None, (fact.object_name, fact.field)))
        before, value = self._value(fact, fact.before), self._value(fact, fact.value)
        if before and value:
            return f"{name}: {before} → {value}"
        return f"{name}: {value or f'{before} → empty'}" if before or value else name

    def _value(self, fact: Fact, value: str | None) -> str:
        if not value:
            return ""
        return self.story.name(value) if fact.holds_users else value


def anchor(fact_id: str) -> str:
    """The id of the place in the timeline that tells a fact."""
    return f"fact-{fact_id}"
