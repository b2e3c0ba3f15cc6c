"""Alice pulls for an outbound team: each day against the band, by her own calendar, and every number opens."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from base.models import User
from leadmodel.models import Absence, Exclusion, SettingsVersion, TeamMembership
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.pages.pulls import Board, Cell, Number
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get, whole_list
from tests.pages.world import ALICE, BOB, DAY, EVE, HOUR, MODEL, World

WEEK = "/pulls/?period=7"
EVERY_DAY = "\n".join(
    f"      {day}: ['00:00-24:00']"
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
)
"""The tests run on any day of the week."""


def model(band: str = "{at_least: 2, at_most: 3}", closed_on: str = "") -> str:
    pulled = MODEL.replace("owner: false", "owner: false, outbound_pull: true")
    pulled = pulled.replace("[List]", "[List]\n  outbound_teams: [Mona]")
    calendar = f"business_time:\n  everybody:\n    closed: [{closed_on}]\n    hours:\n{EVERY_DAY}\n"
    return f"{pulled}pulls: {band}\n{calendar}"


class Desk:
    """Pulls by the day: people in Raw, and a first touch at noon (or another hour) so many days ago."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.midnight = datetime.combine(world.now.date(), time.min, UTC)
        # Alice assigned them to herself: a pull, at an hour that may be of two days
        mirror.LeadHistory.objects.filter(lead_id=world.ids["back_again"]).delete()

    def ago(self, days: int, hours: float = 12) -> timedelta:
        return self.world.now - (self.midnight - days * DAY + hours * HOUR)

    def pull(self, called: str, rep: str, days: int, hours: float = 12, *, ends: str = "") -> None:
        ago = self.ago(days, hours)
        changes = [(ago - HOUR / 2, "Status", "New", ends)] if ends else []
        self.world.add_lead(called, rep, 200 * DAY, *changes, status="New", source="List")
        self.world.add_touch(called, rep, ago)

    def day(self, days: int) -> str:
        return f"{self.midnight - days * DAY:%Y-%m-%d}"


@pytest.fixture
def desk(world: World) -> Desk:
    """Alice: one yesterday, four the day before (one of them qualified), one on a holiday before that, then away.

    Bob: two yesterday. Today has hardly begun for both.
    """
    desk = Desk(world)
    enter(model(closed_on=desk.day(3)))
    desk.pull("one", ALICE, 1)
    desk.pull("four_1", ALICE, 2, ends="Qualified")
    for number in (2, 3, 4):
        desk.pull(f"four_{number}", ALICE, 2, 12 + number / 10)
    desk.pull("holiday", ALICE, 3)
    Absence.objects.create(
        user_id=ALICE, starts_at=world.now - desk.ago(4, 0), ends_at=world.now - desk.ago(3, 0)
    )
    # all of it was entered long ago
    SettingsVersion.objects.update(entered_at=world.now - 90 * DAY)
    Absence.objects.update(entered_at=world.now - 90 * DAY)
    desk.pull("bobs_pull_1", BOB, 1)
    desk.pull("bobs_pull_2", BOB, 1, 13)
    rebuild_all()
    return desk


def board(client: Client, address: str = WEEK) -> Board:
    found: Board = get(client, address).context["board"]
    return found


def told(numbers: list[Number]) -> list[str]:
    return [number.value for number in numbers]


def days_of(found: Board, name: str) -> list[Cell]:
    """Earliest first; the page has the latest first."""
    return dict(found.cells)[name][::-1]


def test_a_week_against_the_band(desk: Desk, mona: Client) -> None:
    found = board(mona)

    assert str(found.band) == "2 to 3"
    assert [line.name for line in found.lines] == ["Alice", "Bob"]
    alice, bob = found.lines
    # four days of work: a holiday, and a day away, are none; what she pulled on the holiday is in no mean
    assert told(alice.numbers) == ["6", "1.2", "3", "0", "1", "20.0 %"]
    assert alice.numbers[1].rests_on == "5 on 4 days"
    assert alice.note.endswith("2 days off")
    assert told(bob.numbers) == ["2", "0.4", "4", "1", "0", "0.0 %"]
    assert told(found.total.numbers)[:5] == ["8", "0.8", "7", "1", "1"]


