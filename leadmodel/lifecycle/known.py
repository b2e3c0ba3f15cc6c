"""What was known of a person at an instant: fields that rules read, its account, its opportunities (M3). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

from leadmodel.lifecycle.facts import Deal, Directory, Family, Horizon, Record, Tracked
from leadmodel.lifecycle.history import History, value_at
from leadmodel.lifecycle.lead_types import ACCOUNT, LeadType, LeadTypes, Relation
from leadmodel.lifecycle.stages import Path

ACCOUNT_ID = "AccountId"
_NOTHING: Mapping[str, str | None] = {}


class Known(NamedTuple):
    """The facts of one person's records that lead types rest on."""

    family: Family
    history: History
    records: Sequence[Record]
    horizon: Horizon

    def lead_type(self, rules: LeadTypes, path: Path, at: datetime) -> LeadType:
        """What the lead was at `at`."""
        return rules.type_of(partial(self.field, at=at), path, self.relation(at))

    def field(self, name: str, *, at: datetime) -> str | None:
        """A field as it stood at `at`, on the latest of the person's records that has it (A16)."""
        place = self.place(name, at=at)
        return None if place is None else self._value(*place, at)

    def place(self, name: str, *, at: datetime) -> tuple[str, str] | None:
        """The record or account, and its field, that `field` reads at `at`; None where nothing has it."""
        if name.startswith(ACCOUNT):
            account = self._account(at)
            return None if account is None else (account, name.removeprefix(ACCOUNT))
        for record in self._latest_first(at):
            if name in self.family.values.get(record.record_id, _NOTHING):
                return record.record_id, name
        return None

    def relation(self, at: datetime) -> Relation:
        """By the opportunities of the person and the account: a customer once one was won, else whether one is open."""
        if not self.family.deals:
            return Relation.NEW_BUSINESS
        deals = self._deals(at)
        if any(_is_won(deal, at) for deal in deals):
            return Relation.CUSTOMER
        return Relation.OPEN_OPPORTUNITY if any(_is_open(d, at) for d in deals) else Relation.NEW_BUSINESS

    def wanted_rep(self, relation: Relation, at: datetime, directory: Directory) -> str | None:
        """Whom the lead should go to: the open opportunity's owner (R054), or who won the customer (R055)."""
        deals = self._deals(at) if self.family.deals else []
        if relation is Relation.OPEN_OPPORTUNITY:
            found = max((d for d in deals if _is_open(d, at)), key=_by_opening, default=None)
            when = at
        elif relation is Relation.CUSTOMER:
            found = min((d for d in deals if _is_won(d, at)), key=_by_closing, default=None)
            when = at if found is None or found.closed_at is None else found.closed_at
        else:
            return None
        if found is None:
            return None
        changes = self.history.get((found.opportunity_id, Tracked.OWNER), ())
        owner = value_at(changes, when, found.owner_id, self.horizon)
        return directory.named(owner) if directory.is_human(owner) else None

    def _latest_first(self, at: datetime) -> Sequence[Record]:
        """The records there were at `at`, the latest first; all where none was yet."""
        if len(self.records) == 1:
            return self.records
        found = [record for record in self.records if record.created_at <= at] or self.records
        return sorted(found, key=lambda record: (record.created_at, record.record_id), reverse=True)

    def _account(self, at: datetime) -> str | None:
        values = self.family.values
        for record in self._latest_first(at):
            if ACCOUNT_ID in values.get(record.record_id, _NOTHING):
                account = self._value(record.record_id, ACCOUNT_ID, at)
                if account is not None:
                    return account
        return None

    def _value(self, record_id: str, name: str, at: datetime) -> str | None:
        current = self.family.values.get(record_id, _NOTHING).get(name)
        changes = self.history.get((record_id, name))
        return current if changes is None else value_at(changes, at, current, self.horizon)

    def _deals(self, at: datetime) -> list[Deal]:
        ties: set[str | None] = {record.record_id for record in self.records}
        account = self._account(at)
        ties.add(account)
        return [
            deal
            for deal in self.family.deals
            if deal.tie in ties and (deal.gone_at is None or deal.gone_at > at)
        ]


def _is_open(deal: Deal, at: datetime) -> bool:
    return deal.opened_at <= at and (deal.closed_at is None or deal.closed_at > at)


def _is_won(deal: Deal, at: datetime) -> bool:
    return deal.is_won and deal.closed_at is not None and deal.closed_at <= at


def _by_opening(deal: Deal) -> tuple[datetime, str]:
    return deal.opened_at, deal.opportunity_id


def _by_closing(deal: Deal) -> tuple[datetime, str]:
    assert deal.closed_at is not None
    return deal.closed_at, deal.opportunity_id


def is_plain(family: Family, rules: LeadTypes) -> bool:
    """Whether every lead of the family is of the plain type, as for most there is nothing to know."""
    return rules.is_empty and not family.deals
