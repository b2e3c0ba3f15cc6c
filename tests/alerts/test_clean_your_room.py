"""Mona's morning mail: what her team left lying, told once, with links that show for ever what it told."""

from __future__ import annotations

import re

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings

from alerts.mails.delivery import deliver
from alerts.mails.scan import scan
from alerts.tasks import send_mails
from base.models import Effect, User
from config.celery import app
from config.timetable import TIMETABLE
from leadmodel.lifecycle.calendars import Weekday
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics.now import TILES
from sync import models as mirror
from tests.alerts.at_once import at_once
from tests.alerts.conftest import MINUTE, MORNING, LogIn, said, work
from tests.alerts.sink import Sink, part
from tests.pages.reading import get, whole_list
from tests.pages.world import ALICE, BOB, DAY, HOUR, MODEL, NASTY_NAME, World

SITE = "https://leads.desk.example"


def links(text: str) -> list[str]:
    return re.findall(rf"{re.escape(SITE)}(\S+)", text)


def numbers(text: str) -> dict[str, int]:
    """What the mail says of each tile, by the address its number leads to."""
    found = re.findall(rf"^[^\n:]+: ([\d,]+)\n  [^\n]+\n  {re.escape(SITE)}(\S+)$", text, re.MULTILINE)
    return {address: int(number.replace(",", "")) for number, address in found}


def test_mona_gets_one_mail_and_nobody_else_does(world: World, sink: Sink) -> None:
    work(MORNING - 2 * MINUTE)  # 07:29
    assert sink.messages == []
    work(MORNING)
    for minutes in (1, 5, 60, 600):
        work(MORNING + minutes * MINUTE)
    # it is Monday afternoon in New York by now, where Max has his own
    assert sink.recipients == [["mona@desk.example"], ["max@desk.example"]]
    message = sink.messages[0]
    user = User.objects.get(username="mona").pk
    assert message["Message-ID"] == f"<mail.clean-your-room.{user}.2025-03-03@leads.desk.example>"
    assert message["To"] == "mona@desk.example"
    assert message["Subject"] == "4 people outside SLA (1 new), Mon 3 Mar 07:30"
    assert message["X-Possible-Repeat"] is None
    for kind in ("plain", "html"):
        assert "nobody answered within 2 h 00 min, 1 h 00 min for P1." in part(message, kind)
    assert said() == [("done", ""), ("done", "")]


def test_every_number_opens_to_what_it_counts_whatever_happens_later(
    world: World, sink: Sink, log_in: LogIn
) -> None:
    work(MORNING)
    text = part(sink.messages[0], "plain")
    told = numbers(text)
    assert len(told) == len(TILES)
    assert next(iter(told.values())) == 4

    world.now = MORNING + 3 * HOUR
    world.add_touch("waiting", ALICE, 0 * HOUR)
    world.add_touch("bobs_late", BOB, HOUR)
    world.add_lead("new_one", ALICE, 0 * HOUR)
    mirror.Mark.objects.bulk_create(mirror.Mark(record_id=record_id) for record_id in world.ids.values())
    rebuild_all()

    mona = log_in("mona")
    for address, number in told.items():
        assert len(whole_list(mona, address)) == number, address
    by_rep = re.findall(rf"^(\w+): (\d+) outside.*\n  {re.escape(SITE)}(\S+)$", text, re.MULTILINE)
    assert [(name, number) for name, number, _ in by_rep] == [("Alice", "3"), ("Bob", "1")]
    for _, number, address in by_rep:
        assert len(whole_list(mona, address)) == int(number)


def test_all_its_links_need_a_log_in_and_only_show(world: World, sink: Sink, log_in: LogIn) -> None:
    work(MORNING)
    message = sink.messages[0]
    html = part(message, "html")
    found = {
        address.replace("&amp;", "&") for address in re.findall(rf'href="{re.escape(SITE)}([^"]+)"', html)
    }
    assert found == set(links(part(message, "plain")))
    mona, before = log_in("mona"), everything()
    for address in found:
        assert get(mona, address)
        assert Client().get(address).headers["Location"].startswith("/login/?next=")
    assert everything() == before


def everything() -> list[object]:
    return [list(Effect.objects.values()), list(mirror.Mark.objects.values())]


