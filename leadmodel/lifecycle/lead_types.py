"""What type a lead is: path, target account, relation, priority (M5, A16, R142, R143).

Rules that operations write decide, over mirrored fields as they stood when the cycle began; nothing is typed by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import cached_property, lru_cache, partial
from typing import NamedTuple

from pydantic import Field

from leadmodel.lifecycle.conditions import Read, Rule
from leadmodel.lifecycle.section import Section
from leadmodel.lifecycle.stages import Path


class Priority(StrEnum):
    """How soon somebody must look at a lead; the seeds' order (R142, R143)."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


class Relation(StrEnum):
    """What the person's company is to us when the cycle begins."""

    NEW_BUSINESS = "new_business"
    OPEN_OPPORTUNITY = "open_opportunity"
    CUSTOMER = "customer"


ACCOUNT = "Account."
"""How the names of fields begin that rules read of a lead's account."""
OWN_FIELDS = ("path", "target_account", "relation")
"""What rules may ask of a lead beside its fields: what has been decided about it before."""


class LeadType(NamedTuple):
    """What a lead was when its cycle began."""

    is_target_account: bool
    relation: Relation
    priority: Priority | None


class LeadTypes(Section):
    """The rules. Of several priorities that a lead meets, the first counts."""

    account_field: str | None = None
    """API name of the Lead field that names its account, where a matching tool fills one."""
    target_account: Rule | None = None
    customer: Rule | None = None
    """Customers beside those who won an opportunity."""
    priorities: dict[Priority, Rule] = Field(default_factory=dict)

    def rules(self) -> Iterator[tuple[str, Rule]]:
        """Each rule with its place in the file."""
        if self.target_account is not None:
            yield "target_account", self.target_account
        if self.customer is not None:
            yield "customer", self.customer
        for priority, rule in self.in_order:
            yield f"priorities.{priority}", rule

    @cached_property
    def is_empty(self) -> bool:
        """Whether there is no rule."""
        return not [*self.rules()]

    @cached_property
    def in_order(self) -> tuple[tuple[Priority, Rule], ...]:
        """The priorities, the most urgent first, however the file orders them."""
        return tuple(sorted(self.priorities.items()))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The Salesforce fields the rules read, in order."""
        named = {condition.field for _, rule in self.rules() for condition in rule.conditions()}
        return tuple(sorted(named - set(OWN_FIELDS)))

    def type_of(self, read: Read, path: Path, related: Relation) -> LeadType:
        """The type of a lead; `read` gives the fields as they stood, `related` is what its opportunities say."""
        return self._decided(path, related, tuple([(field, read(field)) for field in self.fields]))

    @cached_property
    def _decided(self) -> Callable[[Path, Relation, tuple[tuple[str, str | None], ...]], LeadType]:
        """The rules' answer to each set of values, kept: most leads share theirs with many others."""
        return lru_cache(maxsize=10_000)(partial(_decide, self))


def _decide(
    rules: LeadTypes, path: Path, related: Relation, held: tuple[tuple[str, str | None], ...]
) -> LeadType:
    values: dict[str, str | None] = dict(held)
    is_target = rules.target_account is not None and rules.target_account.holds(values.get)
    if rules.customer is not None and rules.customer.holds(values.get):
        related = Relation.CUSTOMER
    values |= {"path": path, "target_account": "true" if is_target else "false", "relation": related}
    for priority, rule in rules.in_order:
        if rule.holds(values.get):
            return LeadType(is_target, related, priority)
    return LeadType(is_target, related, None)
