"""Which people each kind of change marks."""

from __future__ import annotations

import pytest

from leadmodel.models import Cycle
from leadmodel.rebuild import mark_everybody, rebuild_all
from sandbox.org.instants import to_text
from sync.fields import want
from sync.pull import pull_object
from sync.salesforce.objects import OBJECTS
from tests.sync.world import DERIVED, World, dump, forget_marks, marks, row, values

EVERYBODY = {"*"}


def read_all_but_users(world: World) -> None:
    """As when a user comes between the read of the users and that of the leads."""
    assert world.organisation
    for spec in OBJECTS:
        if spec.name != "User":
            assert not pull_object(world.organisation, spec, now=world.now).is_failure


@pytest.fixture
def pair(world: World) -> tuple[str, str]:
    """Two leads, read and derived."""
    both = world.lead("A"), world.lead("B")
    world.sync_some()
    world.pass_time(minutes=1)
    return both


def test_a_new_lead_and_a_changed_one(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    world.org.update("Lead", a, {"Status": "Working"})
    new = world.lead("C")
    world.pull_some()
    assert marks() == {a, new}


def test_a_task_and_an_event_and_what_has_no_person(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    world.call(a)
    times = {"StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T10:00:00Z"}
    world.org.create("Event", {"WhoId": b, "Subject": "Demo"} | times)
    world.org.create("Task", {"Subject": "Tidy up"})
    world.pull_some()
    assert marks() == {a, b}


def test_a_task_that_moves_marks_who_had_it_and_who_has_it(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    task = world.call(a)
    world.sync_some()
    world.pass_time(minutes=1)

    world.org.update("Task", task, {"WhoId": b})
    world.pull_some()
    assert marks() == {a, b}

    rebuild_all()
    world.pass_time(minutes=1)
    world.org.delete("Task", task)
    world.pull_some()
    assert marks() == {b}


def test_k10_a_call_shared_with_a_second_person_is_a_touch_on_both(
    world: World, pair: tuple[str, str]
) -> None:
    a, b = pair
    task = world.call(a)
    shared = world.org.create("TaskRelation", {"TaskId": task, "RelationId": b})
    times = {"StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T10:00:00Z"}
    event = world.org.create("Event", {"WhoId": a, "Subject": "Demo"} | times)
    world.org.create("EventRelation", {"EventId": event, "RelationId": b})
    for record_id in pair:
        world.org.update("Lead", record_id, {"Status": "Assigned"})
    world.sync_some()
    assert touch_counts() == {a: 2, b: 2}
    world.pass_time(minutes=1)

    world.org.update("Task", task, {"Subject": "Call again"})
    world.pull_some()
    assert marks() == {a, b}
    forget_marks()
    world.pass_time(minutes=1)
    world.org.delete("TaskRelation", shared)
    world.pull_some()
    assert marks() == {b}
    rebuild_all()
    assert touch_counts() == {a: 2, b: 1}


def touch_counts() -> dict[str, int]:
    """Person → how many touches their cycles have."""
    return dict(Cycle.objects.values_list("person_id", "touch_count"))


def test_a_merge_marks_both_and_one_person_is_left(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    world.call(b)
    world.org.merge(a, [b])
    world.pull_some()
    assert marks() == {a, b}

    rebuild_all()
    assert values("SELECT person_id FROM leadmodel_person") == [a]
    assert values("SELECT DISTINCT person_id FROM leadmodel_personrecord") == [a]


def test_a_conversion_marks_lead_and_contact(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    contact = world.org.convert(a).contact_id
    world.pull_some()
    assert marks() == {a, contact}

    rebuild_all()
    assert values("SELECT person_id FROM leadmodel_person ORDER BY 1") == sorted([b, contact])


def test_a_merge_that_is_taken_back_marks_who_survived_it(world: World, pair: tuple[str, str]) -> None:
    lead, survivor = pair
    world.org.update("Lead", lead, {"Status": "Assigned"})
    world.pass_time(minutes=1)
    world.org.merge(survivor, [lead])
    world.sync_some()
    assert values("SELECT person_id FROM leadmodel_cycle") == [survivor]

    world.pass_time(hours=7)
    apart = {"MasterRecordId": None, "IsDeleted": False, "SystemModstamp": to_text(world.now)}
    world.org.store.update_row("Lead", lead, apart)
    world.pass_time(minutes=1)
    world.pull_some()
    assert marks() == {lead, survivor}
    rebuild_all()
    assert survivor not in values("SELECT person_id FROM leadmodel_cycle")
    mark_everybody()
    assert rebuild_all().rows_changed == 0


def test_an_opportunitys_step_marks_its_contacts(world: World, pair: tuple[str, str]) -> None:
    done = world.org.convert(pair[0], opportunity={"Name": "Deal"})
    second = world.contact()
    assert done.opportunity_id
    world.org.create("OpportunityContactRole", {"OpportunityId": done.opportunity_id, "ContactId": second})
    world.sync_some()
    world.pass_time(minutes=1)

    world.org.update("Opportunity", done.opportunity_id, {"StageName": "Closed Won"})
    world.pull_some()
    assert marks() == {done.contact_id, second}


def test_a_stage_that_turns_out_to_be_an_end_marks_whose_opportunities_passed_it(
    world: World, pair: tuple[str, str]
) -> None:
    """Which stages are an end only the opportunities that stand at them tell."""
    first, second = (world.org.convert(lead, opportunity={"Name": "Deal"}) for lead in pair)
    assert first.opportunity_id
    assert second.opportunity_id
    for stage in ("Closed Lost", "Closed Won"):  # nobody reads in between
        world.pass_time(seconds=1)
        world.org.update("Opportunity", first.opportunity_id, {"StageName": stage})
    world.sync_some()
    world.pass_time(minutes=1)
    assert marks() == set()

    world.org.update("Opportunity", second.opportunity_id, {"StageName": "Closed Lost"})
    world.pull_some()
    assert marks() == {first.contact_id, second.contact_id}
    rebuild_all()
    world.pass_time(minutes=1)
    found = dump(DERIVED)
    mark_everybody()
    rebuild_all()
    assert dump(DERIVED) == found

    world.org.update("Opportunity", second.opportunity_id, {"StageName": "Prospecting"})
    world.pull_some()
    assert marks() == {first.contact_id, second.contact_id}, "and nobody stands there any more"


def test_a_campaign_member(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    campaign = world.org.create("Campaign", {"Name": "Fair"})
    member = world.org.create("CampaignMember", {"CampaignId": campaign, "LeadId": a})
    world.pull_some()
    assert marks() == {a}

    forget_marks()
    world.pass_time(minutes=11)
    world.org.update("CampaignMember", member, {"Status": "Responded"})
    world.pull_some()
    assert marks() == {a}


def test_deleted_and_brought_back(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    world.org.delete("Lead", a)
    world.sync_some()
    assert row("sync_lead", a)["is_deleted"] is True
    assert values("SELECT is_deleted FROM leadmodel_person WHERE person_id = %s", a) == [True]

    world.pass_time(minutes=1)
    world.org.undelete("Lead", a)
    world.pull_some()
    assert marks() == {a}
    rebuild_all()
    assert values("SELECT is_deleted FROM leadmodel_person WHERE person_id = %s", a) == [False]


@pytest.mark.parametrize(
    "change",
    [
        {"role": "Outbound"},
        {"manager": "Mona"},
        {"LastName": "Alicia"},
        {"Username": "alicia@desk.example"},
    ],
)
def test_a_user_of_another_kind_or_team_marks_everybody(
    world: World, pair: tuple[str, str], change: dict[str, str]
) -> None:
    assert len(pair) == 2
    if "manager" in change:
        change = {"ManagerId": world.user(change["manager"])}
    elif "role" in change:
        change = {"UserRoleId": world.org.create("UserRole", {"Name": change["role"]})}
    world.org.update("User", world.user("Alice"), change)
    world.pull_some()
    assert marks() == EVERYBODY


def test_a_user_whose_address_changes_marks_nobody(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    world.org.update("User", world.user("Alice"), {"Email": "new@desk.example"})
    assert world.pull_some()["User"].changed_count == 1
    assert marks() == set()


def test_a_role_a_profile_and_a_queue_of_another_name_mark_everybody(world: World) -> None:
    role = world.org.create("UserRole", {"Name": "Inbound"})
    queue = world.org.create("Group", {"Name": "Web", "DeveloperName": "Web", "Type": "Queue"})
    world.user("Alice", UserRoleId=role)
    world.lead(Status="Assigned")
    world.sync_some()
    assert values("SELECT team FROM leadmodel_cycle") == ["Inbound"]

    world.pass_time(minutes=1)
    world.org.update("UserRole", role, {"Name": "Inbound EMEA"})
    world.pull_some()
    assert marks() == EVERYBODY
    rebuild_all()
    assert values("SELECT team FROM leadmodel_cycle") == ["Inbound EMEA"]

    world.pass_time(minutes=1)
    world.org.update("Group", queue, {"Name": "Web forms"})
    world.pull_some()
    assert marks() == EVERYBODY


def test_users_that_are_shown_after_their_work_was_read(world: World) -> None:
    world.lead(Status="Assigned")
    world.hide(objects=["User"])
    world.sync_some()
    assert values("SELECT first_rep FROM leadmodel_cycle") == [None]

    world.hide()
    world.pass_time(minutes=11)
    world.sync_some()
    assert values("SELECT first_rep FROM leadmodel_cycle") == [world.user("Alice")]


def test_a_user_who_is_met_after_their_leads_and_meetings(world: World) -> None:
    world.lead("First", owner="Bob")
    world.sync_some()
    world.pass_time(minutes=1)
    # hired while the other objects were being read: the users had been read by then
    lead = world.lead("Second", owner="Alice", Status="Assigned")
    read_all_but_users(world)
    rebuild_all()
    assert values("SELECT first_rep FROM leadmodel_cycle WHERE person_id = %s", lead) == [None]

    world.pass_time(minutes=1)
    world.sync_some()
    assert values("SELECT first_rep FROM leadmodel_cycle WHERE person_id = %s", lead) == [world.user("Alice")]


def test_a_pull_over_no_change_marks_nobody_and_touches_no_row(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    before = dump(["sync_lead", *DERIVED])
    done = world.pull_some()
    assert done["Lead"].row_count == 2  # the overlap is read again
    assert done["Lead"].changed_count == 0
    assert marks() == set()
    assert dump(["sync_lead", *DERIVED]) == before


def test_an_account_and_its_opportunities_mark_the_leads_matched_to_it(world: World) -> None:
    world.control("POST", "fields", {"object": "Lead", "name": "Matched__c", "type": "string"})
    want([], accounts=[("Lead", "Matched__c")])
    account = world.org.create("Account", {"Name": "Analytical Engines"})
    matched, _other = world.lead("A", Matched__c=account), world.lead("B")
    world.sync_some()
    world.pass_time(minutes=1)

    world.org.update("Account", account, {"Industry": "Machinery"})
    world.pull_some()
    assert marks() == {matched}

    forget_marks()
    deal = {"Name": "Deal", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-06-01"}
    world.org.create("Opportunity", deal)
    world.pull_some()
    assert marks() == {matched}


def test_the_past_of_an_opportunity_that_is_told_late_marks_the_people_of_its_account(world: World) -> None:
    """When it ended is told by its history alone, and what an ended opportunity makes of them goes by that."""
    world.control("POST", "fields", {"object": "Lead", "name": "Matched__c", "type": "string"})
    want([], accounts=[("Lead", "Matched__c")])
    account = world.org.create("Account", {"Name": "Analytical Engines"})
    people = {world.lead(Matched__c=account), world.contact(AccountId=account)}
    deal = {"Name": "Deal", "AccountId": account, "StageName": "Prospecting", "CloseDate": "2026-06-01"}
    deal_id = world.org.create("Opportunity", deal)
    world.sync_some()
    world.pass_time(minutes=1)
    world.org.update("Opportunity", deal_id, {"StageName": "Closed Won"})
    late = [row for row in world.org.store.rows("OpportunityHistory") if row["StageName"] == "Closed Won"]
    world.org.store.remove_rows("OpportunityHistory", '"StageName" = ?', ("Closed Won",))
    world.sync_some()
    assert marks() == set()

    world.org.store.insert_many("OpportunityHistory", late)
    world.org.store.finish_bulk()
    world.pass_time(minutes=1)
    assert world.pull_some()["OpportunityHistory"].changed_count == 1

    assert marks() == people
