"""Loading a data export: the good, the bad rows, and the exports that are refused as a whole."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from sandbox.loading.load import load
from sandbox.loading.report import Report
from sandbox.loading.source import ExportRefused
from sandbox.org.ids import make_id
from sandbox.org.store import Store, StoreError

ALICE, BOB = make_id("005", 1), make_id("005", 2)
LOAN_DESK = Path(os.environ.get("LOAN_DESK", "../shared/data/loan-desk"))
USERS = f"Id,LastName,IsActive\n{ALICE},Alice,true\n{BOB},Bob,false\n"


def lead_line(number: int, *values: str) -> str:
    return ",".join((make_id("00Q", number), *values)) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "export"
    made.mkdir()
    (made / "User.csv").write_text(USERS)
    return made


def loaded(folder: Path, **files: str) -> tuple[Report, Store]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    data = folder.parent / "org.db"
    report = load(folder, data)
    return report, Store.open(data)


def rejections(report: Report) -> list[str]:
    return [str(one) for one in report.rejections]


def row(store: Store, number: int) -> dict[str, Any]:
    found = store.row("Lead", make_id("00Q", number))
    assert found is not None
    return found


def test_records_are_kept_to_the_millisecond_and_the_letter(folder: Path) -> None:
    name = '"=1+1 <b>O\'\'Hara</b>\nÜnï ""李"""'
    report, store = loaded(
        folder,
        Lead="Id,LastName,OwnerId,CreatedDate,SystemModstamp\n"
        + lead_line(1, name, ALICE[:15], "2011-09-30T22:38:44.546Z", "2011-10-13T08:37:37+02:00"),
    )

    kept = row(store, 1)
    assert rejections(report) == []
    assert kept["LastName"] == "=1+1 <b>O''Hara</b>\nÜnï \"李\""
    assert kept["OwnerId"] == ALICE
    assert kept["CreatedDate"] == "2011-09-30T22:38:44.546Z"
    assert kept["SystemModstamp"] == "2011-10-13T06:37:37.000Z"


def test_fields_it_does_not_know_are_described_by_their_values(folder: Path) -> None:
    header = "Id,LastName,Flag__c,Day__c,At__c,Score__c,Zip__c,Grade__c,Partner__c,Essay__c,Empty__c,NumberOfPets\n"
    lines = [
        lead_line(
            number,
            "L",
            "TRUE" if number % 2 else "false",
            "2026-01-31",
            "2026-01-31T10:00:00.000Z",
            f"{number}.25",
            f"0012{number}",
            "AB"[number % 2],
            ALICE,
            "x" * 300,
            "",
            str(number),
        )
        for number in range(1, 7)
    ]
    _, store = loaded(folder, Lead=header + "".join(lines))

    types = {field.name: field.type for field in store.object("Lead").fields}
    assert {name: types[name] for name in header.strip().split(",")[2:]} == {
        "Flag__c": "boolean",
        "Day__c": "date",
        "At__c": "datetime",
        "Score__c": "double",
        "Zip__c": "string",
        "Grade__c": "picklist",
        "Partner__c": "reference",
        "Essay__c": "textarea",
        "Empty__c": "string",
        "NumberOfPets": "double",
    }
    partner, grade = store.object("Lead").field("Partner__c"), store.object("Lead").field("Grade__c")
    assert partner is not None
    assert grade is not None
    assert (partner.reference_to, partner.relationship_name) == (("User",), "Partner__r")
    assert grade.values == ("A", "B")
    assert row(store, 1)["Zip__c"] == "00121"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (lead_line(1, "L", ALICE, "31.12.2025", ""), "CreatedDate '31.12.2025' is not an instant"),
        (
            lead_line(1, "L", ALICE, "2025-02-30T00:00:00.000Z", ""),
            "CreatedDate '2025-02-30T00:00:00.000Z' is not",
        ),
        (f",L,{ALICE},,\n", "Id is missing"),
        (f"00Q,L,{ALICE},,\n", "Id '00Q' is not a record Id"),
        (f"{make_id('003', 1)},L,{ALICE},,\n", "is not the Id of a Lead: those start with 00Q"),
        (lead_line(7, "Again", ALICE, "", ""), f"Id '{make_id('00Q', 7)}' stands already in line 2"),
        (lead_line(1, "x" * 300, ALICE, "", ""), "LastName has 300 characters, at most 80 fit"),
        (lead_line(1, "L"), "has 2 values, the header 5"),
        (
            lead_line(1, "L", make_id("005", 99), "", ""),
            f"OwnerId '{make_id('005', 99)}' is no User of this export",
        ),
        (lead_line(1, "L", "nobody", "", ""), "OwnerId 'nobody' is not a record Id"),
        (lead_line(1, "L", ALICE, "", "many"), "NumberOfEmployees 'many' is not a number"),
        (lead_line(1, "L", ALICE, "", "1.5"), "NumberOfEmployees '1.5' is not a whole number"),
    ],
)
def test_a_bad_record_is_left_out_and_said_with_file_and_line(folder: Path, line: str, reason: str) -> None:
    good = lead_line(7, '"over\ntwo lines"', ALICE, "", "")
    header = "Id,LastName,OwnerId,CreatedDate,NumberOfEmployees\n"
    report, store = loaded(folder, Lead=header + good + line)

    assert [one.partition(": ")[0] for one in rejections(report)] == ["Lead.csv, line 4"]
    assert reason in rejections(report)[0]
    assert report.loaded["Lead"] == 1
    assert row(store, 7)["LastName"] == "over\ntwo lines"


