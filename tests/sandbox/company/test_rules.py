from __future__ import annotations

from sandbox.company.people import MARKETING_QUEUE, POOL
from sandbox.org.rules import assigned_owner
from tests.sandbox.company.conftest import Company


def test_what_the_api_writes_goes_to_a_queue_by_its_source(company: Company) -> None:
    one = company.store.object("Lead")

    def owner(source: str) -> str | None:
        return assigned_owner(company.store, one, {"LeadSource": source})

    assert owner("Demo request") == MARKETING_QUEUE.id
    assert owner("Prospecting list") == POOL.id
    assert owner("Word of mouth") is None


def test_tasks_have_a_key_that_nobody_uses_yet(company: Company) -> None:
    field = company.store.object("Task").field("Lead_Ops_Key__c")

    assert field is not None
    assert (field.external_id, field.unique) == (True, True)
    assert company.one('SELECT count("Lead_Ops_Key__c") FROM "Task"') == 0
