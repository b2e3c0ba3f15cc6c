"""What the auditor tells of mails, to a heartbeat outside, on pages and to monitors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import connection
from django.db.models import Model, Value
from django.db.models.functions import Concat
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from alerts.auditor.comparing import compare
from alerts.auditor.heartbeat import beat, is_fit
from alerts.mails.scan import scan
from alerts.models import AuditRun, Escalation, MailChoice
from alerts.tasks import audit
from base.models import Effect, Role, User
from config.celery import app
from config.timetable import TIMETABLE
from leadmodel.actions import DISPOSE
from leadmodel.may_act import ABANDON
from leadmodel.models import Absence
from sync import models as mirror
from sync.models import ObjectState
from tests.alerts.conftest import MINUTE, MORNING, LogIn, work
from tests.alerts.sink import Sink
from tests.pages.test_did import gave, wrote
from tests.pages.world import ALICE, BOB, HOUR, MAX, MONA, World


@pytest.fixture(autouse=True)
def _behind(world: World) -> None:
    """Salesforce was read two days ago: nothing is expected but what stands on no reading, mails and the outbox."""
    ObjectState.objects.update(read_at=MORNING - timedelta(days=2))


def missing() -> list[str]:
    """What differs by two looks, five minutes apart."""
    compare(now=MORNING)
    return [told["what"] for told in compare(now=MORNING + 5 * MINUTE).differences]


def test_a_mail_that_was_decided_is_not_missed(world: World, sink: Sink) -> None:
    scan(now=MORNING)
    assert missing() == []
    assert AuditRun.objects.latest("pk").expected["mails"] == 1


def test_a_mail_that_was_left_out_is_told(world: World, sink: Sink) -> None:
    scan(now=MORNING)
    Effect.objects.filter(key__startswith="mail/").delete()
    assert missing() == ["The mail of mona was due at 06:30 UTC, and was not decided."]


@pytest.mark.parametrize("why", ["no server", "away", "later", "sunday", "left"])
def test_a_mail_that_is_not_due_is_not_missed(world: World, sink: Sink, settings: Settings, why: str) -> None:
    mona = User.objects.get(username="mona")
    if why == "no server":
        settings.EMAIL_HOST = ""
    elif why == "away":
        Absence.objects.create(user_id=MONA, starts_at=MORNING - timedelta(days=1), ends_at=MORNING + MINUTE)
    elif why == "later":
        MailChoice.objects.create(user=mona, chosen_as=mona.role, at="09:00", chosen_at=MORNING)
    elif why == "left":
        User.objects.filter(pk=mona.pk).update(is_active=False)
    sunday = timedelta(days=1 if why == "sunday" else 0)
    compare(now=MORNING - sunday)
    assert compare(now=MORNING - sunday + 5 * MINUTE).agrees


@pytest.fixture
def berlin(world: World) -> World:
    """Everybody works there."""
    mirror.User.objects.update(time_zone="Europe/Berlin")
    User.objects.update(time_zone="Europe/Berlin", email=Concat("username", Value("@desk.example")))
    return world


def of_mails(*, now: datetime = MORNING) -> dict[str, str]:
    """Whose mails are expected and were not decided, by whom, and until when they were due."""
    AuditRun.objects.all().delete()
    compare(now=now)
    found = compare(now=now + 5 * MINUTE).differences
    return {told["what"].split()[3]: told["what"].split()[7] for told in found if told["check"] == "mails"}


def test_reps_have_one_where_they_asked_or_somebody_of_theirs_was_given_up(berlin: World, sink: Sink) -> None:
    assert of_mails() == {"max": "06:30", "mona": "06:30"}
    alice = User.objects.get(username="alice")
    MailChoice.objects.create(user=alice, chosen_as=alice.role, wants_it=True, at="07:00", chosen_at=MORNING)
    wrote(berlin, "bobs_late", ABANDON, ago=2 * HOUR)
    wrote(berlin, "eves_waiting", ABANDON, state="conflict", ago=2 * HOUR)
    wrote(berlin, "waiting", ABANDON, ago=2 * HOUR)
    assert of_mails() == {
        "max": "06:30", "mona": "06:30", "alice": "06:00", "bob": "06:30", "otto": "06:30"
    }  # fmt: skip
    scan(now=MORNING)
    assert of_mails() == {}
    assert AuditRun.objects.latest("pk").expected["mails"] == 5
    Effect.objects.filter(key__startswith="mail/morning/").delete()
    assert of_mails() == {"alice": "06:00", "bob": "06:30"}
    # there is one mail a day, also for whoever had another role this morning
    User.objects.filter(username="mona").update(role=Role.OPS)
    assert of_mails() == {"alice": "06:00", "bob": "06:30"}


def test_what_was_told_by_a_mail_or_ended_just_before_it_is_due_is_no_cause_for_another(
    berlin: World, sink: Sink
) -> None:
    wrote(berlin, "bobs_late", ABANDON, ago=2 * HOUR)
    work(MORNING)
    ObjectState.objects.update(read_at=MORNING)
    tomorrow = MORNING + timedelta(days=1)
    assert of_mails(now=tomorrow).keys() == {"max", "mona"}
    just_before = tomorrow - 10 * MINUTE
    Effect.objects.filter(kind=ABANDON).update(ended_at=just_before)
    assert of_mails(now=tomorrow).keys() == {"max", "mona"}
    Effect.objects.filter(kind=ABANDON).update(ended_at=just_before - 10 * MINUTE)
    assert of_mails(now=tomorrow).keys() == {"max", "mona", "bob", "otto"}
    absences = ((BOB, tomorrow), (MAX, tomorrow - timedelta(days=7)))
    for user_id, at in absences:
        Absence.objects.create(user_id=user_id, starts_at=at - HOUR, ends_at=at + HOUR)
    assert of_mails(now=tomorrow).keys() == {"max", "mona", "otto"}


def test_operations_have_one_where_automation_did_anything(berlin: World, sink: Sink) -> None:
    berlin.now = MORNING
    waiting = berlin.ids["waiting"]

    def step(state: str, ago: timedelta) -> Escalation:
        return Escalation.objects.create(
            person_id=waiting, number=1, step=1, act="remind_rep", due_at=MORNING, state=state, said="Told.",
            decided_at=MORNING - ago,
        )  # fmt: skip

    def letter() -> Effect:
        return Effect.objects.create(
            key="x", kind="notice.mail", payload={}, state="refused", due_at=MORNING, created_at=MORNING,
            ended_at=MORNING - HOUR,
        )  # fmt: skip

    dids: list[tuple[Callable[[], Model], bool]] = [
        (lambda: step("done", HOUR), True),
        (lambda: step("moot", HOUR), False),
        (lambda: step("done", timedelta(days=8)), False),
        (lambda: gave(berlin, "due_soon", ALICE, None), True),
        (letter, True),
        (lambda: wrote(berlin, "waiting", ABANDON, state="dry"), True),
        (lambda: wrote(berlin, "waiting", DISPOSE, state="refused"), True),
        (lambda: wrote(berlin, "waiting", DISPOSE), False),
    ]
    for do, is_told in dids:
        done = do()
        assert ("otto" in of_mails()) is is_told
        scan(now=MORNING)
        assert of_mails() == {}, "and the scan means the same"
        done.delete()
        Effect.objects.all().delete()


def test_m19_mails_are_looked_for_in_whole_sets(berlin: World, sink: Sink) -> None:
    """As many statements for many people as for one."""
    with CaptureQueriesContext(connection) as few:
        compare(now=MORNING)
    for name in ("alice", "bob", "eve"):
        user = User.objects.get(username=name)
        MailChoice.objects.create(user=user, chosen_as=user.role, wants_it=True, chosen_at=MORNING)
        User.objects.create_user(f"otto of {name}", role=Role.OPS, time_zone="Europe/Berlin")
    wrote(berlin, "bobs_late", ABANDON, ago=2 * HOUR)
    with CaptureQueriesContext(connection) as many:
        compare(now=MORNING)
    assert AuditRun.objects.latest("pk").expected["mails"] == 2 + 3 + 4
    assert len(many) <= len(few) + 1


@contextmanager
def outside(status: int) -> Iterator[tuple[str, list[str]]]:
    """Somebody's monitoring: its address, and what was asked of it."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            assert not connection.in_atomic_block
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Be quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping/secret", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_only_agreement_is_told_outside(world: World, settings: Settings) -> None:
    settings.SALESFORCE_ALLOW_LOCAL = True
    with outside(200) as (address, asked):
        settings.AUDITOR_HEARTBEAT_URL = address
        audit()
        assert asked == ["/ping/secret"]
        AuditRun.objects.all().delete()
        now = timezone.now()
        long_ago = now - timedelta(hours=1)
        Effect.objects.create(key="one", kind="mail.test", payload={}, due_at=long_ago, created_at=long_ago)
        compare(now=now - timedelta(minutes=5))
        audit()
        assert asked == ["/ping/secret"]
        Effect.objects.update(state="done", ended_at=now)
        audit()
        assert len(asked) == 2