def test_what_hangs_on_a_rejected_record_is_rejected_with_it(folder: Path) -> None:
    history = (
        f"Id,LeadId,Field,CreatedDate\n{make_id('017', 1)},{make_id('00Q', 1)},Status,2026-01-01T00:00:00Z\n"
    )
    report, _ = loaded(
        folder, Lead="Id,LastName,OwnerId\n" + lead_line(1, "L", make_id("005", 99)), LeadHistory=history
    )

    assert rejections(report)[1] == (
        f"LeadHistory.csv, line 2: LeadId '{make_id('00Q', 1)}' is no Lead of this export"
    )


def test_an_owner_of_an_object_that_was_not_exported_is_kept(folder: Path) -> None:
    queue = make_id("00G", 1)
    report, store = loaded(folder, Lead="Id,LastName,OwnerId\n" + lead_line(1, "L", queue))

    assert rejections(report) == []
    assert row(store, 1)["OwnerId"] == queue


def test_what_a_file_leaves_out_is_taken_from_what_it_tells(folder: Path) -> None:
    task, deal = make_id("00T", 1), make_id("006", 1)
    _, store = loaded(
        folder,
        Lead="Id,FirstName,LastName,CreatedDate\n"
        + lead_line(1, "Ada", "Lovelace", "2026-01-01T00:00:00.500Z"),
        Task=f"Id,Status\n{task},completed\n",
        Opportunity=f"Id,StageName\n{deal},Closed Lost\n",
    )

    lead, call, lost = row(store, 1), store.row("Task", task), store.row("Opportunity", deal)
    assert call is not None
    assert lost is not None
    assert (lead["Name"], lead["SystemModstamp"]) == ("Ada Lovelace", "2026-01-01T00:00:00.500Z")
    assert call["IsClosed"] == 1
    assert (lost["IsClosed"], lost["IsWon"]) == (1, 0)


def test_the_weekly_export_s_ways_are_understood(folder: Path) -> None:
    """Instants without a zone, 1 and 0 for checkboxes, and an Id of zeros for none."""
    _, store = loaded(
        folder,
        Lead="\ufeffId,LastName,IsConverted,ConvertedContactId,CreatedDate\r\n"
        + lead_line(1, "L", "1", "000000000000000AAA", "2026-01-01 10:00:00"),
    )

    kept = row(store, 1)
    assert (kept["IsConverted"], kept["ConvertedContactId"], kept["CreatedDate"]) == (
        1,
        None,
        "2026-01-01T10:00:00.000Z",
    )


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"Lead": "LastName\nL\n"}, "Lead.csv has no column Id"),
        ({"LeadHistory": "Id,Field\n"}, "LeadHistory.csv has no column LeadId, CreatedDate"),
        ({"Lead": ""}, "Lead.csv is empty"),
        ({"Lead": "Id,id\n"}, "the column Id stands twice"),
        ({"Lead": "Id,Last Name\n"}, "'Last Name' is not a field's API name"),
        ({"Lead": 'Id,LastName\n"00Q'}, "Lead.csv, line 2: not readable as CSV"),
    ],
)
def test_an_export_that_is_wrong_as_a_whole_leaves_nothing(
    folder: Path, files: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ExportRefused, match=sentence):
        loaded(folder, **files)

    assert list(folder.parent.glob("org.db*")) == []


def test_another_encoding_is_refused(folder: Path) -> None:
    (folder / "Lead.csv").write_bytes(b"Id,LastName\n" + make_id("00Q", 1).encode() + b",M\xfcller\n")

    with pytest.raises(ExportRefused, match="not in UTF-8"):
        load(folder, folder.parent / "org.db")


def test_no_export_and_a_broken_zip_are_refused(tmp_path: Path) -> None:
    broken = tmp_path / "export.zip"
    broken.write_bytes(b"PK nonsense")

    with pytest.raises(ExportRefused, match="does not exist"):
        load(tmp_path / "nowhere", tmp_path / "org.db")
    with pytest.raises(ExportRefused, match="neither a folder nor a readable zip"):
        load(broken, tmp_path / "org.db")


def test_a_file_that_is_there_is_not_overwritten(folder: Path) -> None:
    data = folder.parent / "org.db"
    data.write_text("precious")

    with pytest.raises(StoreError, match="is already there"):
        load(folder, data)

    assert data.read_text() == "precious"


def test_objects_it_does_not_know_are_passed_over_and_said(folder: Path) -> None:
    report, _ = loaded(folder, Invoice__c="Id\n")

    assert report.passed_over == ["Invoice__c.csv: passed over, the sandbox has no object Invoice__c."]


def test_objects_can_be_hidden(folder: Path) -> None:
    load(folder, folder.parent / "org.db", without=["Event"])
    store = Store.open(folder.parent / "org.db")

    assert store.visible_schema.get("Event") is None
    assert store.visible_schema.get("Task") is not None


def test_a_zip_loads_as_its_folder_does(folder: Path) -> None:
    zipped = folder.parent / "export.zip"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.write(folder / "User.csv", "data/User.csv")

    assert load(zipped, folder.parent / "org.db").loaded == {"User": 2}


def test_the_loan_desk_loads_whole(tmp_path: Path) -> None:
    export = LOAN_DESK / "export.zip"
    if not export.exists():
        pytest.skip(f"no loan desk at {LOAN_DESK}: set LOAN_DESK to its folder")

    report = load(export, tmp_path / "org.db")

    assert report.rejected == 0
    assert report.loaded == {"User": 62, "Group": 1, "Lead": 5337, "LeadHistory": 44424, "Task": 29181}
    amount = Store.open(tmp_path / "org.db").object("Lead").field("Requested_Amount__c")
    assert amount is not None
    assert amount.type == "double"
