"""Mode 8: what is deleted for good, merged or brought back is seen, though no query of changes shows it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync import compare
from sync.models import Drift, Run
from tests.sync.likeness import assert_like
from tests.sync.world import DERIVED, World, dump, empty_database, marks, state, values


@pytest.fixture
def campaign(world: World) -> str:
    """A campaign that a lead was on before the first read."""
    made = world.org.create("Campaign", {"Name": "Fair"})
    world.org.create("CampaignMember", {"CampaignId": made, "LeadId": world.lead("Member")})
    world.sync_some()
    world.pass_time(minutes=5)
    return made


def member(world: World) -> str:
    return str(next(world.org.store.rows("CampaignMember"))["Id"])


def assert_derived_like_new(world: World) -> None:
    """What was derived is what a first read would give."""
    derived = dump(DERIVED)
    empty_database()
    world.sync_some()
    assert dump(DERIVED) == derived


def test_a_campaign_member_that_skips_the_bin_is_known_to_be_gone_by_the_next_turn(
    world: World, campaign: str
) -> None:
    lead = values("SELECT lead_id FROM sync_campaignmember")[0]
    world.org.delete("CampaignMember", member(world))
    world.pass_time(minutes=5)

    assert world.pull_some()["CampaignMember"].changed_count == 1

    assert values("SELECT id FROM sync_campaignmember WHERE NOT is_deleted") == []
    assert marks() == {lead}
    assert_like(world)


def test_an_opportunitys_contact_role_that_is_deleted_marks_its_contact(world: World) -> None:
    done = world.org.convert(world.lead(), opportunity={"Name": "Deal"})
    second = world.contact()
    role = world.org.create(
        "OpportunityContactRole", {"OpportunityId": done.opportunity_id, "ContactId": second}
    )
    world.sync_some()
    world.pass_time(minutes=5)

    world.org.delete("OpportunityContactRole", role)
    world.pass_time(minutes=5)
    world.pull_some()

    assert marks() == {second}
    assert_like(world)


def test_a_lead_deleted_past_the_bin_is_known_so_within_a_day_and_its_history_stays(world: World) -> None:
    kept, gone = world.lead("Kept"), world.lead("Gone")
    world.org.update("Lead", gone, {"Status": "Working"})
    world.sync_some()
    history = values("SELECT id FROM sync_leadhistory ORDER BY id")
    world.pass_time(minutes=1)
    world.purge(gone)

    for _ in range(4):
        world.pass_time(hours=6)
        world.poll()

    assert values("SELECT id FROM sync_lead WHERE NOT is_deleted") == [kept]
    assert values("SELECT id FROM sync_leadhistory ORDER BY id") == history
    assert gone in marks()
    world.sync_some()
    assert values("SELECT person_id FROM leadmodel_person WHERE NOT is_deleted") == [kept]
    assert_like(world)


def test_what_was_read_as_deleted_stays_when_the_bin_is_emptied(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Past figures stand on it: a loser's past is the winner's (K6), and a deleted call was made (M2)."""
    winner, loser, gone = (world.lead(name, Status="Assigned") for name in ("Winner", "Loser", "Gone"))
    call = world.call(winner)
    world.sync_some()
    world.pass_time(minutes=5)
    world.org.merge(winner, [loser])
    world.org.delete("Lead", gone)
    world.org.delete("Task", call)
    world.sync_some()
    before = dump(["sync_lead", "sync_task", *DERIVED])
    world.pass_time(days=40)
    world.lead("Of another month")
    world.control("POST", "empty-bin", {})
    monkeypatch.setattr(compare, "BULK_FROM_ROWS", 1)
    for _ in range(2):
        world.pass_time(days=1)
        world.sync_some()

    assert values("SELECT id FROM sync_lead WHERE is_deleted ORDER BY id") == sorted([loser, gone])
    assert not Drift.objects.exists()
    after = dump(list(before))
    assert [row for table, rows in before.items() for row in rows if row not in after[table]] == []
    # each month has a lead that lives: counts agree, and only the month whose turn it is was read
    assert Run.objects.filter(object_name="Lead", kind=Run.Kind.COMPARISON).latest("id").rows_read == 1