def test_a_heartbeat_that_fails_or_leads_elsewhere_is_no_disagreement(
    world: World, settings: Settings
) -> None:
    settings.SALESFORCE_ALLOW_LOCAL = True
    for status in (302, 500):
        with outside(status) as (address, asked):
            settings.AUDITOR_HEARTBEAT_URL = address
            assert beat() is False
            assert asked == ["/ping/secret"]
    assert beat() is False, "nobody listens there any more"
    audit()
    assert AuditRun.objects.get().agrees


@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://hc.example.com/ping/1?a=b", True),
        ("http://hc.example.com/ping/1", False),
        ("https://me:pw@hc.example.com/", False),
        ("https://10.0.0.1/ping", False),
        ("https://[::1]/ping", False),
        ("http://localhost/ping", False),
        ("https://[broken", False),
        ("file:///etc/passwd", False),
    ],
)
def test_a_heartbeat_is_told_by_https_to_a_host_by_name(
    settings: Settings, address: str, *, fits: bool
) -> None:
    settings.SALESFORCE_ALLOW_LOCAL = False
    assert is_fit(address) is fits


def test_the_timetable_has_it_every_five_minutes() -> None:
    entry = TIMETABLE["audit"]
    assert entry["schedule"] == 300
    assert entry["task"] in app.tasks