def test_each_day_says_what_it_is(desk: Desk, mona: Client) -> None:
    alice = days_of(board(mona), "Alice")

    assert [(cell.pulls, cell.word) for cell in alice] == [
        (0, "under"),
        (0, "under"),
        (None, "day off"),
        (1, "day off"),
        (4, "over"),
        (1, "under"),
        (None, ""),
    ]
    assert alice[4].label == f"Alice, {desk.midnight - 2 * DAY:%a %Y-%m-%d}: 4, over the band of 2 to 3"


def test_a_day_that_is_not_over_is_held_against_nothing(desk: Desk, mona: Client) -> None:
    """Seen at one in the afternoon of the day before yesterday."""
    at = desk.midnight - 2 * DAY + 12.35 * HOUR
    found = board(mona, f"{WEEK}&as_of={at:%Y-%m-%dT%H:%M:%SZ}")

    assert [(cell.pulls, cell.word) for cell in days_of(found, "Alice")][-3:] == [
        (3, "so far"),
        (None, ""),
        (None, ""),
    ]
    assert told(found.lines[0].numbers)[2:5] == ["2", "0", "0"]


@pytest.mark.parametrize("past", ["", "&as_of={now}&known_by={now}"])
def test_every_number_opens_to_its_pulls(desk: Desk, mona: Client, past: str) -> None:
    found = board(mona, WEEK + past.format(now=f"{desk.world.now:%Y-%m-%dT%H:%M:%SZ}"))

    counts = [(line.numbers[0].value, line.numbers[0].href) for line in (found.total, *found.lines)]
    counts += [(step.pulls.value, step.pulls.href) for step in found.steps]
    counts += [(str(cell.pulls), cell.href) for _, cells in found.cells for cell in cells if cell.pulls]
    assert len(counts) == 3 + 4 + 4
    for number, href in counts:
        assert len(whole_list(mona, "/pulls/" + href)) == int(number), href
        assert len(csv_lines(mona, "/pulls/rows.csv" + href)) == int(number), href
    shares = [line.numbers[5] for line in (found.total, *found.lines)] + [step.share for step in found.steps]
    for share in shares:
        counting, of = map(int, share.rests_on.split(" of "))
        rows = whole_list(mona, "/pulls/" + share.href)
        assert (sum(row.counts for row in rows), len(rows)) == (counting, of), share.href
    under, _, over = found.lines[0].numbers[2:5]
    assert {row.name for row in whole_list(mona, "/pulls/" + under.href)} == {"Person one"}
    assert len(whole_list(mona, "/pulls/" + over.href)) == 4


def test_days_are_grouped_by_their_pulls_with_what_became_of_these(desk: Desk, mona: Client) -> None:
    found = board(mona)

    assert [(step.label, step.days, step.pulls.value, step.share.rests_on, step.open) for step in found.steps] == [
        ("0", 6, "0", "0 of 0", 0),
        ("1", 1, "1", "0 of 1", 1),
        ("2 to 3", 1, "2", "0 of 2", 2),
        ("4 or more", 1, "4", "1 of 4", 3),
    ]  # fmt: skip
    assert found.steps[3].interval == "4.6 to 69.9 %"
    assert found.said[0] == "The data are too few to say anything about the band of 2 to 3."


def test_the_file_has_each_day_of_each_rep(desk: Desk, mona: Client) -> None:
    lines = csv_lines(mona, "/pulls/days.csv?period=90")

    assert len(lines) == 2 * 90
    alice = {line["day"]: line for line in lines if line["rep"] == "Alice"}
    assert [alice[desk.day(number)]["day_is"] for number in (0, 1, 3, 4)] == [
        "running", "worked", "off", "off",
    ]  # fmt: skip
    over = alice[desk.day(2)]
    assert (over["pulls"], over["band"], over["qualified"], over["open"]) == ("4", "over", "1", "3")


