"""The page of one's own mail, the switch on it, and what operations see of all mails."""

from __future__ import annotations

import re

import pytest
from django.utils.html import escape

from alerts.mails.scan import scan
from base.models import Effect, Role, User
from sync import models as mirror
from tests.alerts.conftest import MINUTE, MORNING, LogIn, said, work
from tests.alerts.sink import Sink
from tests.pages.reading import csv_lines, get
from tests.pages.world import HOUR, NASTY_NAME, World

MAIL = "Person winner"


def number(name: str) -> int:
    return User.objects.get(username=name).pk


def test_mona_sees_it_as_it_would_be_now_and_nothing_is_decided_by_looking(
    world: World, log_in: LogIn
) -> None:
    mona = log_in("mona")
    page = get(mona, "/mails/")
    assert "Comes on working mornings at 07:30 (Europe/Berlin) to mona@desk.example" in page.content.decode()
    assert MAIL in page.context["mine"].mail.text
    assert "No mail server is set" in page.content.decode()
    frame = get(mona, "/mails/preview.html")
    assert MAIL in frame.content.decode()
    assert Effect.objects.count() == 0


def test_peoples_texts_are_no_markup_in_the_page(world: World, sink: Sink, log_in: LogIn) -> None:
    work(MORNING)
    for address in ("/mails/", f"/mails/{Effect.objects.get().pk}/"):
        page = get(log_in("mona"), address).content.decode()
        assert NASTY_NAME not in page
        assert escape(NASTY_NAME) in page


def test_the_frame_may_do_nothing_but_show_its_own_style(world: World, log_in: LogIn) -> None:
    frame = get(log_in("mona"), "/mails/preview.html")
    policy = frame.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "sandbox allow-top-navigation-by-user-activation" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert '<base target="_top">' in frame.content.decode()


def test_operations_look_over_any_managers_shoulder_and_no_manager_does(world: World, log_in: LogIn) -> None:
    otto, max_ = log_in("otto"), log_in("max")
    told = get(otto, f"/mails/?to={number('mona')}").context["mine"]
    assert MAIL in told.mail.text
    assert [choice.name for choice in get(otto, "/mails/").context["choices"]] == ["Max", "Mona", "Otto"]
    assert max_.get(f"/mails/?to={number('mona')}").status_code == 404
    assert MAIL not in get(max_, "/mails/").context["mine"].mail.text


@pytest.mark.parametrize(("at", "minutes", "expected"), [("", 0, 1), ("08:15", 0, 0), ("08:15", 45, 1)])
def test_mona_chooses_another_time(
    world: World, sink: Sink, log_in: LogIn, at: str, minutes: int, expected: int
) -> None:
    log_in("mona").post("/mails/choice/", {"wants_it": "on", "at": at})
    work(MORNING + minutes * MINUTE)
    assert len(sink.messages) == expected


def test_an_address_that_takes_no_mail_is_said_to_be_one(world: World, sink: Sink, log_in: LogIn) -> None:
    User.objects.filter(username="mona").update(email="mona@desk.example.invalid")
    page = get(log_in("mona"), "/mails/").content.decode()
    assert "the address ends with .invalid, as those of a Salesforce sandbox do" in page
    work(MORNING)
    assert sink.messages == []


def test_a_time_that_is_none_is_told_in_a_sentence(world: World, log_in: LogIn) -> None:
    answer = log_in("mona").post("/mails/choice/", {"wants_it": "on", "at": "morning"})
    assert answer.status_code == 400
    assert "“morning” is no time of day: write it like 07:30" in answer.content.decode()


def test_switched_off_none_comes_and_operations_see_why(world: World, sink: Sink, log_in: LogIn) -> None:
    mona, otto = log_in("mona"), log_in("otto")
    mona.post("/mails/choice/", {"at": ""})
    work(MORNING)
    assert sink.messages == []
    assert "Switched off: no mail comes." in get(mona, "/mails/").content.decode()
    page = get(otto, "/mails/sent/?show=skipped")
    assert [(row.to, row.said) for row in page.context["view"].rows] == [
        ("Mona", "Not sent: switched off on their own page.")
    ]
    mona.post("/mails/choice/", {"wants_it": "on", "at": ""})
    work(MORNING + HOUR)  # of this day it was decided
    assert sink.messages == []


@pytest.mark.parametrize("before", [Role.OPS, Role.REP])
def test_what_was_chosen_in_another_role_is_not_said_of_a_managers_mail(
    world: World, sink: Sink, log_in: LogIn, before: Role
) -> None:
    mona = User.objects.filter(username="mona")
    mona.update(role=before)
    log_in("mona").post("/mails/choice/", {"wants_digest": "on", "at": ""})
    mona.update(role=Role.MANAGER)
    assert get(log_in("mona"), "/told/choices/").context["choosing"].wants_it is True
    work(MORNING)
    assert len(sink.messages) == 1


def test_operations_see_every_mail_and_each_manager_the_own(world: World, sink: Sink, log_in: LogIn) -> None:
    otto, mona, max_ = log_in("otto"), log_in("mona"), log_in("max")
    scan(now=MORNING)
    assert {tile.label: tile.count for tile in get(otto, "/mails/sent/").context["view"].tiles} == {
        "Waiting": 1,
        "Sent": 0,
        "Not sent": 0,
        "Failed": 0,
    }
    work(MORNING)
    (row,) = get(otto, "/mails/sent/").context["view"].rows
    assert (row.to, row.state, row.subject) == ("Mona", "sent", sink.messages[0]["Subject"])
    (line,) = csv_lines(otto, "/mails/sent/rows.csv")
    assert line["message_id"] == sink.messages[0]["Message-ID"]
    for reader in (otto, mona):
        assert MAIL in get(reader, f"/mails/{row.number}/").content.decode()
        assert MAIL in get(reader, f"/mails/{row.number}/body.html").content.decode()
    assert max_.get(f"/mails/{row.number}/").status_code == 404
    assert max_.get(f"/mails/{row.number}/body.html").status_code == 404
    assert said() == [("done", "")]


def test_other_pages_know_nothing_of_mails(world: World, sink: Sink, log_in: LogIn) -> None:
    """One outbox: what goes to Salesforce and what goes to people are kept apart on their pages."""
    work(MORNING)
    page = get(log_in("otto"), "/settings/salesforce/write-back/?show=done")
    assert page.context["view"].rows == []
    assert not re.search(r"clean-your-room", page.content.decode())


def test_before_salesforce_was_read_the_page_says_so(world: World, log_in: LogIn) -> None:
    mirror.ObjectState.objects.all().delete()
    mona = log_in("mona")
    assert "Salesforce was never read" in get(mona, "/mails/").content.decode()
    assert mona.get("/mails/preview.html").status_code == 404