def test_pages_of_operations_show_what_is_not_done_and_what_to_do(
    world: World, sink: Sink, log_in: LogIn
) -> None:
    assert missing() == ["The mail of mona was due at 06:30 UTC, and was not decided."]
    now = timezone.now()
    AuditRun.objects.update(at=now)
    for path in ("/audit/", "/audit/auditor/"):
        page = log_in("otto").get(path).content.decode()
        assert "act that was due is not done" in page
        assert "The mail of mona was due at 06:30 UTC" in page
        assert "send_mails" in page
    assert "/audit/auditor/" in log_in("otto").get("/settings/salesforce/health/").content.decode()
    assert "The mail of mona" not in log_in("mona").get("/audit/").content.decode()


def test_pages_say_when_the_auditor_agrees_looked_long_ago_or_never_did(world: World, log_in: LogIn) -> None:
    otto: Client = log_in("otto")
    assert "has not looked yet" in otto.get("/audit/auditor/").content.decode()
    compare(now=timezone.now())
    assert "Only some of what was due could be looked at" in otto.get("/audit/auditor/").content.decode()
    AuditRun.objects.update(is_behind=False)
    assert "What was due is done" in otto.get("/audit/auditor/").content.decode()
    AuditRun.objects.update(at=timezone.now() - timedelta(hours=1))
    assert "see whether worker and beat run" in otto.get("/audit/auditor/").content.decode()


def test_monitors_are_told_how_long_ago_it_agreed(world: World, sink: Sink) -> None:
    def told() -> object:
        return Client().get("/health/").json()["auditor"]

    assert told() == {"agreed_seconds": None, "differences": 0}
    assert missing() != []
    AuditRun.objects.update(at=timezone.now() - timedelta(seconds=30))
    answer = told()
    assert isinstance(answer, dict)
    assert answer["differences"] == 1
    assert 30 <= answer["agreed_seconds"] < 60
    text = Client().get("/metrics").content.decode()
    measured = {one.name: one for one in text_string_to_metric_families(text)}
    assert measured["leadmodel_auditor_differences"].samples[0].value == 1
    assert measured["leadmodel_auditor_agreed_age_seconds"].samples[0].value >= 30