def test_long_periods_show_their_last_days_and_say_so(desk: Desk, mona: Client) -> None:
    page = get(mona, "/pulls/?period=90")

    assert len(page.context["board"].days) == 35
    assert "The last 35 days of the period" in page.content.decode()


def test_who_sees_whose(desk: Desk, alice: Client, log_in: LogIn, otto: Client) -> None:
    assert [line.name for line in board(alice).lines] == ["Alice"]
    assert [line.name for line in board(otto).lines] == ["Alice", "Bob"]
    eve = log_in("eve")
    assert board(eve).is_empty
    for number in (f"part=pulls&rep={ALICE}", f"rep={ALICE}&day={desk.day(1)}"):
        assert eve.get(f"{WEEK}&{number}").status_code == 404
        assert len(whole_list(otto, f"{WEEK}&{number}")) > 0
    assert alice.get(f"/pulls/rows.csv?part=pulls&rep={BOB}").status_code == 404


def test_a_pull_is_whose_it_was_though_a_queue_holds_the_person(desk: Desk, mona: Client) -> None:
    mirror.Lead.objects.filter(id=desk.world.ids["one"]).update(owner_id="00G000000000001AAA")
    mirror.Mark.objects.create(record_id=desk.world.ids["one"])
    rebuild_all()

    assert [(cell.pulls, cell.word) for cell in days_of(board(mona), "Alice")][5] == (1, "under")


def test_exceptions_are_left_out_and_open(desk: Desk, mona: Client) -> None:
    Exclusion.objects.create(
        record_id=desk.world.ids["four_2"],
        starts_at=desk.world.now - 5 * DAY,
        expires_at=desk.world.now + 5 * DAY,
        reason="A test of the import",
        owner=User.objects.get(username="otto"),
    )

    found = board(mona)
    assert (days_of(found, "Alice")[4].pulls, days_of(found, "Alice")[4].word) == (3, "within")
    assert found.left_out == 1
    assert [row.name for row in whole_list(mona, "/pulls/" + found.left_out_href)] == ["Person four 2"]


def test_a_days_pulls_are_by_the_reps_own_clock(desk: Desk, mona: Client) -> None:
    """Noon of the day in UTC is the next morning in Kiritimati, fourteen hours ahead."""
    mirror.User.objects.filter(id=BOB).update(time_zone="Pacific/Kiritimati")

    bob = days_of(board(mona), "Bob")
    assert [cell.pulls for cell in bob[-2:]] == [0, 2]
    assert bob[-1].word in {"so far", "within"}  # by the hour the test runs at
    assert len(whole_list(mona, "/pulls/" + bob[-1].href)) == 2


def test_a_day_that_lies_in_another_day_elsewhere_is_whole(desk: Desk, mona: Client) -> None:
    """Eleven in UTC is one at night of the next day in Kiritimati."""
    mirror.User.objects.filter(id=BOB).update(time_zone="Pacific/Kiritimati")
    desk.pull("at_night", BOB, 5, 11)
    rebuild_all()

    found = board(mona, f"/pulls/?from={desk.day(4)}&through={desk.day(4)}")
    assert [cell.pulls for cell in days_of(found, "Bob")] == [1]


def test_withdrawn_pulls_count_and_are_in_no_share(desk: Desk, mona: Client) -> None:
    ago = desk.ago(5)
    there_and_back = [(ago - HOUR, "Status", "New", "Working"), (ago - 2 * HOUR, "Status", "Working", "New")]
    desk.world.add_lead("taken_back", BOB, 200 * DAY, *there_and_back, status="New", source="List")
    desk.world.add_touch("taken_back", BOB, ago)
    rebuild_all()

    found = board(mona)
    assert days_of(found, "Bob")[1].pulls == 1
    assert found.lines[1].numbers[5].rests_on == "0 of 2"
    assert len(whole_list(mona, "/pulls/" + found.lines[1].numbers[5].href)) == 2


