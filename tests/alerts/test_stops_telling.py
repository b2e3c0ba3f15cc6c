"""What is stopped, and what is above the day's most, does not go out; it goes once it may."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from alerts.models import Told
from alerts.stops import Telling, of_notice
from alerts.tasks import send_mails
from alerts.telling.notices import Topic, tell
from alerts.telling.words import Name
from base import clock
from base.models import AuditEntry, Effect, User
from leadmodel.settings_store import enter
from sync.models import WriteSwitch
from sync.writeback.modes import STOP, Mode, switch
from tests.alerts.conftest import MINUTE, MORNING, LogIn
from tests.alerts.sink import Sink
from tests.alerts.test_telling import messages, notice, send
from tests.pages.world import MODEL, World


def stop(kind: str, mode: Mode = Mode.OFF) -> None:
    otto = User.objects.get(username="otto")
    moves = WriteSwitch.objects.count()
    switch(kind, mode, by=otto, why="a mistake", now=MORNING + timedelta(microseconds=moves))


def test_a_message_that_waits_is_not_sent_while_its_kind_is_stopped(world: World, sink: Sink) -> None:
    tell([notice(world), notice(world, "bobs_late", topic=Topic.COULD_NOT_ASSIGN)], now=MORNING)
    stop(Telling.REMINDERS)
    send(MORNING)
    assert sorted((state, said) for _, state, said in messages()) == [
        ("done", ""),
        ("ready", "Stopped by operations (Reminders to reps): it waits until that is switched on."),
    ]
    stop(Telling.REMINDERS, Mode.ON)
    send(MORNING + MINUTE)
    assert {state for _, state, _ in messages()} == {"done"}


def test_who_is_told_of_both_kinds_hears_the_one_that_is_not_stopped(world: World, sink: Sink) -> None:
    """Mona leads a team and is reminded herself: of one topic, and by two switches."""
    tell([notice(world, name=Name.WORSENED)], now=MORNING)
    tell([notice(world, "bobs_late", key="another")], now=MORNING)
    tell([notice(world, "bobs_late", key="third", name=Name.WORSENED)], now=MORNING)
    stop(Telling.REMINDERS)
    send(MORNING)
    assert sorted(state for _, state, _ in messages()) == ["done", "ready"]
    sent, waits = (Effect.objects.get(state=state).payload["notices"] for state in ("done", "ready"))
    assert (len(sent), waits) == (2, ["another"])


def test_mails_of_the_morning_are_neither_decided_nor_sent(
    world: World, sink: Sink, settings: Settings, tmp_path: Path
) -> None:
    settings.CLOCK_FILE = str(tmp_path / "clock")
    clock.move(tmp_path / "clock", by=MORNING - timezone.now())
    stop(Telling.MAILS)
    send_mails()
    assert Effect.objects.count() == 0
    stop(Telling.MAILS, Mode.ON)
    send_mails()
    assert {kind for kind, *_ in messages()} == {"mail.clean-your-room"}


def test_above_the_days_most_messages_wait(world: World, sink: Sink) -> None:
    enter(f"{MODEL}\ntelling: {{most_a_day: 1}}\n")
    tell([notice(world), notice(world, "bobs_late", topic=Topic.COULD_NOT_ASSIGN)], now=MORNING)
    send(MORNING)
    assert sorted((state, said) for _, state, said in messages()) == [
        ("done", ""),
        ("ready", "Waits: the day's most messages (1, telling.most_a_day) went."),
    ]
    send(MORNING + timedelta(days=1, minutes=1))
    assert {state for _, state, _ in messages()} == {"done"}


def test_every_notice_has_a_switch() -> None:
    assert {of_notice(topic, name) for topic in Topic for name in Name} == set(Telling) - {Telling.MAILS}


def test_the_page_stops_with_a_reason_and_the_log_tells_it(world: World, log_in: LogIn) -> None:
    otto: Client = log_in("otto")
    form = {"kind": STOP, "mode": "off"}
    page = otto.post("/settings/automation/switch/", form, follow=True).content.decode()
    assert "Say why" in page
    assert WriteSwitch.objects.count() == 0

    page = otto.post("/settings/automation/switch/", form | {"why": "too loud"}, follow=True).content.decode()

    assert "All automation is stopped by Otto" in page
    assert "too loud" in page
    entry = AuditEntry.objects.filter(what="switch").get()
    assert (entry.actor and entry.actor.username, entry.became, entry.cause) == ("otto", "off", STOP)
    assert "too loud" in otto.get("/audit/?what=settings").content.decode()
    assert "too loud" not in otto.get("/settings/salesforce/write-back/").content.decode()


@pytest.mark.parametrize("form", [{"kind": "salesforce.", "mode": "off"}, {"kind": STOP, "mode": "dry"}, {}])
def test_what_is_no_switch_is_refused_in_a_sentence(
    world: World, log_in: LogIn, form: dict[str, str]
) -> None:
    answer = log_in("otto").post("/settings/automation/switch/", form | {"why": "a test"})

    assert answer.status_code == 400
    assert WriteSwitch.objects.count() == 0
    assert Told.objects.count() == 0
