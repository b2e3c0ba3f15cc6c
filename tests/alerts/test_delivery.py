"""On its way: refused, put off, out of reach, killed at any line. Promised: at least once, under one Message-ID."""

from __future__ import annotations

import gc
import smtplib
import sys
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any, Self

import pytest
from django.db import connections
from django.test import Client
from pytest_django import Settings

from alerts import smtp
from alerts.mails.delivery import MAILS, deliver
from alerts.mails.scan import scan
from alerts.smtp import Letter, message_id
from base.models import Effect, User
from base.outbox import LEASE, MOST_ATTEMPTS, claim, finish
from tests.alerts.conftest import MINUTE, MORNING, LogIn, said
from tests.alerts.sink import Sink, part
from tests.pages.world import World

ROOT = Path(__file__).parents[2]
SENDING = ("alerts/mails/delivery.py", "alerts/sending.py", "alerts/smtp.py", "base/outbox.py")
OURS = tuple(str(ROOT / path) for path in SENDING)
SCANNING = tuple(str(ROOT / path) for path in ("alerts/mails/scan.py", "base/outbox.py"))


@pytest.fixture
def dead() -> Iterator[None]:
    """What they leave open goes here, not in another's test: ask for it before the mail server they talk to."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def written(world: World, sink: Sink) -> Effect:
    """Mona's mail, decided and not sent."""
    scan(now=MORNING)
    return Effect.objects.get()


def standing(at: datetime) -> Callable[[], datetime]:
    """A clock that shows this."""
    return lambda: at


def until_done(now: datetime, *, rounds: int = 20) -> datetime:
    """Deliver whenever something is due, until nothing waits; when that was."""
    for _ in range(rounds):
        waiting = Effect.objects.filter(state__in=("ready", "leased")).order_by("due_at").first()
        if waiting is None:
            return now
        now = max(
            now, waiting.due_at, (waiting.lease_until or now) + MINUTE * (waiting.lease_until is not None)
        )
        deliver(clock=standing(now))
    raise AssertionError("It never ended.")


def test_what_the_server_refuses_for_good_is_kept_and_tried_again_by_operations(
    world: World, sink: Sink, written: Effect, log_in: LogIn
) -> None:
    sink.answers = ["550 no such box"]
    deliver(clock=lambda: MORNING)
    assert said() == [("refused", "The mail server said 550: no such box")]
    Effect.objects.update(payload=written.payload | {"ends_at": "2999-01-01T00:00:00+00:00"})
    otto: Client = log_in("otto")
    assert "no such box" in otto.get("/mails/sent/?show=failed").content.decode()

    otto.post(f"/mails/{written.pk}/again/")
    until_done(MORNING + MINUTE)

    written.refresh_from_db()
    assert written.state == "done"
    assert [message["Message-ID"] for message in sink.messages] == [message_id(written)]
    assert sink.messages[0]["X-Possible-Repeat"] == "yes"


def test_of_a_day_that_is_over_nothing_is_tried_again(
    world: World, sink: Sink, written: Effect, log_in: LogIn
) -> None:
    sink.answers = ["550 no such box"]
    deliver(clock=lambda: MORNING)
    log_in("otto").post(f"/mails/{written.pk}/again/")
    written.refresh_from_db()
    assert written.state == "refused"


def test_what_is_put_off_comes_later_and_not_for_ever(world: World, sink: Sink, written: Effect) -> None:
    sink.answers = ["451 later"]
    assert until_done(MORNING) > MORNING
    assert len(sink.messages) == 1

    Effect.objects.update(state="ready", attempts=0, due_at=MORNING)
    sink.answers = ["451 later"] * 20
    until_done(MORNING)
    assert said() == [
        ("refused", f"Given up after {MOST_ATTEMPTS} attempts. The mail server said 451: later")
    ]
    assert len(sink.answers) == 20 - MOST_ATTEMPTS


def test_a_server_out_of_reach_is_waited_for_until_the_day_is_over(
    world: World, sink: Sink, written: Effect, settings: Settings
) -> None:
    port = settings.EMAIL_PORT
    settings.EMAIL_PORT = 1
    for minutes in range(30):
        at = MORNING + minutes * MINUTE
        deliver(clock=standing(at))
    written.refresh_from_db()
    assert (written.state, written.attempts) == ("ready", 0)
    assert written.said.startswith("The mail server cannot be reached, or does not let us in: Connection")
    settings.EMAIL_PORT = port
    until_done(MORNING)
    assert len(sink.messages) == 1


def test_a_server_that_never_answers_is_given_up_in_time(
    world: World, sink: Sink, written: Effect, settings: Settings
) -> None:
    """It takes the message and is silent: whether it has it nobody knows, so it is sent again, and says so."""
    settings.EMAIL_TIMEOUT = 0.2
    answered = Event()

    def be_silent() -> None:
        answered.wait(10)

    sink.on_mail = be_silent
    deliver(clock=lambda: MORNING)
    answered.set()
    written.refresh_from_db()
    assert written.state == "ready"
    assert written.said.startswith("The connection ended while it was sent: ")


