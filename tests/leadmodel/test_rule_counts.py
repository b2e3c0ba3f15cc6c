"""The live counts agree with what the model tells of the same people, and name what cannot be known."""

from __future__ import annotations

from datetime import timedelta

import pytest
import yaml
from django.db import connection
from django.utils import timezone

from leadmodel.models import Cycle, PersonRecord
from leadmodel.rebuild import rebuild_all
from leadmodel.rule_counts import TooSlow, count_people, unread
from leadmodel.settings_edit import with_lead_types
from leadmodel.settings_file import parse
from leadmodel.settings_store import enter, settings_in_force
from sync import models as mirror
from tests.pages.world import ALICE, MODEL, World

pytestmark = pytest.mark.django_db(transaction=True)

RULES = """
lead_types:
  target_account: {all: [{field: Account.Industry, operator: is, value: energy}]}
  customer: {any: [{field: Company, operator: starts with, value: queue}]}
  priorities:
    P1:
      any: [{field: LeadSource, operator: is one of, value: [chat]}, {field: relation, operator: is, value: customer}]
    P2: {all: [{field: target_account, operator: is, value: true}, {field: path, operator: is, value: inbound}]}
    P3:
      all:
        - {field: Score__c, operator: is at least, value: 50}
        - any: [{field: Email, operator: contains, value: "%"}, {field: Title, operator: is empty}]
    P4: {all: [{field: Rating, operator: is, value: Hot}, {field: path, operator: is, value: outbound}]}
"""


@pytest.fixture
def ruled(transactional_db: None) -> World:
    """Leads and contacts of two accounts, scored, with deals, whose types the model has told."""
    world = World(timezone.now())
    world.add_users()
    enter(MODEL + RULES)
    at = world.now - timedelta(days=2)
    mirror.Account.objects.create(id="001000000000001AAA", name="Watts", industry="Energy", created_at=at)
    mirror.Account.objects.create(id="001000000000002AAA", name="Bolts", industry="Machinery", created_at=at)
    for number, (source, company, owner) in enumerate(
        [
            ("Chat", "Fjord", ALICE),
            ("Web", "Queue & Sons", ALICE),
            ("List", "Fjord", ALICE),
            ("Web", "X", ALICE),
        ]
    ):
        world.add_lead(f"lead_{number}", owner, timedelta(days=1), source=source, company=company)
    for number in (1, 2, 3):
        record = f"003{number:012}AAA"
        mirror.Contact.objects.create(
            id=record, account_id=f"00100000000000{min(number, 2)}AAA", last_name=f"C{number}", owner_id=ALICE,
            created_at=at, created_by_id=ALICE, last_modified_at=at, system_modstamp=at, lead_source="Web",
            is_deleted=False,
        )  # fmt: skip
        mirror.Mark.objects.create(record_id=record)
    mirror.Opportunity.objects.create(
        id="006000000000001AAA", account_id="001000000000002AAA", stage_name="Won", is_closed=True, is_won=True,
        close_date=at.date(), created_at=at, owner_id=ALICE,
    )  # fmt: skip
    scores = [("00Q000000000001AAA", "49.9"), ("00Q000000000002AAA", "5e1"), ("00Q000000000003AAA", "many"),
              ("00Q000000000004AAA", "70")]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE sync_lead SET x_score__c = %s WHERE id = %s", [(score, one) for one, score in scores]
        )
        # a status of their own, that contacts have cycles too
        cursor.execute("UPDATE sync_contact SET x_status__c = 'Assigned'")
    mirror.Lead.objects.filter(pk="00Q000000000004AAA").update(rating="hot")
    rebuild_all()
    return world


def test_counts_are_those_of_the_model_while_nothing_changed(ruled: World) -> None:
    found = count_people(settings_in_force(), now=timezone.now())

    cycles = list(Cycle.objects.all())
    assert len(cycles) == found.people == 7
    assert found.by_rule["target_account"] == sum(cycle.is_target_account for cycle in cycles) == 1
    # of several that hold the first counts: taken alone, each catches whom the model gives it
    for priority in ("P1", "P2", "P3", "P4"):
        data = yaml.safe_load(MODEL + RULES)
        data["lead_types"]["priorities"] = {priority: data["lead_types"]["priorities"][priority]}
        enter(yaml.safe_dump(data))
        rebuild_all()
        told = Cycle.objects.filter(priority=priority).count()
        assert found.by_rule[f"priorities.{priority}"] == told, priority
    assert [found.by_rule[f"priorities.P{n}"] for n in (1, 2, 3, 4)] == [4, 1, 2, 0]


def test_people_met_by_two_priorities_are_told(ruled: World) -> None:
    found = count_people(settings_in_force(), now=timezone.now())

    assert {pair: people for pair, people in found.both.items() if people} == {
        ("priorities.P1", "priorities.P3"): 1
    }


def test_a_person_of_several_records_counts_once_by_the_latest(ruled: World) -> None:
    before = count_people(settings_in_force(), now=timezone.now())
    first, second = "00Q000000000001AAA", "00Q000000000004AAA"
    mirror.Lead.objects.filter(pk=first).update(master_record_id=second, is_deleted=True)
    mirror.Mark.objects.create(record_id=first)
    rebuild_all()
    assert PersonRecord.objects.get(pk=first).person_id == second

    after = count_people(settings_in_force(), now=timezone.now())

    assert after.people == before.people - 1


def test_fields_nobody_reads_are_named(ruled: World) -> None:
    mirror.ObjectState.objects.create(name="Lead", unreadable={"Score__c": {"why": "hidden"}})
    mirror.ObjectState.objects.create(name="Contact", unreadable={"Score__c": {"why": "hidden"}})
    text = MODEL + "lead_types: {customer: {all: [{field: Never__c, operator: is filled}]}}\n"

    assert list(unread(settings_in_force())) == ["Score__c"]
    assert "was never read" in unread(parse(text))["Never__c"]
    assert count_people(parse(text), now=timezone.now()).by_rule == {"customer": 0}


def test_a_count_that_takes_too_long_is_given_up(ruled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("leadmodel.rule_counts.LONGEST_S", 0.001)
    mirror.Lead.objects.bulk_create(
        mirror.Lead(id=f"00Q{number:012}ZZZ", created_at=timezone.now()) for number in range(20_000)
    )
    PersonRecord.objects.bulk_create(
        PersonRecord(record_id=f"00Q{number:012}ZZZ", person_id="00Q000000000001AAA")
        for number in range(20_000)
    )

    with pytest.raises(TooSlow, match="given up"):
        count_people(settings_in_force(), now=timezone.now())


COMMENTED = """# ours
few: 3   # small desk
# about types
lead_types:   # old
  priorities:
    P1: {all: [{field: Rating, operator: is, value: Hot}]}

# about stages
stages: {assigned: [Assigned]}
"""


@pytest.mark.parametrize("text", [COMMENTED, COMMENTED.replace("few: 3 ", "few:\n  3")])
def test_only_the_section_is_written_anew(text: str) -> None:
    rules = parse(MODEL + RULES).lead_types

    changed = with_lead_types(text, rules)

    assert parse(changed).lead_types == rules
    assert [line for line in text.splitlines() if "#" in line and "old" not in line] == [
        line for line in changed.splitlines() if "#" in line
    ]
    assert with_lead_types(changed, rules) == changed


@pytest.mark.parametrize("text", ["{stages: {assigned: [Assigned]}}", "stages: {assigned: [Assigned]}"])
def test_a_text_without_the_section_gets_it(text: str) -> None:
    rules = parse(MODEL + RULES).lead_types

    assert parse(with_lead_types(text, rules)).lead_types == rules
