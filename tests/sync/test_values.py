"""The mirror holds what the organisation holds: row for row, value for value, by either way of reading."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from sandbox.org.ids import make_id
from sync.fields import want
from sync.models import ObjectState
from sync.salesforce.spool import Spool
from tests.sync.likeness import assert_like
from tests.sync.world import MIRROR, World, dump, forget_marks, marks, row, state, values, versions

NASTY = {
    "quotes": 'He said "hi", then ""left""',
    "line ends": "first\r\nsecond\nthird\rfourth",
    "NA": "NA",
    "null": "null",
    "no value": "#N/A",
    "leading zeros": "00123",
    "emoji": "✨ 李 Ünï 🇩🇪",
    "formula": '=HYPERLINK("http://evil.example",1+1)',
    "HTML": "<script>alert('x')</script> &amp;",
    "end of data": "\\.",
    "backslashes": "C:\\new\\table\\N",
    "long": "x" * 4000,
}
ALICE = make_id("005", 1)


@pytest.mark.parametrize("way", ["Bulk", "REST"])
def test_every_value_arrives_as_it_is(world: World, way: str) -> None:
    if way == "REST":
        world.lead("First")
        world.pull_some()
        world.pass_time(minutes=1)
    leads = {name: world.lead(LastName="L", Title=None, Company=text[:255]) for name, text in NASTY.items()}

    world.pull_some()

    for name, lead in leads.items():
        sent = world.org.store.row("Lead", lead)
        assert sent is not None
        assert row("sync_lead", lead)["company"] == sent["Company"] == NASTY[name][:255].strip(), name


def test_the_mirror_is_the_organisation(world: World) -> None:
    lead = world.lead(FirstName="Ada", Phone="0049 30 1", Email="ada@engines.example")
    world.call(lead, Status="Not Started", ActivityDate="2026-03-09")
    world.pass_time(minutes=3)
    world.org.convert(lead, opportunity={"Name": "Deal", "Amount": 1234.5})
    world.org.delete("Lead", world.lead("Gone"))
    world.org.create("Campaign", {"Name": "Fair"})

    world.pull_some()

    assert_like(world)
    assert row("sync_opportunity", str(values("SELECT id FROM sync_opportunity")[0]))["amount"] == Decimal(
        "1234.5"
    )


def test_nul_becomes_a_sign_of_replacement_and_is_counted(tmp_path: Path) -> None:
    streamed, told = Spool(tmp_path / "bulk"), Spool(tmp_path / "rest")
    for spool in (streamed, told):
        spool.folder.mkdir()

    streamed.add_stream([b'"Id","Name"\n"1","a\0', b'\0b"\n'], 1)
    told.add_rows(["Id", "Name"], [{"Id": "1", "Name": "a\0\0b"}], {})

    assert streamed.replaced_nuls == told.replaced_nuls == 2
    for spool in (streamed, told):
        with spool.pages[0].path.open(encoding="utf-8", newline="") as page:
            assert list(csv.reader(page))[1] == ["1", "a\ufffd\ufffdb"]


def lead_file(header: str, *lines: str) -> Mapping[str, str]:
    stamps = ",2026-02-01T00:00:00.000Z,2026-02-01T00:00:00.000Z,2026-02-01T00:00:00.000Z\n"
    start = f"Id,LastName,Company,Status,OwnerId,{header},CreatedDate,LastModifiedDate,SystemModstamp\n"
    rows = (f"{make_id('00Q', n)},L{n},Co,New,{ALICE},{line}{stamps}" for n, line in enumerate(lines, 1))
    return {
        "User": f"Id,LastName,IsActive,UserType\n{ALICE},Alice,true,Standard\n",
        "Lead": start + "".join(rows),
    }


def test_custom_fields_read_the_same_by_bulk_and_by_rest(
    exported: Callable[[Mapping[str, str]], World],
) -> None:
    fields = ("Assigned_Date__c", "Score__c", "Day__c", "Flag__c", "Zip__c")
    world = exported(
        lead_file(
            ",".join(fields),
            "2026-02-01T10:00:00.123Z,12.5,2026-02-01,true,00123",
            "2026-02-02T11:00:00.000Z,3.25,2026-02-02,false,00124",
        )
    )
    want(("Lead", name) for name in fields)
    world.pull_some()
    mirror, before = dump(MIRROR), versions(MIRROR)
    lead = row("sync_lead", make_id("00Q", 1))
    assert [lead[f"x_{name.lower()}"] for name in fields] == [
        "2026-02-01T10:00:00.123Z", "12.5", "2026-02-01", "true", "00123",
    ]  # fmt: skip
    forget_marks()

    world.pull_some()  # the same rows again, by REST now

    assert dump(MIRROR) == mirror
    assert versions(MIRROR) == before
    assert marks() == set()

    world.org.update("Lead", make_id("00Q", 1), {"LastName": "Other"})
    world.pull_some()
    assert values("SELECT field FROM sync_seen") == []


def test_a_field_wanted_later_is_filled_for_old_rows_too(
    exported: Callable[[Mapping[str, str]], World],
) -> None:
    world = exported(lead_file("Nurture_Reason__c", "Timing", "Budget", "Timing", "Budget"))
    world.pull()

    want([("Lead", "Nurture_Reason__c"), ("Contact", "Nurture_Reason__c")])
    world.pass_time(days=3)
    world.pull()

    assert values("SELECT x_nurture_reason__c FROM sync_lead ORDER BY id") == [
        "Timing",
        "Budget",
        "Timing",
        "Budget",
    ]
    assert state("Lead").unreadable == {}
    assert list(state("Contact").unreadable) == ["Nurture_Reason__c"]
    assert state("Lead").backfill == []


def test_a_field_that_vanishes_keeps_its_last_values_and_is_named(world: World) -> None:
    lead = world.lead(Rating="Hot", Title="Countess")
    world.pull_some()

    world.pass_time(minutes=11)  # the fields are asked for again
    world.org.update("Lead", lead, {"Title": "Lady", "Rating": "Cold"})
    world.hide(fields=["Lead.Rating"])
    done = world.pull_some()["Lead"]
    assert not done.is_failure
    kept = row("sync_lead", lead)
    assert (kept["title"], kept["rating"]) == ("Lady", "Hot")
    assert list(state("Lead").unreadable) == ["Rating"]

    world.hide()
    world.pass_time(minutes=11)
    world.pull_some()
    assert row("sync_lead", lead)["rating"] == "Cold"
    assert state("Lead").unreadable == {}


def test_a_field_that_vanishes_between_two_descriptions_stops_nothing(world: World) -> None:
    world.lead(Rating="Hot")
    world.pull_some()

    world.hide(fields=["Lead.Rating"])
    world.pass_time(minutes=1)
    world.lead("Second")
    assert world.pull_some()["Lead"].changed_count == 1
    assert list(state("Lead").unreadable) == ["Rating"]


def test_objects_that_are_hidden_or_absent_are_skipped_and_said_so(world: World) -> None:
    lead = world.lead()
    world.call(lead)
    world.hide(objects=["Event", "Campaign", "CampaignMember"])

    done = world.pull()

    for name in ("Event", "Campaign", "CampaignMember"):
        assert done[name].said == f"{name} is absent from this organisation, or hidden from our user."
        assert not done[name].is_failure
        assert state(name).state == ObjectState.State.ABSENT
    assert done["Task"].changed_count == 1
    assert state("Task").state == ObjectState.State.READ

    world.hide()
    world.org.create("Event", {"WhoId": lead, "Subject": "Demo", "StartDateTime": "2026-03-05T09:00:00Z",
                               "EndDateTime": "2026-03-05T10:00:00Z"})  # fmt: skip
    world.pass_time(minutes=11)
    assert world.pull()["Event"].changed_count == 1
