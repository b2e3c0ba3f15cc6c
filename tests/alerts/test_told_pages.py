"""The bell and what is behind it: one's own, the latest first, read when one says so."""

from __future__ import annotations

import pytest
from django.test import Client

from alerts.models import ChannelChoice, QuietHours, Told
from alerts.pages import told as pages
from alerts.telling.notices import Name, tell
from base.models import Effect, User
from leadmodel.rebuild import rebuild_all
from sync import models as mirror
from tests.alerts.conftest import MINUTE, MORNING, LogIn
from tests.alerts.sink import Sink
from tests.alerts.test_telling import notice, of_clock, send
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, HOUR, World

BELL = {"HX-Request": "true"}


def count(client: Client) -> str:
    answer = client.get("/told/bell/", headers=BELL)
    assert answer.status_code == 200
    return str(answer.context["bell"].count)


@pytest.fixture
def told(world: World) -> list[Told]:
    """Two things Mona was told, one Alice."""
    tell([notice(world, still=of_clock(world)), notice(world, to="alice")], now=MORNING)
    tell([notice(world, "due_soon", name=Name.WORSENED)], now=MORNING + MINUTE)
    return list(Told.objects.order_by("pk"))


def test_mona_sees_what_she_was_told_and_the_bell_counts_it(
    world: World, told: list[Told], log_in: LogIn
) -> None:
    mona = log_in("mona")
    assert count(mona) == "2"
    page = get(mona, "/told/")
    assert [(row.headline, row.word, row.href) for row in page.context["view"].rows] == [
        ("due_soon waits for an answer", "worse", world.person("due_soon")),
        ("waiting waits for an answer", "", world.person("waiting")),
    ]
    assert "2 lines are unread" in page.content.decode()
    assert 'hx-get="/told/bell/" hx-trigger="load, every 30s"' in page.content.decode()
    assert count(log_in("max")) == ""
    assert [row.headline for row in get(log_in("alice"), "/told/").context["view"].rows] == [
        "waiting waits for an answer"
    ]


def test_she_marks_one_as_read_and_then_all_but_what_came_since(
    world: World, told: list[Told], log_in: LogIn
) -> None:
    mona = log_in("mona")
    first = Told.objects.get(to__username="mona", person_id=world.ids["waiting"])
    answer = mona.post(f"/told/{first.pk}/read/", {"next": "/told/?after=9"})
    assert answer.headers["Location"] == "/told/?after=9"
    assert count(mona) == "1"
    newest = get(mona, "/told/").context["view"].newest
    tell([notice(world, "bobs_late")], now=MORNING)
    mona.post("/told/read/", {"up_to": newest})
    assert count(mona) == "1"
    assert Told.objects.filter(to__username="alice", read_at=None).count() == 1


def test_nobody_marks_what_others_were_told(world: World, told: list[Told], log_in: LogIn) -> None:
    hers = Told.objects.filter(to__username="mona").first()
    assert hers is not None
    for name in ("alice", "max", "otto"):
        assert log_in(name).post(f"/told/{hers.pk}/read/").status_code == 404
        log_in(name).post("/told/read/", {"up_to": 10**9})
    assert Told.objects.filter(to__username="mona", read_at=None).count() == 2


def test_a_line_says_that_they_were_answered_since(world: World, told: list[Told], log_in: LogIn) -> None:
    world.add_touch("waiting", ALICE, HOUR)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    rebuild_all()
    page = get(log_in("mona"), "/told/")
    assert [row.since for row in page.context["view"].rows] == ["", "answered since"]
    assert "answered since" in page.content.decode()


