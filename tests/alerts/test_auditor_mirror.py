"""What the auditor makes of Salesforce's rows of one person, where few organisations ever show it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from alerts.auditor.mirror import Change, Known, Row, Stood
from alerts.auditor.returns import Resting, went_at
from leadmodel.lifecycle.stages import Stage
from tests.lifecycle.desk import model

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALICE, BOB, CAROL = (f"00500000000000{number}AAA" for number in range(3))
LEAD, OTHER, CONTACT = "00Q000000000001AAA", "00Q000000000002AAA", "003000000000001AAA"


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def row(
    record_id: str, owner: str, *, minute: float = 0, contact_id: str | None = None, merged: bool = False
) -> Row:
    return Row(LEAD, record_id, at(minute), ALICE, owner, "Nurture", contact_id, merged)


def changed(record_id: str, minute: float, old: str | None, new: str | None) -> Change:
    return Change(record_id, at(minute), frozenset({CAROL}), old, new)


def hands(known: Known) -> list[tuple[str | None, str | None, datetime]]:
    return [(hand.giver, hand.taker, hand.at) for hand in known.hands()]


def test_m04_who_had_another_that_was_merged_into_the_person_had_another_person() -> None:
    known = Known(rows=[row(LEAD, BOB), row(OTHER, ALICE, merged=True)])
    known.owners = [changed(LEAD, 5, ALICE, BOB), changed(OTHER, 9, CAROL, ALICE)]
    assert hands(known) == [(ALICE, BOB, at(5))]


def test_k03_the_contact_that_a_conversion_makes_changes_hands_with_it_and_later_changes_count_after_it() -> (
    None
):
    """The Contact is made seconds before what history tells of the conversion."""
    rows = [row(CONTACT, CAROL, minute=9.9), row(LEAD, ALICE, contact_id=CONTACT)]
    assert not Known(rows=rows).is_sure
    known = Known(rows=rows, conversions=[changed(LEAD, 10, None, None)])
    known.owners = [changed(CONTACT, 20, BOB, CAROL)]
    assert known.is_sure
    assert hands(known) == [(ALICE, BOB, at(10)), (BOB, CAROL, at(20))]


def resting(*, qualified: float | None = None) -> Resting:
    """By a cycle that ended an hour after noon."""
    return Resting(
        LEAD, 1, "inbound", None, False, at(60), None if qualified is None else at(qualified), ALICE
    )


def lost(minute: float) -> Stood:
    return Stood(at(minute), ALICE, is_named=False, is_won=False, is_lost=True)


def test_m14_the_first_opportunity_lost_after_they_were_qualified_sends_them_there() -> None:
    known = Known(rows=[row(CONTACT, ALICE)])
    known.statuses = [
        (changed(CONTACT, 30, "New", "Nurture"), Stage.NURTURE),
        (changed(CONTACT, 60, "Nurture", "Qualified"), Stage.QUALIFIED),
    ]
    known.deals = [lost(50), lost(90), lost(95)]
    assert went_at(resting(qualified=60), known, model()) == at(90)
    known.statuses.pop()
    assert went_at(resting(qualified=60), known, model()) == at(90), "the status says so of another cycle"
    assert went_at(resting(), known, model()) is None


def test_k03_a_contact_that_a_conversion_makes_only_copies_its_leads_status() -> None:
    known = Known(rows=[row(LEAD, ALICE, contact_id=CONTACT, minute=-9), row(CONTACT, ALICE, minute=70.5)])
    known.conversions = [changed(LEAD, 70, None, None)]
    known.deals = [lost(90)]
    assert went_at(resting(qualified=70), known, model()) == at(90)
