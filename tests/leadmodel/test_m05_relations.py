"""M5 over the mirror: whether an opportunity was open, or the person a customer, when their cycle began."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

import pytest

from leadmodel.models import Cycle
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sandbox.org.ids import make_id
from sync.models import (
    Account,
    Contact,
    ContactHistory,
    Opportunity,
    OpportunityContactRole,
    OpportunityHistory,
)
from tests.leadmodel.mirrored import ALICE, NOON, add_contact, add_users

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
MODEL = "stages: {assigned: [Assigned]}\nassignment: {owner: true}\n"
QUEUE, ACCOUNT, DEAL = make_id("00G", 1), make_id("001", 1), make_id("006", 1)
CREATED = NOON - 30 * DAY
"""The contact; Alice gets them from a queue at noon, which begins the cycle."""


def stood(stage: str, at: datetime) -> None:
    OpportunityHistory.objects.create(
        id=make_id("008", OpportunityHistory.objects.count()), opportunity_id=DEAL, stage_name=stage, created_at=at
    )  # fmt: skip


@pytest.mark.parametrize("tie", ["role", "account"])
@pytest.mark.parametrize(
    ("opened", "closed", "stage", "relation"),
    [
        (-2, None, "Prospecting", "open_opportunity"),
        (-2, 1, "Won", "open_opportunity"),
        (-2, 1, "Lost", "open_opportunity"),
        (-2, -1, "Won", "customer"),
        (-2, -1, "Lost", "new_business"),
        (1, None, "Prospecting", "new_business"),
        (1, 2, "Won", "new_business"),
    ],
)
def test_m05_the_relation_is_as_the_opportunity_stood_when_the_cycle_began(
    opened: int, closed: int | None, stage: str, relation: str, tie: Literal["role", "account"]
) -> None:
    enter(MODEL)
    add_users()
    Account.objects.create(id=ACCOUNT, is_deleted=False, created_at=CREATED)
    contact = add_contact(1, at=CREATED)
    Contact.objects.filter(id=contact).update(account_id=ACCOUNT)
    ContactHistory.objects.create(
        id=make_id("03h", 1), contact_id=contact, field="Owner", old_value=QUEUE, new_value=ALICE,
        created_at=NOON, created_by_id=ALICE,
    )  # fmt: skip
    Opportunity.objects.create(
        id=DEAL, is_deleted=False, created_at=NOON + opened * DAY, stage_name=stage, owner_id=ALICE,
        is_closed=closed is not None, is_won=stage == "Won", account_id=ACCOUNT if tie == "account" else None,
    )  # fmt: skip
    stood("Prospecting", NOON + opened * DAY)
    if closed is not None:
        stood(stage, NOON + closed * DAY)
    if tie == "role":
        OpportunityContactRole.objects.create(
            id=make_id("00K", 1), opportunity_id=DEAL, contact_id=contact, is_primary=True,
            created_at=NOON + opened * DAY,
        )  # fmt: skip
    rebuild_all()

    assert Cycle.objects.get().relation == relation
