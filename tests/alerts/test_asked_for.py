"""A mail out of turn: the same as the morning's, on any day, and the morning's comes all the same."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from alerts.mails.delivery import deliver
from alerts.mails.scan import CannotBeAsked, ask
from base.models import Effect, User
from leadmodel.models import Absence
from sync import models as mirror
from tests.alerts.conftest import MORNING, LogIn, said, work
from tests.alerts.sink import Sink
from tests.pages.world import World

SUNDAY = MORNING - timedelta(days=1)


def mona() -> User:
    return User.objects.get(username="mona")


def command(username: str = "mona") -> str:
    out = StringIO()
    call_command("mail", username, stdout=out)
    return out.getvalue()


def test_on_a_day_off_one_may_be_asked_for(world: World, sink: Sink) -> None:
    work(SUNDAY)
    assert sink.messages == []

    asked = ask(mona(), now=SUNDAY)
    work(SUNDAY)

    assert [message["To"] for message in sink.messages] == ["mona@desk.example"]
    assert sink.messages[0]["Subject"] == asked.payload["subject"]


def test_the_mornings_mail_comes_all_the_same_and_counts_from_the_morning_before(
    world: World, sink: Sink
) -> None:
    """Those asked for before change nothing about who is new."""
    early = MORNING - timedelta(minutes=2)
    first = ask(mona(), now=early)
    second = ask(mona(), now=early + timedelta(seconds=1))
    work(early + timedelta(seconds=1))
    work(MORNING)

    assert " new)" in first.payload["subject"]
    numbers = [message["Subject"].partition(",")[0] for message in sink.messages]
    assert numbers == 3 * [first.payload["subject"].partition(",")[0]]
    assert second.payload["subject"] == first.payload["subject"]
    assert [".asked." in message["Message-ID"] for message in sink.messages] == [True, True, False]
    assert len({message["Message-ID"] for message in sink.messages}) == 3


def test_asked_for_when_it_is_due_it_is_the_mornings(world: World, sink: Sink) -> None:
    first = ask(mona(), now=MORNING)
    work(MORNING)
    again = ask(mona(), now=MORNING)
    work(MORNING)

    assert first.key == f"mail/clean-your-room/{mona().pk}/2025-03-03"
    assert again.key.startswith(f"{first.key}/asked/")
    assert [".asked." in message["Message-ID"] for message in sink.messages] == [False, True]


def test_the_command_sends_one_and_says_so(world: World, sink: Sink, log_in: LogIn) -> None:
    told = [command(), command()]  # at some hours the first is that of the morning

    assert told == [f"Sent: {message['Subject']}.\n" for message in sink.messages]
    assert "asked for" in log_in("otto").get("/mails/sent/").content.decode()
    assert "asked for" in log_in("mona").get("/mails/").content.decode()


def test_why_there_is_none_is_kept_and_told(world: World, sink: Sink) -> None:
    mirror.User.objects.filter(name="Mona").update(email="mona@desk.example.invalid")

    told = command()

    assert told.startswith("Not sent: the address ends with .invalid")
    assert said() == [("cancelled", told.strip())]
    assert sink.messages == []


@pytest.mark.parametrize(
    ("answer", "state", "complaint"),
    [
        ("550 no such box", "refused", "Not sent. The mail server said 550: no such box"),
        (
            "451 later",
            "ready",
            "Not sent yet, and tried again as long as its day lasts. The mail server said 451",
        ),
    ],
)
def test_a_mail_server_that_does_not_take_it_fails_the_command(
    world: World, sink: Sink, answer: str, state: str, complaint: str
) -> None:
    sink.answers = [answer]
    with pytest.raises(CommandError, match=complaint):
        command()
    assert [stands for stands, _ in said()] == [state]


@pytest.mark.parametrize(
    ("username", "complaint"),
    [
        ("nobody", "There is no account nobody: give a user name"),
        ("gone", "has no active account with an active user in Salesforce"),
    ],
)
def test_mails_are_for_active_people(world: World, sink: Sink, username: str, complaint: str) -> None:
    User.objects.create_user("gone", role="rep", salesforce_id="005000000000009AAA")
    with pytest.raises(CommandError, match=complaint):
        command(username)
    assert not Effect.objects.exists()


def test_before_salesforce_was_read_there_is_nothing_to_ask_for(world: World, sink: Sink) -> None:
    mirror.ObjectState.objects.all().delete()
    with pytest.raises(CannotBeAsked, match="Salesforce was never read"):
        ask(mona(), now=MORNING)


def test_without_a_mail_server_the_command_says_what_to_set(world: World, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    with pytest.raises(CommandError, match="set EMAIL_HOST"):
        command()
    assert not Effect.objects.exists()


def test_who_is_away_may_still_ask(world: World, sink: Sink) -> None:
    """Whoever asks is there."""
    user = mona()
    Absence.objects.create(
        user_id=str(user.salesforce_id),
        starts_at=SUNDAY,
        ends_at=MORNING + timedelta(days=1),
        entered_at=SUNDAY,
    )
    ask(user, now=MORNING)
    deliver(clock=lambda: MORNING)
    assert len(sink.messages) == 1
