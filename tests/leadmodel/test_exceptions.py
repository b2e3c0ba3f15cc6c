"""Exceptions (M16): in force from start to expiry, known from when they were entered, through merges too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from base.models import Role, User
from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from metrics.query import ask
from metrics.selection import Selection
from tests.leadmodel.mirrored import NOON, add_lead, add_users, merge

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def leads() -> list[str]:
    add_users()
    return [add_lead(number) for number in range(3)]


def exclude(record_id: str, start: datetime, end: datetime, *, entered: datetime | None = None) -> None:
    otto, _ = User.objects.get_or_create(username="otto", defaults={"role": Role.OPS})
    made = Exclusion.objects.create(
        record_id=record_id, starts_at=start, expires_at=end, reason="Test account", owner=otto
    )
    if entered is not None:
        Exclusion.objects.filter(pk=made.pk).update(entered_at=entered)


def told(
    *, now: datetime = NOON + DAY, as_of: datetime | None = None, known_by: datetime | None = None
) -> tuple[object, int]:
    """Assigned, and left out."""
    answer = ask(Selection(NOON - DAY, NOON + 9 * DAY, now, as_of=as_of, known_by=known_by))
    return answer.overall["assigned"], answer.left_out


def test_who_is_excluded_counts_beside_the_figure_only_while_in_force(leads: list[str]) -> None:
    rebuild_all()
    assert told() == (3, 0)
    exclude(leads[0], NOON, NOON + 2 * DAY)
    assert told(now=NOON - timedelta(seconds=1)) == (3, 0)
    assert told(now=NOON) == (2, 1)
    assert told(now=NOON + 2 * DAY - timedelta(seconds=1)) == (2, 1)
    assert told(now=NOON + 2 * DAY) == (3, 0)  # expired at that instant
    assert told(now=NOON + 9 * DAY, as_of=NOON + DAY) == (2, 1)


def test_an_exception_is_known_from_when_it_was_entered(leads: list[str]) -> None:
    rebuild_all()
    exclude(leads[0], NOON, NOON + 9 * DAY, entered=NOON + 3 * DAY)
    assert told(as_of=NOON + DAY) == (2, 1)
    assert told(as_of=NOON + DAY, known_by=NOON + 3 * DAY) == (2, 1)
    assert told(as_of=NOON + DAY, known_by=NOON + 3 * DAY - timedelta(seconds=1)) == (3, 0)


def test_two_exceptions_of_one_person_leave_out_one(leads: list[str]) -> None:
    merge(leads[1], leads[0], at=NOON + timedelta(hours=1))
    rebuild_all()
    both = told()[0]
    exclude(leads[1], NOON, NOON + 2 * DAY)  # entered under the Id that was merged away
    exclude(leads[0], NOON, NOON + 5 * DAY)
    assert told() == (1, int(str(both)) - 1)


def test_an_exception_ends_after_it_starts(leads: list[str]) -> None:
    with pytest.raises(IntegrityError, match="exclusion_ends_after_start"), transaction.atomic():
        exclude(leads[0], NOON, NOON)


def test_one_that_is_ended_early_counts_again_from_then_on_but_not_in_what_was_known(
    leads: list[str],
) -> None:
    rebuild_all()
    exclude(leads[0], NOON, NOON + 9 * DAY, entered=NOON)
    Exclusion.objects.update(
        ended_at=NOON + 2 * DAY, ended_by=User.objects.get(username="otto"), ended_why="no test"
    )

    assert told(now=NOON + 3 * DAY) == (3, 0)
    assert told(now=NOON + 3 * DAY, as_of=NOON + DAY) == (2, 1)  # it was in force then
    assert told(now=NOON + 3 * DAY, known_by=NOON + 2 * DAY) == (3, 0)
    assert told(now=NOON + 3 * DAY, known_by=NOON + DAY) == (2, 1)  # nobody knew that it would end


def test_one_is_ended_only_while_in_force(leads: list[str]) -> None:
    exclude(leads[0], NOON, NOON + DAY)
    with pytest.raises(IntegrityError, match="exclusion_ended_in_force"), transaction.atomic():
        Exclusion.objects.update(ended_at=NOON + DAY)
