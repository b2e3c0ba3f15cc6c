"""What `manage.py report` prints; told of the hand-made desk."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from metrics.definitions import FIGURES
from metrics.query import Answer, nothing
from metrics.report import as_csv, build
from metrics.selection import By, Selection
from sync.models import User

pytestmark = pytest.mark.usefixtures("desk")
DAY = ("--from", "2026-03-02", "--to", "2026-03-03", "--as-of", "2026-03-03T00:00:00Z")


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    capsys.readouterr()
    call_command("report", *(words if "--from" in words else (*DAY, *words)))
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    return json.loads(printed(capsys, "--format", "json", *words))


def test_json_holds_every_figure_with_the_denominators_of_rates(capsys: pytest.CaptureFixture[str]) -> None:
    report = told(capsys)

    assert (report["from"], report["to"], report["as_of"]) == (
        "2026-03-02",
        "2026-03-03",
        "2026-03-03T00:00:00Z",
    )
    assert {figure.name for figure in FIGURES} <= report["all"].keys()
    assert {f"{figure.name}_of" for figure in FIGURES if figure.has_denominator} <= report["all"].keys()
    assert list(report["by_rep"]) == ["(queue)", "Alice", "Bob"]


def test_exceptions_are_left_out_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys)["left_out"] == 1
    assert "1 left out by exceptions" in printed(capsys)


def test_cycles_are_split_by_what_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    splits = {
        "team": {"(none)": 1, "Inbound": 29},
        "source": {"List": 2, "Web": 28},
        "path": {"inbound": 28, "outbound": 2},
        "outcome": {"qualified": 6, "nurture": 6, "unqualified": 2, "withdrawn": 3, "open": 13},
        "campaign": {"(none)": 30},
    }
    for by, groups in splits.items():
        report = told(capsys, "--by", by)

        assert {name: figures["assigned"] for name, figures in report[f"by_{by}"].items()} == groups
        assert report["all"]["assigned"] == sum(groups.values())


def test_a_path_narrows_every_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--path", "outbound")["all"]["assigned"] == 2
    assert told(capsys, "--path", "inbound")["all"]["assigned"] == 28


def test_days_are_those_of_the_zone(capsys: pytest.CaptureFixture[str]) -> None:
    """In Tokyo it is 18:00 when the desk begins, and lead 25 comes back on the stroke of the next day."""
    report = told(
        capsys,
        "--from",
        "2026-03-02",
        "--to",
        "2026-03-03",
        "--as-of",
        "2026-03-03T00:00:00Z",
        "--tz",
        "Asia/Tokyo",
    )

    assert report["all"]["assigned"] == 29


def test_without_a_denominator_a_rate_is_null(capsys: pytest.CaptureFixture[str]) -> None:
    report = told(capsys, "--from", "2025-01-01", "--to", "2025-02-01")

    assert report["all"]["assigned"] == 0
    assert (report["all"]["pick_up_rate"], report["all"]["pick_up_rate_of"]) == (None, 0)
    assert report["all"]["response_median_s"] is None
    assert report["by_rep"] == {}
    assert "none" in printed(capsys, "--from", "2025-01-01", "--to", "2025-02-01")


def test_two_of_one_name_are_told_apart_by_their_ids(capsys: pytest.CaptureFixture[str]) -> None:
    alice, bob = User.objects.get(name="Alice"), User.objects.get(name="Bob")
    User.objects.filter(pk=bob.pk).update(name="Alice")

    assert list(told(capsys)["by_rep"]) == ["(queue)", *sorted([f"Alice {alice.id}", f"Alice {bob.id}"])]


def test_csv_holds_what_json_holds_and_starts_no_formula(capsys: pytest.CaptureFixture[str]) -> None:
    User.objects.filter(name="Bob").update(name='=HYPERLINK("x")')

    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--format", "csv"))))
    report = told(capsys)

    assert [row["rep"] for row in rows] == ["all", "(queue)", '\'=HYPERLINK("x")', "Alice"]
    for row, figures in zip(rows, [report["all"], *report["by_rep"].values()], strict=True):
        assert {name: row[name] for name in figures} == {
            name: "" if value is None else str(value) for name, value in figures.items()
        }


def test_the_table_is_for_reading(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()

    assert lines[0].split()[:2] == ["rep", "assigned"]
    assert [line.split()[0] for line in lines[1:5]] == ["all", "(queue)", "Alice", "Bob"]
    assert "80.0 %" in lines[1]
    assert "30 min" in lines[1]


def test_a_group_that_is_wholly_left_out_has_a_line_of_its_own() -> None:
    values = nothing(FIGURES)
    answer = Answer(
        values, {"Web": values, None: values}, left_out=7, left_out_of={"List": 4, "Web": 2, None: 1}
    )
    day = datetime(2026, 3, 2, tzinfo=UTC)
    selection = Selection(day, day + timedelta(days=1), now=day + timedelta(days=2))

    report = build(answer, selection, by=By.SOURCE, first=date(2026, 3, 2), until=date(2026, 3, 3))

    lines = list(csv.DictReader(io.StringIO(as_csv(report))))
    assert {line["source"]: line["left_out"] for line in lines} == {
        "all": "7", "(none)": "1", "Web": "2", "List": "4",
    }  # fmt: skip
    assert lines[-1]["assigned"] == "", "no figure of theirs is told, as nobody is theirs"