def test_it_tells_only_of_ones_own_team(world: World, sink: Sink) -> None:
    work(MORNING + 6 * HOUR)  # both are up
    mails = {message["To"]: part(message, "plain") for message in sink.messages}
    assert "Person bobs late" in mails["mona@desk.example"]
    assert "eves waiting" not in mails["mona@desk.example"]
    assert "Person eves waiting" in mails["max@desk.example"]
    assert "bobs late" not in mails["max@desk.example"]


def test_peoples_texts_are_no_markup_and_no_lines_of_ours(world: World, sink: Sink) -> None:
    mirror.Lead.objects.filter(id=world.ids["bobs_late"]).update(company="Evil\nAll 0: https://evil.example")
    work(MORNING)
    html, text = (part(sink.messages[0], kind) for kind in ("html", "plain"))
    assert NASTY_NAME not in html
    assert escape(NASTY_NAME) in html
    assert NASTY_NAME in text
    assert "\nAll 0" not in text


def test_it_loads_nothing_and_is_dark_where_the_reader_is(world: World, sink: Sink) -> None:
    work(MORNING)
    html = part(sink.messages[0], "html")
    assert not re.search(r"<(img|script|link|iframe|form)\b|url\(|@import|style=", html)
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def test_worst_first_so_many_and_who_is_new_since_the_mail_before(world: World, sink: Sink) -> None:
    enter(MODEL + "clean_your_room: {at: '07:30', rows_per_rep: 2}\n")
    rebuild_all()
    work(MORNING)
    text = part(sink.messages[0], "plain")
    alices = text[text.index("Alice: 3") : text.index("Bob: 1")]
    waits = re.findall(r"^  (\d+ \w+(?: \d+ min)?)( \(new\))?  ", alices, re.MULTILINE)
    assert waits == [("8 days", ""), ("72 h", "")]
    assert "and 1 more: " in alices

    mirror.ObjectState.objects.update(read_at=MORNING + DAY)
    rebuild_all()
    work(MORNING + DAY)
    assert sink.messages[1]["Subject"].startswith("6 people outside SLA (2 new), Tue 4 Mar")


def test_a_clean_room_gets_none_and_says_so(world: World, sink: Sink) -> None:
    mirror.Lead.objects.filter(owner_id__in=[ALICE, BOB, "00G000000000001AAA"]).delete()
    mirror.Mark.objects.create(record_id="*")
    rebuild_all()
    rebuild_all()
    work(MORNING)
    work(MORNING + HOUR)
    assert sink.messages == []
    assert said() == [("cancelled", "Not sent: there is nothing to clean up.")]
    # what goes wrong later in the day is tomorrow's
    world.now = MORNING
    world.add_lead("left_lying", ALICE, 3 * HOUR)
    rebuild_all()
    work(MORNING + 2 * HOUR)
    assert sink.messages == []


@pytest.mark.parametrize(
    ("person", "user", "why"),
    [
        ({"email": None}, {}, "neither the account here nor Salesforce's user has an address"),
        ({"email": "mona@desk.example.invalid"}, {}, "ends with .invalid"),
        ({"is_active": False}, {}, None),
        ({}, {"is_active": False}, None),
        ({}, {"role": "rep"}, None),
        ({}, {"salesforce_id": None}, None),
    ],
)
def test_who_gets_none(
    world: World, sink: Sink, person: dict[str, object], user: dict[str, object], why: str | None
) -> None:
    mirror.User.objects.filter(name="Mona").update(**person)
    User.objects.filter(username="mona").update(**user)
    work(MORNING)
    assert sink.messages == []
    assert [(state, (why or "?") in words) for state, words in said()] == (
        [("cancelled", True)] if why else []
    )


def test_the_accounts_own_address_goes_before_salesforces(world: World, sink: Sink) -> None:
    User.objects.filter(username="mona").update(email="mona@home.example")
    work(MORNING)
    assert sink.recipients == [["mona@home.example"]]


def test_two_beats_and_three_scanners_at_once_send_one(world: World, sink: Sink) -> None:
    at_once(lambda: work(MORNING), times=6)
    assert [message["To"] for message in sink.messages] == ["mona@desk.example"]
    assert said() == [("done", "")]


