"""The model's settings as a file: exported, checked, imported, refused with the line and what to write instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from leadmodel.models import SettingsVersion
from leadmodel.settings_file import WrongSettings, parse
from leadmodel.settings_store import SHIPPED, settings_in_force
from sync.models import CustomField, Mark, ObjectState

pytestmark = pytest.mark.django_db
GOOD = """# ours
stages:
  raw: [New]
  assigned: [Assigned]
  nurture: [Nurture]
reasons:
  nurture_field: Nurture_Reason__c
"""


def run(action: str, path: Path) -> None:
    call_command("model", action, str(path))


def refused(path: Path, action: str = "import") -> list[str]:
    """The sentences an import is refused with; the database is as it was."""
    before = database()
    with pytest.raises(CommandError) as said:
        run(action, path)
    assert database() == before
    return str(said.value).splitlines()


def database() -> list[object]:
    return [
        list(SettingsVersion.objects.values()),
        list(CustomField.objects.values()),
        list(ObjectState.objects.values()),
        list(Mark.objects.values()),
    ]


def test_the_shipped_file_is_valid_and_every_section_is_explained(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    run("export", file)
    text = file.read_text()
    assert parse(text) == SHIPPED
    lines = text.splitlines()
    sections = [number for number, line in enumerate(lines) if line and not line.startswith((" ", "#", "-"))]
    assert len(sections) >= 12
    assert all(lines[number - 1].startswith("# ") for number in sections)
    run("check", file)
    run("import", file)
    assert settings_in_force() == SHIPPED


def test_what_was_imported_is_exported_to_the_letter(tmp_path: Path) -> None:
    file, again = tmp_path / "model.yaml", tmp_path / "again.yaml"
    file.write_text(GOOD)
    run("import", file)
    run("export", again)
    assert again.read_text() == GOOD
    assert settings_in_force() == parse(GOOD)


def test_an_import_asks_for_its_fields_and_derives_everybody_anew_once(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(GOOD)
    run("import", file)
    assert set(CustomField.objects.values_list("object_name", "api_name")) == {
        ("Lead", "Nurture_Reason__c"),
        ("Contact", "Nurture_Reason__c"),
    }
    assert list(Mark.objects.values_list("record_id", flat=True)) == ["*"]

    run("import", file)
    assert SettingsVersion.objects.count() == 1
    assert Mark.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "stagse: {}\n", "line 8: stagse: there is no such setting; check the spelling"),
        (GOOD + "touches:\n  lateness: 3\n", "line 9: touches.lateness: there is no such setting"),
        (
            GOOD.replace("nurture: [Nurture]", "nurture: [nurture, assigned]"),
            "line 2: stages: status “assigned” stands under assigned and under nurture; keep it under one of them.",
        ),
        (
            GOOD + "organisation:\n  time_zone: Europe/Berlim\n",
            "line 9: organisation.time_zone: “Europe/Berlim” is no time zone; write one like Europe/Berlin or UTC.",
        ),
        (
            GOOD + "touches:\n  late_logging_minutes: soon\n",
            "line 9: touches.late_logging_minutes: 'soon' is no number; write one like 15.",
        ),
        (GOOD.replace("[Nurture]", "Nurture"), "line 5: stages.nurture: must be a list; write [One, Two]."),
        (GOOD.replace("[Nurture]", "[1]"), "line 5: stages.nurture.0: 1 is no text; put it in quotes."),
        (
            GOOD + "teams:\n  source: sheet\n",
            "line 9: teams.source: 'sheet' is not possible; write one of 'role', 'manager' or 'app'.",
        ),
        (
            GOOD + "recycling:\n  nurture_hold_days: -1\n",
            "line 9: recycling.nurture_hold_days: Input should be greater than or equal to 0.",
        ),
        (
            GOOD + "recycling:\n  return_after_days: 60\n",
            (
                "line 8: recycling: return_after_days is 60, less than nurture_hold_days, 90: nobody is to be worked"
                " again while Nurture holds them; write a later return or a shorter hold."
            ),
        ),
        (GOOD + "few: none\n", "line 8: few: 'none' is no whole number; write one like 90."),
        (
            GOOD + "assignment:\n  status: maybe\n",
            "line 9: assignment.status: 'maybe' is neither true nor false; write one of them.",
        ),
        (
            GOOD.replace("Nurture_Reason__c", "Nurture Reason"),
            "line 7: reasons.nurture_field: “Nurture Reason” is no field; write an API name like Nurture_Reason__c.",
        ),
        (
            GOOD + "role_owners:\n  opportunity: {field: AE Owner, teams: [AE]}\n",
            "line 9: role_owners.opportunity.field: “AE Owner” is no field; write an API name like",
        ),
        (
            GOOD + "role_owners:\n  opportunity: {field: AE__c, teams: []}\n",
            "line 9: role_owners.opportunity.teams: is empty; name at least one.",
        ),
        (
            GOOD + "role_owners:\n  closer: {field: AE__c, teams: [AE]}\n",
            "line 9: role_owners.closer",
        ),
        (
            GOOD
            + "role_owners: {opportunity: {field: A, teams: [AE]}, customer_success: {field: B, teams: [AE]}}",
            "“AE” stands under role_owners.opportunity and role_owners.customer_success; keep one.",
        ),
        (
            GOOD + "  nurture: [Later, 404]\n",
            "line 8: reasons.nurture.1: 404 is no reason; write a text in quotes, or {name: …}.",
        ),
        (GOOD + "  auto_abandoned: []\n", "line 8: reasons.auto_abandoned: is empty; name at least one."),
        (
            GOOD + "  pre_qualification: [Student]\n",
            "line 8: reasons.pre_qualification: there is no such setting",
        ),
        (
            GOOD + "reassignment:\n  how: weighted\n",
            "reassignment: how is weighted, but there are no weights; write some, e.g. weights: {Bob: 2}.",
        ),
        (
            GOOD + "reassignment:\n  rules:\n    - {name: West, teams: [West], queue: In}\n",
            "line 10: reassignment.rules.0: a queue is named, but how is round_robin",
        ),
        (GOOD + "aliases:\n  show: [MAL, LEAD]\n", "line 9: aliases.show.1:"),
        (GOOD + "aliases: {show: [MAL, MAL]}\n", "MAL stands twice under show; keep one"),
        (
            GOOD + "targets:\n  acceptance_rate: {value: 0.9, up_to: 0.85}\n",
            "up_to ends a band that begins at value: write a larger number than value there",
        ),
        ("stages:\n  raw: [New\n", "line 3: this is no YAML ("),
        ("stages: a: b\n", "line 1: this is no YAML ("),
        ("", "line 1: the file must hold sections like `stages:`"),
        ("- just\n- a list\n", "line 1: the file must hold sections like `stages:`"),
        ("organisation: {name: X}\n", "line 1: stages: is missing; write it"),
        ("stages: {raw: [New]}\n", "assignment.status is on but no status stands under stages.assigned"),
        (GOOD + "few: 3\nfew: 4\n", "line 9: few stands twice; keep one."),
        (GOOD.replace("  nurture:", "  raw: [Open]\n  nurture:"), "line 5: raw stands twice; keep one."),
    ],
)
def test_a_wrong_file_is_told_line_by_line_and_changes_nothing(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(text)
    for action in ("check", "import"):
        told = refused(file, action)
        assert len(told) == 1
        assert told[0].startswith(f"{file}: ")
        assert said in told[0]


def test_few_lines_that_stand_for_millions_are_refused_and_what_is_quoted_is_short() -> None:
    laughs = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 7))
    for text, said in (
        (f"a0: &a0 [x]\n{laughs}", "line 1: what & and * stand for in this file is too much; write it out."),
        ("few: &a [*a]\n", "line 1: a part of this file holds itself (& and *); write it out."),
        ("a: &a {x: 1, x: 2}\nb: [*a, *a]\n", "line 1: x stands twice; keep one."),
    ):
        with pytest.raises(WrongSettings) as told:
            parse(text)
        assert told.value.problems == [said]

    with pytest.raises(WrongSettings) as told:
        parse(GOOD + f"few: {'many ' * 1000}\n")
    assert "line 8: few: 'many many" in str(told.value)
    assert len(str(told.value)) < 200


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "model.yaml"
    file.write_text(GOOD + "few: none\nslip_minutes: -1\nextra: 1\n")
    assert [line.split(": ")[1] for line in refused(file)] == ["line 9", "line 8", "line 10"]


@pytest.mark.parametrize("action", ["check", "import"])
def test_what_had_better_be_said_otherwise_is_a_warning_and_no_mistake(tmp_path: Path, action: str) -> None:
    file, said = tmp_path / "model.yaml", StringIO()
    file.write_text(GOOD + "  unqualified:\n    - Student\n    - {name: Not a fit}\n    - student\n")

    call_command("model", action, str(file), stdout=said)

    vague, alike, _ = said.getvalue().splitlines()
    assert vague == (
        f"{file}: warning: line 10: reasons.unqualified: “Not a fit” is vague: nobody can check it later; say what it"
        " was, such as “Product missing key feature”."
    )
    assert alike == (
        f"{file}: warning: line 11: reasons.unqualified: “student” and “Student” differ only in case or space;"
        " keep one."
    )


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert "cannot be read" in refused(tmp_path / "none.yaml")[0]
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("stages: {raw: [Büro]}".encode("latin-1"))
    assert "cannot be read" in refused(latin)[0]
    assert "cannot be read" in refused(tmp_path)[0]
    with pytest.raises(CommandError, match="cannot be written"):
        run("export", tmp_path / "no" / "folder.yaml")


def test_settings_are_those_that_were_entered_by_then() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    first, second = GOOD, GOOD + "few: 3\n"
    SettingsVersion.objects.create(text=first, entered_at=at)
    SettingsVersion.objects.create(text=second, entered_at=at + timedelta(days=1))

    assert settings_in_force().few == 3
    assert settings_in_force(known_by=at + timedelta(days=1)).few == 3
    assert settings_in_force(known_by=at + timedelta(hours=23)).few == 10
    assert (
        settings_in_force(known_by=at - timedelta(days=365)).few == 10
    )  # the past before this app: its first rules


def test_without_a_version_the_shipped_settings_hold() -> None:
    assert settings_in_force() == settings_in_force(known_by=datetime(2020, 1, 1, tzinfo=UTC)) == SHIPPED