def test_the_list_goes_on_where_a_page_ends(
    world: World, log_in: LogIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE", 2)
    for number in range(5):
        tell([notice(world, key=f"{number}", headline=f"{number}")], now=MORNING)
    mona, address, seen = log_in("mona"), "/told/", []
    while address:
        view = get(mona, address).context["view"]
        seen += [row.headline for row in view.rows]
        address = "/told/" + view.next_href if view.next_href else ""
    assert seen == ["4", "3", "2", "1", "0"]


def test_more_unread_than_are_worth_counting(world: World, log_in: LogIn) -> None:
    tell([notice(world, key=f"{number}") for number in range(pages.MOST_COUNTED + 1)], now=MORNING)
    assert count(log_in("mona")) == "99+"


def test_whoever_logged_out_elsewhere_keeps_the_page(world: World) -> None:
    answer = Client().get("/told/bell/", headers=BELL)
    assert (answer.status_code, answer.content, "HX-Redirect" in answer.headers) == (286, b"", False)


def test_the_bell_opened_by_itself_is_the_page(world: World, log_in: LogIn) -> None:
    assert log_in("mona").get("/told/bell/").headers["Location"] == "/told/"


def test_choices_are_kept_and_what_is_usual_is_none(world: World, log_in: LogIn) -> None:
    alice = log_in("alice")
    boxes = {
        box.name: box.is_on
        for row in get(alice, "/told/choices/").context["view"].topics
        for box in row.boxes
    }
    assert boxes["response-bell"]
    assert not boxes["response-mail"]
    usual = {name: "on" for name, is_on in boxes.items() if is_on}
    alice.post("/told/choices/keep/", usual | {"response-mail": "on", "slack_member": "u012ab3cd"})

    assert list(ChannelChoice.objects.values_list("user__username", "topic", "channel", "is_on")) == [
        ("alice", "response", "mail", True)
    ]
    assert QuietHours.objects.get().slack_member == "U012AB3CD"
    assert 'value="U012AB3CD"' in get(alice, "/told/choices/").content.decode()
    alice.post("/told/choices/keep/", usual | {"starts": "00:00", "ends": "00:00"})
    assert ChannelChoice.objects.count() == 0


def test_the_choices_say_where_mails_go_or_why_none_does(world: World, log_in: LogIn) -> None:
    mona, person = log_in("mona"), mirror.User.objects.filter(name="Mona")
    for email, is_active, words in (
        ("mona@desk.example", True, "Mails go to mona@desk.example."),
        ("mona@desk.example.invalid", True, "the address ends with .invalid"),
        ("", True, "neither the account here nor Salesforce&#x27;s user has an address for it."),
        ("mona@desk.example", False, "your user is not active in Salesforce."),
    ):
        User.objects.filter(username="mona").update(email=email)
        person.update(is_active=is_active, email=None)
        assert words in get(mona, "/told/choices/").content.decode()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"starts": "night", "ends": "07:00"}, "“night” is no time of day"),
        ({"starts": "20:00"}, "Quiet hours need a beginning and an end"),
        ({"slack_member": "<!channel>"}, "is no member ID of Slack"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    world: World, log_in: LogIn, form: dict[str, str], words: str
) -> None:
    answer = log_in("alice").post("/told/choices/keep/", form)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert log_in("alice").post("/told/read/", {"up_to": "x"}).status_code == 400
    assert QuietHours.objects.count() == 0


def test_operations_see_every_message_and_have_what_failed_tried_again(
    world: World, sink: Sink, log_in: LogIn
) -> None:
    sink.answers = ["550 no such box"]
    tell([notice(world)], now=MORNING)
    send(MORNING)
    otto = log_in("otto")
    view = get(otto, "/told/messages/?show=failed").context["view"]
    assert {tile.label: tile.count for tile in view.tiles} == {
        "Waiting": 0,
        "Sent": 0,
        "Not sent": 0,
        "Failed": 1,
    }
    (row,) = view.rows
    assert (row.to, row.channel, row.words) == ("Mona", "Mail", "waiting waits for an answer")
    assert row.said == "The mail server said 550: no such box"
    (line,) = csv_lines(otto, "/told/messages/rows.csv?show=failed")
    assert (line["to"], line["state"], line["said"], line["notices"]) == ("Mona", "failed", row.said, "1")

    otto.post(f"/told/messages/{row.number}/again/")
    Effect.objects.update(due_at=MORNING)
    send(MORNING + MINUTE)
    (row,) = get(otto, "/told/messages/").context["view"].rows
    assert (row.state, row.can_try_again) == ("sent", False)
    assert sink.messages[0]["X-Possible-Repeat"] == "yes"
    otto.post(f"/told/messages/{row.number}/again/")
    assert get(otto, "/told/messages/").context["view"].rows[0].state == "sent"
