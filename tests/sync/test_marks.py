"""Which people each kind of change marks, and that rows, marks and cursor arrive together or not at all."""

from __future__ import annotations

import psycopg2
import pytest
from django.db import connection

from leadmodel.rebuild import rebuild_all
from sync.fields import want
from sync.load import UnreadableRows, load
from sync.models import ObjectState
from sync.pull import pull_object
from sync.salesforce.objects import BY_NAME, OBJECTS
from sync.salesforce.spool import spooling
from tests.sync.conftest import NOON
from tests.sync.world import DERIVED, World, dump, empty_database, forget_marks, marks, row, state, values

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
    world.sync()
    world.pass_time(minutes=1)
    return both


def test_a_new_lead_and_a_changed_one(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    world.org.update("Lead", a, {"Status": "Working"})
    new = world.lead("C")
    world.pull()
    assert marks() == {a, new}


def test_a_task_and_an_event_and_what_has_no_person(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    world.call(a)
    times = {"StartDateTime": "2026-03-05T09:00:00Z", "EndDateTime": "2026-03-05T10:00:00Z"}
    world.org.create("Event", {"WhoId": b, "Subject": "Demo"} | times)
    world.org.create("Task", {"Subject": "Tidy up"})
    world.pull()
    assert marks() == {a, b}


def test_a_task_that_moves_marks_who_had_it_and_who_has_it(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    task = world.call(a)
    world.sync()
    world.pass_time(minutes=1)

    world.org.update("Task", task, {"WhoId": b})
    world.pull()
    assert marks() == {a, b}

    rebuild_all()
    world.pass_time(minutes=1)
    world.org.delete("Task", task)
    world.pull()
    assert marks() == {b}


def test_a_merge_marks_both_and_one_person_is_left(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    world.call(b)
    world.org.merge(a, [b])
    world.pull()
    assert marks() == {a, b}

    rebuild_all()
    assert values("SELECT person_id FROM leadmodel_person") == [a]
    assert values("SELECT DISTINCT person_id FROM leadmodel_personrecord") == [a]


def test_a_conversion_marks_lead_and_contact(world: World, pair: tuple[str, str]) -> None:
    a, b = pair
    contact = world.org.convert(a).contact_id
    world.pull()
    assert marks() == {a, contact}

    rebuild_all()
    assert values("SELECT person_id FROM leadmodel_person ORDER BY 1") == sorted([b, contact])


def test_an_opportunitys_step_marks_its_contacts(world: World, pair: tuple[str, str]) -> None:
    done = world.org.convert(pair[0], opportunity={"Name": "Deal"})
    second = world.contact()
    assert done.opportunity_id
    world.org.create("OpportunityContactRole", {"OpportunityId": done.opportunity_id, "ContactId": second})
    world.sync()
    world.pass_time(minutes=1)

    world.org.update("Opportunity", done.opportunity_id, {"StageName": "Closed Won"})
    world.pull()
    assert marks() == {done.contact_id, second}


def test_a_campaign_member(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    campaign = world.org.create("Campaign", {"Name": "Fair"})
    member = world.org.create("CampaignMember", {"CampaignId": campaign, "LeadId": a})
    world.pull()
    assert marks() == {a}

    forget_marks()
    world.pass_time(minutes=11)
    world.org.update("CampaignMember", member, {"Status": "Responded"})
    world.pull()
    assert marks() == {a}


def test_deleted_and_brought_back(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    world.org.delete("Lead", a)
    world.sync()
    assert row("sync_lead", a)["is_deleted"] is True
    assert values("SELECT is_deleted FROM leadmodel_person WHERE person_id = %s", a) == [True]

    world.pass_time(minutes=1)
    world.org.undelete("Lead", a)
    world.pull()
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
    world.pull()
    assert marks() == EVERYBODY


def test_a_user_whose_address_changes_marks_nobody(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    world.org.update("User", world.user("Alice"), {"Email": "new@desk.example"})
    assert world.pull()["User"].changed_count == 1
    assert marks() == set()


def test_a_role_a_profile_and_a_queue_of_another_name_mark_everybody(world: World) -> None:
    role = world.org.create("UserRole", {"Name": "Inbound"})
    queue = world.org.create("Group", {"Name": "Web", "DeveloperName": "Web", "Type": "Queue"})
    world.user("Alice", UserRoleId=role)
    world.lead(Status="Assigned")
    world.sync()
    assert values("SELECT team FROM leadmodel_cycle") == ["Inbound"]

    world.pass_time(minutes=1)
    world.org.update("UserRole", role, {"Name": "Inbound EMEA"})
    world.pull()
    assert marks() == EVERYBODY
    rebuild_all()
    assert values("SELECT team FROM leadmodel_cycle") == ["Inbound EMEA"]

    world.pass_time(minutes=1)
    world.org.update("Group", queue, {"Name": "Web forms"})
    world.pull()
    assert marks() == EVERYBODY


def test_users_that_are_shown_after_their_work_was_read(world: World) -> None:
    world.lead(Status="Assigned")
    world.hide(objects=["User"])
    world.sync()
    assert values("SELECT first_rep FROM leadmodel_cycle") == [None]

    world.hide()
    world.pass_time(minutes=11)
    world.sync()
    assert values("SELECT first_rep FROM leadmodel_cycle") == [world.user("Alice")]


def test_a_user_who_is_met_after_their_leads_and_meetings(world: World) -> None:
    world.lead("First", owner="Bob")
    world.sync()
    world.pass_time(minutes=1)
    # hired while the other objects were being read: the users had been read by then
    lead = world.lead("Second", owner="Alice", Status="Assigned")
    read_all_but_users(world)
    rebuild_all()
    assert values("SELECT first_rep FROM leadmodel_cycle WHERE person_id = %s", lead) == [None]

    world.pass_time(minutes=1)
    world.sync()
    assert values("SELECT first_rep FROM leadmodel_cycle WHERE person_id = %s", lead) == [world.user("Alice")]


def test_a_pull_over_no_change_marks_nobody_and_touches_no_row(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    before = dump(["sync_lead", *DERIVED])
    done = world.pull()
    assert done["Lead"].row_count == 2  # the overlap is read again
    assert done["Lead"].changed_count == 0
    assert marks() == set()
    assert dump(["sync_lead", *DERIVED]) == before


def test_an_older_version_never_overwrites_a_newer_one(world: World, pair: tuple[str, str]) -> None:
    a, _ = pair
    spec = BY_NAME["Lead"]
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "Old", "2026-03-02T11:59:59.000+0000")], {})
        assert load(spec, spool, read_at=NOON).changed_count == 0
    assert row("sync_lead", a)["last_name"] == "A"
    assert marks() == set()
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "New", "2026-03-02T12:00:01.000+0000")], {})
        assert load(spec, spool, read_at=NOON).changed_count == 1
    assert row("sync_lead", a)["last_name"] == "New"
    assert row("sync_lead", a)["company"] == "Analytical Engines"


def _version(record_id: str, name: str, at: str) -> dict[str, object]:
    return {"Id": record_id, "LastName": name, "Status": "New", "SystemModstamp": at}


def test_one_row_that_cannot_be_held_takes_back_rows_marks_and_cursor(
    world: World, pair: tuple[str, str]
) -> None:
    a, b = pair
    before, cursor = dump(["sync_lead", "sync_seen"]), state("Lead").cursor
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        spool.add_rows(header, [_version(a, "Fine", "2026-03-02T12:30:00.000+0000")], {})
        spool.add_rows(header, [_version(b, "Bad", "the day before yesterday")], {})
        with pytest.raises(
            UnreadableRows, match=r"^Lead: PostgreSQL cannot hold a value .*the day before yesterday"
        ):
            load(BY_NAME["Lead"], spool, read_at=NOON)

    assert dump(["sync_lead", "sync_seen"]) == before
    assert state("Lead").cursor == cursor
    assert marks() == set()
    assert not list(world.spool.iterdir())


@pytest.mark.parametrize("is_first_read", [True, False])
def test_a_record_told_twice_in_one_read_takes_everything_back(
    world: World,
    is_first_read: bool,
) -> None:
    lead = world.lead()
    world.pull()
    if is_first_read:
        empty_database()
        ObjectState.objects.create(name="Lead")
    before = dump(["sync_lead", "sync_seen", "sync_objectstate"])
    header = ["Id", "LastName", "Status", "SystemModstamp"]
    with spooling("Lead") as spool:
        for name in ("One", "Other"):
            spool.add_rows(header, [_version(lead, name, "2026-03-02T12:30:00.000+0000")], {})
        with pytest.raises(UnreadableRows, match=r"^Lead: Salesforce sent a record twice in one read\."):
            load(BY_NAME["Lead"], spool, read_at=NOON)
    assert dump(["sync_lead", "sync_seen", "sync_objectstate"]) == before
    assert world.pull()["Lead"].changed_count == int(is_first_read)


def test_an_object_that_somebody_else_reads_is_left_to_them(world: World) -> None:
    world.lead()
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    other = psycopg2.connect(**parameters)
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext('pull'), hashtext('Lead'))")
        done = world.pull()
        assert done["Lead"].said == "Lead is being read by another process."
        assert values("SELECT count(*) FROM sync_lead") == [0]
        assert done["User"].changed_count == 2
    finally:
        other.close()
    assert world.pull()["Lead"].changed_count == 1


def test_a_field_wanted_while_a_read_runs_is_still_filled(world: World, pair: tuple[str, str]) -> None:
    assert len(pair) == 2
    with spooling("Lead") as spool:
        spool.add_rows(["Id", "SystemModstamp"], [], {})
        want([("Lead", "Nurture_Reason__c")])  # by a settings import, after the query went out
        load(BY_NAME["Lead"], spool, read_at=NOON)
    assert state("Lead").needs_backfill

    world.sync()
    assert not state("Lead").needs_backfill
