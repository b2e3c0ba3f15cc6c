"""Who may act on whom: whoever holds the person, their manager, and ops; and who takes back what automation did."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.http import Http404

from base.models import Effect, Role, User
from leadmodel.access import has_nobodys, is_nobodys, sees_all, visible_reps
from leadmodel.models import Person, PersonRecord
from sync.writeback.deliver import CHANGE
from sync.writeback.modes import AUTOMATIC_KINDS

ABANDON, REASSIGN = AUTOMATIC_KINDS
"""Decided by nobody here: `alerts.abandoning` (M15) and `alerts.reassigning` (R067) do."""
GIVEN_UP_FOR = timedelta(days=1)
"""So long whoever may act on a person takes back that automation gave them up; operations, at any time."""


def assigns(user: User) -> bool:
    """Whether this user gives people to reps: managers and ops do."""
    return user.role != Role.REP


def only_who_assigns(user: User, what: str) -> User:
    """The user, who answers for what reps do. Raises Http404 for others: `what` is not for them."""
    if not assigns(user):
        raise Http404(f"{what} is for managers and operations.")
    return user


def refusal(user: User, person: Person) -> str:
    """Why this user cannot act on a person they may see, in a sentence; empty where they can."""
    return _refusal(user, person, visible_reps(user))


def refusals(user: User, record_ids: Collection[str]) -> dict[str, str]:
    """Why this user cannot act on the person each of these records stands for, in a sentence; empty where they can."""
    records = PersonRecord.objects.filter(record_id__in=record_ids)
    person_of = dict(records.values_list("record_id", "person_id"))
    people, reps = Person.objects.in_bulk(person_of.values()), visible_reps(user)
    found = {record_id: people.get(person_of.get(record_id, "")) for record_id in record_ids}
    return {
        record_id: _refusal(user, person, reps) if person is not None else "There is no such person any more."
        for record_id, person in found.items()
    }


def taken_over(user: User, effects: Collection[Effect]) -> dict[int, str]:
    """Those of a user's own changes that are no more theirs to take back, and why: the person is another's by now.

    What moved the person is not among them: write-back takes it back only while they are where it took them.
    """
    if sees_all(user):
        return {}
    bound = {
        one.pk: one.subject
        for one in effects
        if one.kind.startswith(CHANGE) and "OwnerId" not in one.result.get("values", {})
    }
    told = refusals(user, set(bound.values())) if bound else {}
    return {pk: told[record_id] for pk, record_id in bound.items() if told[record_id]}


def _refusal(user: User, person: Person, reps: frozenset[str] | None) -> str:
    if person.is_deleted:
        return "The person was deleted in Salesforce."
    if reps is None or person.holder_id in reps:
        return ""
    if has_nobodys(user) and is_nobodys(person.holder_id):
        return ""
    return "The person is held by somebody else now: only they, their manager and ops can act."


def lately_given_up(user: User, effects: Collection[Effect], *, now: datetime) -> set[int]:
    """Those of the writes by which automation gave somebody up, within a day, on whom this user may act (M15)."""
    lately = [
        one
        for one in effects
        if one.kind == ABANDON and one.ended_at is not None and now - one.ended_at <= GIVEN_UP_FOR
    ]
    if not lately:
        return set()
    told = refusals(user, {one.subject for one in lately})
    return {one.pk for one in lately if not told[one.subject]}