def test_an_address_that_is_none_is_refused(world: World, sink: Sink, written: Effect) -> None:
    User.objects.filter(username="mona").update(email="mona\nBcc: eve@evil.example")
    deliver(clock=lambda: MORNING)
    ((state, words),) = said()
    assert (state, words.startswith("The message cannot be written")) == ("refused", True)
    assert sink.messages == []


class Killed(BaseException):
    """Nothing of ours may catch this: as the process itself would be gone."""


class DieAt:
    """Ends what runs at the n-th line of the watched files; 0 never comes. `count`: how many lines there were."""

    def __init__(self, line: int, files: tuple[str, ...]) -> None:
        self.count, self._line_of_death, self._files = 0, line, files

    def __enter__(self) -> Self:
        sys.settrace(self._enter)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        return self._line if frame.f_code.co_filename.startswith(self._files) else None

    def _line(self, _frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        if event == "line":
            self.count += 1
            if self.count == self._line_of_death:
                raise Killed
        return self._line


def forget_connection() -> None:
    """PostgreSQL ends what a dead process had begun; who comes next has a connection of their own."""
    raw = connections["default"].connection
    if raw is not None:
        raw.close()
    del connections["default"]


def lives(act: Callable[[], object], files: tuple[str, ...], *, step: int = 1) -> Iterator[int]:
    """Let `act` die at each `step`-th line in turn: after each death, its number; at the end once more, alive, 0."""
    own, line = connections["default"], 1
    try:
        while True:
            try:
                with DieAt(line, files):
                    act()
            except Killed:
                forget_connection()
                yield line
                line += step
            else:
                yield 0
                return
    finally:  # the run drops its database by the connection it began with
        connections["default"].close()
        own.close()
        connections["default"] = own


@pytest.mark.usefixtures("dead")
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the dead close nothing
@pytest.mark.parametrize(
    ("files", "step"),
    [(OURS, 1), pytest.param((smtplib.__file__,), 7, marks=pytest.mark.soak)],
    ids=["ours", "smtplib"],
)
def test_killed_at_any_line_of_sending_it_is_there_and_twice_only_where_nobody_could_know(
    world: World, sink: Sink, written: Effect, files: tuple[str, ...], step: int
) -> None:
    deaths = doubles = 0
    for line in lives(lambda: deliver(clock=lambda: MORNING), files, step=step):
        was_noted = Effect.objects.get().state == "done"
        until_done(MORNING + LEASE)
        assert said() == [("done", "")]
        assert len(sink.messages) == 1 or (len(sink.messages) == 2 and not was_noted), line
        assert {message["Message-ID"] for message in sink.messages} == {message_id(written)}
        if len(sink.messages) == 2:
            assert sink.messages[1]["X-Possible-Repeat"] == "yes"
            assert part(sink.messages[1], "html") == part(sink.messages[0], "html")
            doubles += 1
        deaths += line > 0
        sink.messages.clear()
        Effect.objects.update(state="ready", attempts=0, due_at=MORNING, lease_id=None, lease_until=None)
    assert deaths > 20
    assert doubles > 0  # the gap of RFC 1047 is there, and this test sees it


@pytest.mark.usefixtures("dead")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_same_harness_sees_a_weaker_protocol_lose_mails(
    world: World, sink: Sink, written: Effect
) -> None:
    """Marking first and sending then, as others do: whoever is killed between has sent nothing, and nobody knows."""

    def mark_then_send() -> None:
        for effect in claim(MAILS, now=MORNING, limit=1):
            finish(effect, Effect.State.DONE, now=MORNING)
            smtp.send(smtp.message(effect, "mona@desk.example", Letter("a", "b", "c")))

    lost = 0
    for _ in lives(mark_then_send, OURS):
        until_done(MORNING + LEASE)
        lost += not sink.messages
        sink.messages.clear()
        Effect.objects.update(state="ready", attempts=0, due_at=MORNING, lease_id=None, lease_until=None)
    assert lost > 0


@pytest.mark.usefixtures("dead")
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("step", [3, pytest.param(1, marks=pytest.mark.soak)])
def test_killed_at_any_line_of_deciding_there_is_one_or_none_and_then_one(
    world: World, sink: Sink, step: int
) -> None:
    deaths = 0
    for line in lives(lambda: scan(now=MORNING), SCANNING, step=step):
        assert Effect.objects.count() <= 1, line
        scan(now=MORNING + MINUTE)
        assert [state for state, _ in said()] == ["ready"], line
        Effect.objects.all().delete()
        deaths += line > 0
    assert deaths > 20


def test_a_message_that_ends_every_process_is_given_up(world: World, sink: Sink, written: Effect) -> None:
    now = MORNING
    for _ in range(MOST_ATTEMPTS):
        claim(MAILS, now=now, limit=1)  # and the process is gone
        now += LEASE + MINUTE
    deliver(clock=lambda: now)
    assert said() == [("refused", f"Given up: {MOST_ATTEMPTS} attempts ended without a word of how.")]
    assert sink.messages == []
