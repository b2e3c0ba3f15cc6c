"""M14 over the mirror: a lost opportunity sends its people to Nurture, a won one makes them customers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leadmodel.models import Cycle, Person
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sandbox.org.ids import make_id
from sync.models import Opportunity, OpportunityContactRole, OpportunityHistory
from tests.leadmodel.mirrored import ALICE, NOON, add_contact, add_lead, add_users, convert, mark, set_status

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MODEL = """
stages: {raw: [New], assigned: [Assigned], qualified: [Qualified], nurture: [Nurture], unqualified: [Unqualified]}
"""


def sold(number: int, *stages: tuple[str, timedelta], is_won: bool | None) -> str:
    """Somebody whom Alice qualified and converted, and how their opportunity went on; None: it is still open."""
    lead, contact = add_lead(number), add_contact(number, at=NOON + 2 * HOUR)
    set_status(number, lead, "Assigned", "Qualified", at=NOON + HOUR)
    convert(lead, contact, at=NOON + 2 * HOUR)
    deal = make_id("006", number)
    Opportunity.objects.create(
        # a deal's own name, which is not to be taken for its stage's
        id=deal, name="A deal", is_deleted=False, created_at=NOON + 2 * HOUR, system_modstamp=NOON + 9 * DAY,
        stage_name=stages[-1][0], is_closed=is_won is not None, is_won=bool(is_won), owner_id=ALICE,
    )  # fmt: skip
    OpportunityContactRole.objects.create(
        id=make_id("00K", number), opportunity_id=deal, contact_id=contact, is_primary=True, is_deleted=False,
        created_at=NOON + 2 * HOUR, system_modstamp=NOON + 2 * HOUR,
    )  # fmt: skip
    for place, (stage, after) in enumerate(stages):
        OpportunityHistory.objects.create(
            id=make_id("008", number * 10 + place), opportunity_id=deal, stage_name=stage, created_by_id=ALICE,
            created_at=NOON + after, system_modstamp=NOON + after, is_deleted=False,
        )  # fmt: skip
    mark(contact)
    return contact


@pytest.fixture(autouse=True)
def _desk() -> None:
    enter(MODEL)
    add_users()


def test_m14_a_lost_opportunity_sends_its_people_to_nurture_and_the_cycle_stays_qualified() -> None:
    lost = sold(1, ("Meeting", 3 * HOUR), ("Closed Lost", 5 * DAY), is_won=False)
    others = sold(2, ("Meeting", 3 * HOUR), is_won=None)
    rebuild_all()

    person, cycle = Person.objects.get(person_id=lost), Cycle.objects.get(person_id=lost)
    assert (person.stage, person.stage_since) == ("nurture", NOON + 5 * DAY)
    assert (cycle.outcome, cycle.latest_kind) == ("qualified", "nurture")
    assert Person.objects.get(person_id=others).stage == "qualified"


def test_m14_what_a_stage_means_those_say_that_are_there() -> None:
    """One that was deleted stood at a stage that was an end then."""
    gone = sold(1, ("Parked", 3 * HOUR), is_won=False)
    parked = sold(2, ("Parked", 3 * HOUR), is_won=None)
    Opportunity.objects.filter(is_closed=True).update(is_deleted=True)
    rebuild_all()
    assert Person.objects.get(person_id=parked).stage == "qualified"

    Opportunity.objects.filter(is_closed=False).delete()
    mark(gone)
    rebuild_all()
    assert Person.objects.get(person_id=gone).stage == "nurture"


def test_m14_a_won_opportunity_makes_a_customer() -> None:
    won = sold(1, ("Meeting", 3 * HOUR), ("Closed Won", 5 * DAY), is_won=True)
    others = sold(2, ("Meeting", 3 * HOUR), is_won=None)
    rebuild_all()

    assert Person.objects.get(person_id=won).is_customer
    assert not Person.objects.get(person_id=others).is_customer
