"""M3: a Contact that went from one account to another was of the first one then, whatever field tells a Lead's."""

from __future__ import annotations

import pytest

from leadmodel.lifecycle.known import ACCOUNT_ID
from leadmodel.settings_store import enter
from leadmodel.timeline import read_columns
from sync.fields import want

MODEL = """
stages: {raw: [New], assigned: [Assigned], qualified: [Qualified]}
lead_types:
  account_field: Matched__c
  target_account: {all: [{field: Account.Industry, operator: is, value: Machinery}]}
"""


@pytest.mark.django_db
def test_m03_a_lead_and_a_contact_tell_their_account_by_fields_of_their_own() -> None:
    want([("Lead", "Matched__c")])

    columns = read_columns(enter(MODEL))

    assert columns.tracked["Lead"]["Matched__c"] == ACCOUNT_ID
    assert columns.tracked["Contact"]["AccountId"] == ACCOUNT_ID
    assert "Matched__c" not in columns.tracked["Contact"]