def test_after_a_week_down_the_missed_mornings_are_told_of_and_only_todays_is_sent(
    world: World, sink: Sink
) -> None:
    work(MORNING)
    mirror.ObjectState.objects.update(read_at=MORNING + 7 * DAY)
    work(MORNING + 7 * DAY)
    monas = said(payload__user=User.objects.get(username="mona").pk)
    assert [state for state, _ in monas] == [
        "done",
        "cancelled",
        "cancelled",
        "cancelled",
        "cancelled",
        "done",
    ]
    assert monas[1][1] == "Skipped: nothing ran here on that day after the mail was due."
    assert [message["Subject"][-15:] for message in sink.messages] == ["Mon 3 Mar 07:30", "on 10 Mar 07:31"]


def test_a_mail_that_waited_past_its_day_is_skipped(world: World, sink: Sink) -> None:
    scan(now=MORNING)
    assert deliver(clock=lambda: MORNING + DAY) == 1
    assert sink.messages == []
    assert said() == [("cancelled", "Skipped: its day was over before it could be sent.")]


def test_whoever_switches_it_off_before_it_is_sent_gets_none(world: World, sink: Sink, log_in: LogIn) -> None:
    scan(now=MORNING)
    log_in("mona").post("/mails/choice/", {})
    deliver(clock=lambda: MORNING)
    assert sink.messages == []
    assert said() == [("cancelled", "Not sent: switched off on their own page.")]


def test_no_transaction_is_open_while_it_is_sent(world: World, sink: Sink) -> None:
    scan(now=MORNING)
    idle: list[int] = []

    def look() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND state LIKE 'idle in transaction%%' AND pid <> pg_backend_pid()"
                )
                idle.append(cursor.fetchone()[0])
        finally:
            connections.close_all()

    sink.on_mail = look
    deliver(clock=lambda: MORNING)
    assert idle == [0]


def test_as_of_is_when_salesforce_was_read_not_when_it_is_written(world: World, sink: Sink) -> None:
    mirror.ObjectState.objects.update(read_at=MORNING - 90 * MINUTE)
    work(MORNING)
    told = "As of Monday 2025-03-03 06:01:00 Europe/Berlin, when Salesforce was last read (1 h 30 min ago"
    assert told in part(sink.messages[0], "plain")


def test_before_salesforce_was_read_or_without_a_mail_server_nothing_is_decided(
    world: World, sink: Sink, settings: Settings
) -> None:
    settings.EMAIL_HOST = ""
    assert scan(now=MORNING) == 0
    settings.EMAIL_HOST = "127.0.0.1"
    mirror.ObjectState.objects.all().delete()
    assert scan(now=MORNING) == 0
    assert said() == []


def test_one_whose_mail_cannot_be_written_holds_up_nobody_else(world: World, sink: Sink) -> None:
    """PostgreSQL refuses whatever mail is for Mona."""
    mona = User.objects.get(username="mona").pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE base_effect ADD CONSTRAINT not_hers CHECK (payload ->> 'user' <> '{mona}')"
        )
    try:
        with pytest.raises(ExceptionGroup, match="could not be written"):
            scan(now=MORNING + 6 * HOUR)
        deliver(clock=lambda: MORNING + 6 * HOUR)
        assert sink.recipients == [["max@desk.example"]]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE base_effect DROP CONSTRAINT not_hers")
    work(MORNING + 6 * HOUR)
    assert sink.recipients == [["max@desk.example"], ["mona@desk.example"]]


def test_the_timetables_task_decides_and_sends(world: World, sink: Sink) -> None:
    """By the real clock, so on a calendar that opens every day, from midnight on."""
    assert app.tasks[TIMETABLE["send mails"]["task"]].name == send_mails.name
    week = "\n".join(f"      {day}: ['00:00-24:00']" for day in Weekday)
    enter(f"{MODEL}business_time:\n  everybody:\n    hours:\n{week}\nclean_your_room: {{at: '00:00'}}\n")
    rebuild_all()
    send_mails()
    assert sorted(message["To"] for message in sink.messages) == ["max@desk.example", "mona@desk.example"]
    send_mails()
    assert len(sink.messages) == 2
