"""Mona is told on working mornings whose pulls of the last day of work lay outside the band (R114)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from leadmodel.models import Absence, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from tests.alerts.conftest import MORNING, LogIn, said, work
from tests.alerts.sink import Sink, part
from tests.pages.reading import get, whole_list
from tests.pages.world import ALICE, BOB, DAY, HOUR, MODEL, World

SITE = "https://leads.desk.example"
PULLING = MODEL.replace("owner: false", "owner: false, outbound_pull: true").replace(
    "[List]", "[List]\n  outbound_teams: [Mona]"
)
BAND = "pulls: {at_least: 2, at_most: 3}\n"


def pull(world: World, called: str, rep: str, at: datetime) -> None:
    """Somebody in Raw, and the rep's first touch."""
    world.now = MORNING
    world.add_lead(called, rep, 30 * DAY, status="New", source="List")
    world.add_touch(called, rep, MORNING - at)


def friday(hour: int) -> datetime:
    return datetime(2025, 2, 28, hour, tzinfo=UTC)


@pytest.fixture
def room(world: World) -> World:
    """On Friday Alice pulled one and Bob four; on Saturday Alice pulled five; nobody waits for anybody."""
    enter(PULLING + BAND)
    SettingsVersion.objects.update(entered_at=MORNING - 90 * DAY)
    mirror.Lead.objects.filter(owner_id__in=[ALICE, BOB, "00G000000000001AAA"]).delete()
    mirror.Task.objects.all().delete()
    pull(world, "alices", ALICE, friday(10))
    for number in range(4):
        pull(world, f"bob_took_{number}", BOB, friday(8 + number))
    for number in range(5):
        pull(world, f"on_saturday_{number}", ALICE, friday(10) + DAY)
    mirror.Mark.objects.create(record_id="*")
    rebuild_all()
    rebuild_all()
    return world


def told(text: str) -> dict[str, tuple[int, str, str]]:
    """Rep → pulls, the day with what it is, and where the number leads to."""
    found = re.findall(rf"^(\w+): (\d+) on (.*)\n  {re.escape(SITE)}(\S+)$", text, re.MULTILINE)
    return {name: (int(number), what, address) for name, number, what, address in found}


def test_mondays_mail_tells_of_friday_though_nobody_waits(room: World, sink: Sink, log_in: LogIn) -> None:
    work(MORNING)

    (message,) = sink.messages
    assert message["Subject"] == "0 people outside SLA, pulls of 2 reps outside the band, Mon 3 Mar 07:30"
    text = part(message, "plain")
    assert "PULLS OUTSIDE THE BAND OF 2 TO 3" in text
    found = told(text)
    assert {name: (number, what) for name, (number, what, _) in found.items()} == {
        "Alice": (1, "Fri 2025-02-28, under the band"),
        "Bob": (4, "Fri 2025-02-28, over the band"),
    }
    html = part(message, "html")
    assert "Pulls outside the band of 2 to 3" in html
    for _, _, address in found.values():
        assert address.replace("&", "&amp;") in html


def test_its_links_show_the_same_for_ever(room: World, sink: Sink, log_in: LogIn) -> None:
    work(MORNING)
    found = told(part(sink.messages[0], "plain"))

    # a call of Friday is told late, another band holds since, and somebody is let go
    room.add_lead("told_late", ALICE, 30 * DAY, status="New", source="List")
    room.add_touch("told_late", ALICE, MORNING - friday(11))
    mirror.Task.objects.filter(who_id=room.ids["told_late"]).update(created_at=MORNING + HOUR)
    mirror.Task.objects.filter(who_id=room.ids["alices"]).update(is_deleted=True)
    enter(PULLING + "pulls: {at_least: 1, at_most: 9}\n")
    rebuild_all()
    rebuild_all()

    mona = log_in("mona")
    for name, (number, what, address) in found.items():
        assert len(whole_list(mona, address)) == number, name
        board = get(mona, address).context["board"]
        ((cell,),) = (cells for rep, cells in board.cells if rep == name)
        assert (cell.pulls, cell.word) == (number, what.split()[2])
    assert log_in("eve").get(found["Alice"][2]).status_code == 404


def test_it_is_not_sent_where_everybody_lay_within(room: World, sink: Sink) -> None:
    enter(PULLING + "pulls: {at_least: 1, at_most: 4}\n")
    SettingsVersion.objects.update(entered_at=MORNING - 90 * DAY)
    rebuild_all()
    work(MORNING)

    assert sink.messages == []
    assert said() == [("cancelled", "Not sent: there is nothing to clean up.")]


def test_who_was_away_on_that_day_is_not_told_of_and_an_empty_day_is(room: World, sink: Sink) -> None:
    Absence.objects.create(user_id=BOB, starts_at=friday(0) - 3 * HOUR, ends_at=friday(23) + 5 * HOUR)
    Absence.objects.update(entered_at=MORNING - 9 * DAY)
    mirror.Lead.objects.filter(id=room.ids["alices"]).delete()
    mirror.Mark.objects.create(record_id="*")
    rebuild_all()
    rebuild_all()
    work(MORNING)

    found = told(part(sink.messages[0], "plain"))
    assert {name: number for name, (number, _, _) in found.items()} == {"Alice": 0}


def test_without_outbound_teams_nothing_is_said_of_pulls(room: World, sink: Sink) -> None:
    enter(MODEL + BAND)
    SettingsVersion.objects.update(entered_at=MORNING - 90 * DAY)
    rebuild_all()
    work(MORNING)

    assert sink.messages == []


def test_only_of_ones_own_team(room: World, sink: Sink) -> None:
    enter(PULLING.replace("[Mona]", "[Mona, Max]") + BAND)
    SettingsVersion.objects.update(entered_at=MORNING - 90 * DAY)
    rebuild_all()
    work(MORNING + 6 * HOUR)  # it is morning in New York too

    found = {message["To"]: set(told(part(message, "plain"))) for message in sink.messages}
    assert found == {"mona@desk.example": {"Alice", "Bob"}, "max@desk.example": {"Eve"}}