def test_what_was_deleted_without_a_new_stamp_is_found_by_the_comparison(world: World) -> None:
    lead = world.lead()
    world.sync_some()
    world.pass_time(hours=2)
    world.lead("Later")  # no window begins before it any more
    world.sync_some()
    world.org.store.update_row("Lead", lead, {"IsDeleted": True})
    world.pass_time(days=1)
    world.sync_some()

    assert values("SELECT id FROM sync_lead WHERE is_deleted") == [lead]
    assert Drift.objects.get().outdated == 1
    world.pass_time(days=1)
    world.pull_some()
    assert Drift.objects.count() == 1  # mended is mended
    assert_like(world)


def test_deletions_that_salesforce_has_forgotten_are_found_by_comparing_every_id(
    world: World, campaign: str
) -> None:
    # one comes and one goes, so that their number tells nothing
    world.pass_time(hours=2)
    gone, lead = member(world), world.lead("Second")
    world.org.delete("CampaignMember", gone)
    world.control("PUT", "settings", {"deletions_since": (world.now + timedelta(minutes=1)).isoformat()})
    world.pass_time(minutes=5)

    world.pull_some()

    assert values("SELECT id FROM sync_campaignmember WHERE NOT is_deleted") == []
    assert Drift.objects.get().extra == 1
    assert not state("CampaignMember").is_doubted
    assert_like(world)
    assert lead in {str(v) for v in values("SELECT id FROM sync_lead")}


@pytest.mark.parametrize("way", ["too many Ids", "a pause of sixteen days"])
def test_what_getdeleted_cannot_tell_is_compared(world: World, campaign: str, way: str) -> None:
    world.pass_time(hours=2)
    world.org.delete("CampaignMember", member(world))
    if way == "too many Ids":
        world.control("PUT", "settings", {"most_replicated_ids": 0})
        world.pass_time(minutes=5)
    else:
        world.pass_time(days=16)

    assert not world.pull_some()["CampaignMember"].is_failure

    assert values("SELECT id FROM sync_campaignmember WHERE NOT is_deleted") == []
    assert Drift.objects.get(object_name="CampaignMember").extra == 1


def test_a_row_that_reading_missed_is_found_the_next_day(world: World) -> None:
    missed, stale = world.lead("Missed"), world.lead("Stale")
    world.sync_some()
    values("WITH gone AS (DELETE FROM sync_lead WHERE id = %s RETURNING 1) SELECT count(*) FROM gone", missed)
    world.pass_time(minutes=1)
    world.org.update("Lead", stale, {"LastName": "Fresh"})
    values(
        "WITH old AS (UPDATE sync_objectstate SET cursor = cursor + interval '20 minutes' RETURNING 1)"
        " SELECT count(*) FROM old"
    )
    world.pass_time(days=1)
    world.pull_some()

    drift = Drift.objects.get()
    assert (drift.object_name, drift.missing, drift.outdated, drift.mended) == ("Lead", 1, 1, 2)
    assert {missed, stale} <= marks()
    assert_like(world)


def test_a_merge_a_conversion_and_an_undelete_show_at_the_next_look(world: World) -> None:
    winner, loser, convert, back = (world.lead(name) for name in ("Winner", "Loser", "Converted", "Back"))
    world.org.delete("Lead", back)
    world.sync_some()
    world.pass_time(minutes=1)
    world.org.merge(winner, [loser])
    world.org.convert(convert)
    world.org.undelete("Lead", back)

    world.poll()

    assert_like(world, but=("Account", "Campaign"))
    world.sync_some()
    assert_derived_like_new(world)
    assert values("SELECT is_deleted FROM sync_lead WHERE id = %s", back) == [False]