def test_who_changed_teams_is_held_to_nothing_since(desk: Desk, otto: Client) -> None:
    for team, since in (("Mona", desk.midnight - 100 * DAY), ("Inside", desk.midnight - 2 * DAY)):
        TeamMembership.objects.create(user_id=ALICE, team=team, since=since)
    enter(model(closed_on=desk.day(3)).replace("teams: {source: manager}", "teams: {source: app}"))
    rebuild_all()
    rebuild_all()

    alice = days_of(board(otto), "Alice")
    assert [(cell.pulls, cell.word) for cell in alice] == [
        (0, "under"),
        (0, "under"),
        (None, "day off"),
        (1, "day off"),
        (None, ""),
        (None, ""),
        (None, ""),
    ]


def test_who_left_is_held_to_nothing_after_the_last_pull(desk: Desk, mona: Client) -> None:
    mirror.User.objects.filter(id=ALICE).update(is_active=False)
    mirror.User.objects.filter(id=BOB).update(created_at=desk.midnight - DAY)

    found = board(mona)
    assert [cell.word for cell in days_of(found, "Alice")][4:] == ["over", "under", ""]
    assert days_of(found, "Alice")[6].label.endswith("in no outbound team")
    # and who has just come, to nothing before
    assert [cell.word for cell in days_of(found, "Bob")] == [""] * 5 + ["within", ""]
    assert told(found.lines[1].numbers)[2:5] == ["0", "1", "0"]


def test_as_known_by_an_instant_the_band_is_the_one_of_then(desk: Desk, mona: Client) -> None:
    SettingsVersion.objects.update(entered_at=desk.world.now - 2 * HOUR)
    enter(model("{at_least: 1, at_most: 5}", desk.day(3)))
    SettingsVersion.objects.filter(text__contains="at_most: 5").update(entered_at=desk.world.now)
    rebuild_all()
    before = f"{desk.world.now - HOUR:%Y-%m-%dT%H:%M:%SZ}"

    assert [cell.word for cell in days_of(board(mona), "Alice")][4:6] == ["within", "within"]
    then = board(mona, f"{WEEK}&known_by={before}")
    assert str(then.band) == "2 to 3"
    # that she would be away nobody had said yet
    Absence.objects.update(entered_at=desk.world.now)
    then = board(mona, f"{WEEK}&known_by={before}")
    assert (days_of(then, "Alice")[2].pulls, days_of(then, "Alice")[2].word) == (0, "under")


def test_a_team_narrows_the_reps(desk: Desk, otto: Client) -> None:
    assert len(board(otto, WEEK + "&team=Mona").lines) == 2
    assert board(otto, WEEK + "&team=Max").is_empty
    assert get(otto, WEEK).context["teams"] == ["Mona"]


def test_the_list_alone_is_a_part_of_the_page(desk: Desk, mona: Client) -> None:
    part = mona.get(
        f"{WEEK}&part=pulls&rep={ALICE}", headers={"HX-Request": "true", "HX-Target": "behind"}
    ).content.decode()

    assert "Alice · Pulls" in part
    assert "<h1>" not in part
    assert not re.search(r"Day by day", part)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("source=Web", "leave “source” out"),
        ("part=luck", "“luck” is no part of the pulls"),
        ("part=days.x", "“days.x” is no part of the pulls"),
        ("part=days.7", "No group of days begins with 7 pulls, the band being 2 to 3"),
        ("day=2026-01-01", "A day is one rep"),
        (f"rep={EVE}", "The address names a rep but no number"),
        ("left_out=yes&part=pulls", "what is left out"),
        (f"rep={EVE}&day=1.1.2026", "is no date"),
    ],
)
def test_wrong_addresses_are_told_in_a_sentence(desk: Desk, otto: Client, wrong: str, sentence: str) -> None:
    response = otto.get(f"{WEEK}&{wrong}")

    assert response.status_code == 400
    assert sentence in response.content.decode()
