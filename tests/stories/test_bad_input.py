"""Exports and model files as they come: what is wrong is told in a sentence, what is odd arrives as it is."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from sandbox.org.ids import make_id
from tests.stories.conftest import Machine

pytestmark = pytest.mark.timeout(240)
ALICE, BOB, QUEUE = make_id("005", 1), make_id("005", 2), make_id("00G", 1)
FORMULA = '=HYPERLINK("http://evil.example","pay")'
HTML = "<script>alert('x')</script> & Söhne"
STAMPS = "CreatedDate,LastModifiedDate,SystemModstamp"
AT = "2026-03-02T12:00:00.000Z"
MODEL = """
stages: {raw: [New], assigned: [Assigned], qualified: [Qualified]}
"""


def table(header: str, *rows: tuple[str, ...]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows)
    return text.getvalue()


def write_export(folder: Path, **files: str) -> Path:
    """An export with these files besides its users."""
    folder.mkdir()
    users = table(
        f"Id,LastName,Username,IsActive,UserType,{STAMPS}",
        (ALICE, FORMULA, "alice@desk.example", "true", "Standard", AT, AT, AT),
        (BOB, HTML, "bob@desk.example", "true", "Standard", AT, AT, AT),
    )
    for name, text in ({"User": users} | files).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def leads(*rows: tuple[str, str, str, str], header: str = "Id,LastName,Company,Status,OwnerId") -> str:
    """Leads by name, company, owner and creation."""
    numbered = enumerate(rows, start=1)
    return table(
        f"{header},{STAMPS}",
        *(
            (make_id("00Q", n), name, firm, "Assigned", owner, at, at, at)
            for n, (name, firm, owner, at) in numbered
        ),
    )


def demo(machine: Machine, export: Path, model: str = MODEL) -> tuple[int, str]:
    file = machine.folder / "model.yaml"
    file.write_text(model)
    return machine.run("manage.py", "demo", "--export", str(export), "--model", str(file), "--once")


def test_bad_rows_are_named_and_odd_ones_arrive_as_they_are(machine: Machine) -> None:
    export = write_export(
        machine.folder / "untidy",
        Lead=leads(
            (FORMULA, HTML, ALICE, AT),
            (HTML, "Co", BOB, AT),
            ("Day", "Co", ALICE, "02.03.2026"),
            ("Stranger", "Co", make_id("005", 99), AT),
            ("N" * 300, "Co", ALICE, AT),
            ('Lines\r\nof, "text"', "Co", ALICE, AT),
        ),
    )

    status, said = demo(machine, export)

    assert status == 0, said
    assert "Traceback" not in said
    for line in (
        "rejected Lead.csv, line 4: CreatedDate '02.03.2026' is not an instant",
        "rejected Lead.csv, line 5: OwnerId",
        "rejected Lead.csv, line 6: LastName",
        "3 records rejected.",
    ):
        assert line in said
    names = machine.values("SELECT last_name FROM sync_lead ORDER BY id")
    assert names == [FORMULA, HTML, 'Lines\r\nof, "text"']
    assert machine.values("SELECT company FROM sync_lead ORDER BY id")[0] == HTML

    words = ("report", "--from", "2026-03-01", "--to", "2026-04-01", "--format")
    told = json.loads(machine.manage(*words, "json"))
    assert told["all"]["assigned"] == 3
    assert set(told["by_rep"]) == {FORMULA, HTML}
    first = [row[0] for row in csv.reader(io.StringIO(machine.manage(*words, "csv"))) if row]
    assert f"'{FORMULA}" in first  # a spreadsheet must not run it
    assert FORMULA not in first
    assert HTML in machine.manage(*words, "table") or HTML[:20] in machine.manage(*words, "table")


def test_an_export_that_is_wrong_as_a_whole_is_refused_and_leaves_what_was_there_alone(
    machine: Machine,
) -> None:
    without_id = leads(("A", "Co", ALICE, AT)).replace("Id,LastName", "Key,LastName", 1)
    export = write_export(machine.folder / "keyless", Lead=without_id)

    status, said = demo(machine, export)

    assert status == 1
    assert "Lead.csv" in said
    assert "column Id" in said
    assert "Traceback" not in said
    assert not list((machine.home.private / "demo").glob("organisation/organisation.data"))


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (MODEL + "stagse: {}\n", "model.yaml: line 3: stagse: there is no such setting"),
        ("stages: [", "this is no YAML"),
    ],
)
def test_a_wrong_model_stops_the_demo_before_anything_is_made(
    machine: Machine, model: str, told: str
) -> None:
    export = machine.folder / "good"
    if not export.exists():
        write_export(export, Lead=leads(("A", "Co", ALICE, AT)))
    before = stands(machine)

    status, said = demo(machine, export, model)

    assert status == 1
    assert told in said
    assert "Traceback" not in said
    assert "Making" not in said
    assert stands(machine) == before


def stands(machine: Machine) -> dict[str, int]:
    """The rows of each table."""
    tables = machine.values("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {str(table): machine.count(str(table)) for table in tables}
