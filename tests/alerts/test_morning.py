"""The mail of the morning of reps and operations, and what automation did in everybody's: one a day, and told once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from alerts.mails.delivery import deliver
from alerts.mails.scan import ask, scan
from alerts.models import Assignment, MailChoice
from alerts.telling.notices import Topic, mail_instead, tell
from base.models import Effect, Role, User
from base.outbox import LEASE, Decided, decide
from leadmodel.may_act import ABANDON
from leadmodel.models import Absence
from leadmodel.rebuild import rebuild_all
from sync import models as mirror
from tests.alerts.conftest import MINUTE, MORNING, LogIn, said, work
from tests.alerts.dying import deaths
from tests.alerts.sink import Sink, part
from tests.alerts.test_telling import notice
from tests.pages.reading import get
from tests.pages.test_did import gave, wrote
from tests.pages.world import ALICE, DAY, FORMULA, HOUR, NASTY_NAME, World

SITE = "https://leads.desk.example"
DUE = MORNING - MINUTE
"""07:30 in Berlin."""


@pytest.fixture
def world(world: World) -> World:
    """Everybody works in Berlin and has an address."""
    mirror.User.objects.update(time_zone="Europe/Berlin")
    for user in mirror.User.objects.all():
        mirror.User.objects.filter(pk=user.pk).update(email=f"{user.username}")
    User.objects.filter(username="otto").update(email="otto@desk.example", time_zone="Europe/Berlin")
    return world


@pytest.fixture
def alice(world: World) -> User:
    """She asked for her morning's mail."""
    user = User.objects.get(username="alice")
    MailChoice.objects.create(user=user, chosen_as=user.role, wants_it=True, chosen_at=MORNING)
    return user


def mails(sink: Sink, to: str) -> list[str]:
    """The text of each mail somebody got."""
    return [part(message, "plain") for message in sink.messages if message["To"] == f"{to}@desk.example"]


def subjects(sink: Sink, to: str) -> list[str]:
    return [str(message["Subject"]) for message in sink.messages if message["To"] == f"{to}@desk.example"]


def given_up(world: World, called: str, ago: timedelta) -> Effect:
    return wrote(world, called, ABANDON, ago=ago)


def read_until(world: World, now: object) -> None:
    mirror.ObjectState.objects.update(read_at=now)


def numbers(text: str) -> dict[str, int]:
    """What the mail says of each list, by the address its number leads to."""
    found = re.findall(rf"^[^\n:]+: ([\d,]+)\n  [^\n]+\n  {re.escape(SITE)}(\S+)$", text, re.MULTILINE)
    return {address: int(number) for number, address in found}


def test_alice_who_asked_for_it_gets_hers_and_bob_who_did_not_gets_none(
    world: World, sink: Sink, alice: User
) -> None:
    work(DUE - MINUTE)
    assert sink.messages == []
    for minutes in (0, 1, 60):
        work(DUE + minutes * MINUTE)
    assert subjects(sink, "alice") == ["3 past due, 2 wait for your answer, Mon 3 Mar 07:30"]
    (text,) = mails(sink, "alice")
    assert "2 h 59 min  Person " + NASTY_NAME in text
    assert "was due Mon 2025-03-03 06:31" in text
    assert "bobs" not in text
    assert mails(sink, "bob") == mails(sink, "eve") == mails(sink, "otto") == []


def test_a_rep_asks_for_it_where_one_chooses_how_one_is_told(world: World, sink: Sink, log_in: LogIn) -> None:
    client = log_in("bob")
    assert get(client, "/told/choices/").context["choosing"].wants_it is False
    form = {"wants_it": "on", "wants_digest": "on", "at": "08:15", "next": "/told/choices/"}
    assert client.post("/mails/choice/", form).headers["Location"] == "/told/choices/"
    assert get(client, "/told/choices/").context["choosing"].wants_it is True
    work(MORNING)
    assert mails(sink, "bob") == []
    work(DUE + 45 * MINUTE)
    assert subjects(sink, "bob")[0].startswith("1 past due, ")


def test_every_number_opens_to_its_list_whatever_happens_later(
    world: World, sink: Sink, alice: User, log_in: LogIn
) -> None:
    given_up(world, "answered", 2 * HOUR)
    work(MORNING)
    (text,) = mails(sink, "alice")
    told = numbers(text)
    assert sorted(told.values()) == [1, 2, 3]

    world.now = MORNING + 3 * HOUR
    world.add_touch("waiting", ALICE, HOUR)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    given_up(world, "from_queue", HOUR)
    rebuild_all()
    client, before = log_in("alice"), Effect.objects.count()
    for address, number in told.items():
        if address.startswith("/queue/"):
            assert len(get(client, address).context["queue"].rows) == number, address
        else:
            assert len(get(client, address).context["view"].rows) == number, address
    assert Effect.objects.count() == before


def test_ten_of_each_and_a_link_to_the_others(world: World, sink: Sink, alice: User) -> None:
    for number in range(12):
        world.add_lead(f"more_{number}", ALICE, 4 * HOUR)
    rebuild_all()
    work(MORNING)
    (text,) = mails(sink, "alice")
    assert "PAST DUE: 15" in text
    assert f"and 5 more: {SITE}/queue/?rep={ALICE}&show=past_due&as_of=" in text


def test_follow_ups_of_today_and_who_goes_stale(world: World, sink: Sink, alice: User) -> None:
    world.add_lead("stale", ALICE, 28 * DAY)
    world.add_touch("stale", ALICE, 28 * DAY)
    mirror.Task.objects.create(
        id="00T900000000001AAA", who_id=world.ids["answered"], owner_id=ALICE, subject="Call back",
        status="Not Started", is_closed=False, activity_date=MORNING.date(), created_at=MORNING - DAY,
        created_by_id=ALICE, system_modstamp=MORNING,
    )  # fmt: skip
    rebuild_all()
    work(MORNING)
    (subject,) = subjects(sink, "alice")
    assert subject.startswith("3 past due, 2 wait for your answer, 1 follow-up due, 1 going stale, ")
    (text,) = mails(sink, "alice")
    assert f"{SITE}/queue/?rep={ALICE}&show=follow_up\n" in text, "as they stand when one looks"
    assert "due Mon 2025-03-03" in text
    assert "given up on Wed 2025-03-05" in text


def test_not_where_nobody_waits_nor_on_a_day_off(world: World, sink: Sink, alice: User) -> None:
    Absence.objects.create(user_id=ALICE, starts_at=MORNING - HOUR, ends_at=MORNING + HOUR)
    work(MORNING)
    assert mails(sink, "alice") == []
    mirror.Lead.objects.filter(owner_id=ALICE).delete()
    mirror.Mark.objects.create(record_id="*")
    rebuild_all()
    rebuild_all()
    read_until(world, MORNING + DAY)
    work(MORNING + DAY)
    assert mails(sink, "alice") == []
    assert said(payload__user=alice.pk) == [("cancelled", "Not sent: there is nothing to tell.")]


def test_what_automation_did_goes_into_the_managers_mail_and_is_told_once(world: World, sink: Sink) -> None:
    given_up(world, "bobs_late", 2 * HOUR)
    work(MORNING)
    (text,) = mails(sink, "mona")
    assert "WHAT AUTOMATION DID" in text
    assert "Given up: 1\n" in text
    assert "Person bobs late, Bob, Mon 2025-03-03 05:31" in text
    assert f"take it back, for a day: {SITE}{world.person('bobs_late')}" in text
    assert subjects(sink, "mona")[0].startswith("4 people outside SLA (1 new), automation: 1 given up, ")
    assert "WHAT AUTOMATION DID" not in mails(sink, "max")[0]

    read_until(world, MORNING + DAY)
    work(MORNING + DAY)
    assert "WHAT AUTOMATION DID" not in mails(sink, "mona")[1]


def test_what_ended_too_shortly_before_is_told_the_next_morning(world: World, sink: Sink) -> None:
    """A write that ended just before may be noted when the mail is written already: it is in the next, not in none."""
    given_up(world, "bobs_late", 11 * MINUTE)
    work(MORNING)
    assert "WHAT AUTOMATION DID" not in mails(sink, "mona")[0]
    read_until(world, MORNING + DAY)
    work(MORNING + DAY)
    assert "Given up: 1\n" in mails(sink, "mona")[1]


def test_what_a_mail_told_that_was_not_sent_is_in_the_next(world: World, sink: Sink) -> None:
    given_up(world, "bobs_late", 2 * HOUR)
    sink.answers = ["550 no such box", "550 no such box", "550 no such box", "550 no such box"]
    work(MORNING)
    read_until(world, MORNING + DAY)
    work(MORNING + DAY)
    assert ["Given up: 1\n" in text for text in mails(sink, "mona")] == [True]


def test_whose_person_was_given_up_is_told_and_nobody_elses_rep(world: World, sink: Sink) -> None:
    given_up(world, "bobs_late", 2 * HOUR)
    work(MORNING)
    assert subjects(sink, "bob") == ["Automation: 1 given up, Mon 3 Mar 07:30"]
    assert mails(sink, "alice") == mails(sink, "eve") == []
    for days in (1, 2):
        read_until(world, MORNING + days * DAY)
        work(MORNING + days * DAY)
    assert len(mails(sink, "bob")) == 1
    assert len(said(payload__user=User.objects.get(username="bob").pk)) == 1, (
        "no mornings that were none are told of"
    )


def test_given_up_by_automation_is_no_mail_of_its_own(world: World, sink: Sink, log_in: LogIn) -> None:
    log_in("mona").post("/told/choices/keep/", {"abandoned-bell": "on", "abandoned-mail": "on"})
    tell([notice(world, topic=Topic.ABANDONED)], now=MORNING)
    assert not Effect.objects.filter(kind="notice.mail").exists()
    assert "in the morning's mail" in get(log_in("mona"), "/told/choices/").content.decode().replace(
        "&#x27;", "'"
    )


def test_what_slack_refused_is_not_told_twice_by_mail(world: World, sink: Sink) -> None:
    for number, topic in enumerate((Topic.ABANDONED, Topic.REASSIGNED)):
        payload = {
            "user": User.objects.get(username="bob").pk,
            "topic": topic.value,
            "notices": [f"x/{number}"],
        }
        (refused,) = decide([Decided(f"x/{number}/slack", "notice.slack", payload)], by=None, now=MORNING)
        mail_instead(refused, now=MORNING)
    (mail,) = Effect.objects.filter(kind="notice.mail")
    assert mail.payload["topic"] == "reassigned"


def test_operations_are_told_of_everything_and_of_nothing_on_a_quiet_day(world: World, sink: Sink) -> None:
    work(MORNING)
    otto = User.objects.get(username="otto").pk
    assert said(payload__user=otto) == []

    world.now = MORNING + 2 * HOUR
    gave(world, "due_soon", ALICE, None)
    wrote(world, "eves_waiting", ABANDON, state="conflict", said="Somebody was faster.")
    failed = Effect.objects.create(
        key="notice/x", kind="notice.mail", payload={"user": otto, "topic": "response", "notices": []},
        state="refused", said="No such box.", due_at=MORNING, created_at=MORNING, ended_at=MORNING + HOUR,
    )  # fmt: skip
    Assignment.objects.update(decided_at=MORNING + HOUR)
    read_until(world, MORNING + DAY)
    work(MORNING + DAY)
    assert subjects(sink, "otto") == [
        "Automation: 1 could not assign, 1 not written, 1 not sent, Tue 4 Mar 07:31"
    ]
    (text,) = mails(sink, "otto")
    assert failed.said in text
    assert "Somebody was faster." in text


def test_who_wants_only_the_digest_gets_only_that(world: World, sink: Sink, log_in: LogIn) -> None:
    given_up(world, "bobs_late", 2 * HOUR)
    log_in("mona").post("/mails/choice/", {"wants_digest": "on", "next": "/told/choices/"})
    log_in("otto").post("/mails/choice/", {})
    work(MORNING)
    assert subjects(sink, "mona") == ["Automation: 1 given up, Mon 3 Mar 07:30"]
    assert "outside SLA" not in mails(sink, "mona")[0]
    assert said(payload__user=User.objects.get(username="otto").pk) == [
        ("cancelled", "Not sent: switched off on their own page.")
    ]


def test_a_part_switched_off_before_it_is_sent_keeps_back_a_mail_of_nothing_else(
    world: World, sink: Sink, log_in: LogIn
) -> None:
    given_up(world, "bobs_late", 2 * HOUR)
    scan(now=MORNING)
    log_in("bob").post("/mails/choice/", {"wants_it": "on"})
    deliver(clock=lambda: MORNING)
    assert mails(sink, "bob") == []
    assert ("cancelled", "Not sent: switched off on their own page.") in said()


def test_whose_role_changed_gets_no_mail_of_the_old_one(world: World, sink: Sink) -> None:
    scan(now=MORNING)
    User.objects.filter(username="mona").update(role=Role.REP)
    deliver(clock=lambda: MORNING)
    assert mails(sink, "mona") == []
    assert ("cancelled", "Not sent: no active user of that role any more.") in said()


def test_peoples_texts_are_no_markup_and_no_lines_of_ours(world: World, sink: Sink, alice: User) -> None:
    wrote(world, "waiting", ABANDON, ago=2 * HOUR, said="evil\nALL 0: https://evil.example")
    mirror.Lead.objects.filter(pk=world.ids["waiting"]).update(company=f"{FORMULA}\nALL 0: x")
    work(MORNING)
    for message in sink.messages:
        assert NASTY_NAME not in part(message, "html")
        assert "\nALL 0" not in part(message, "plain")
        assert not re.search(r"<(img|script|link|iframe|form)\b|url\(|@import|style=", part(message, "html"))


@pytest.mark.parametrize(
    ("name", "called", "words"),
    [
        ("alice", "Your morning", "Past due"),
        ("mona", "“Clean your room”", "outside SLA"),
        ("otto", "What automation did", "Given up"),
    ],
)
def test_each_sees_their_mail_as_it_would_be_now_and_looking_sends_nothing(
    world: World, sink: Sink, log_in: LogIn, name: str, called: str, words: str
) -> None:
    world.now = timezone.now()
    given_up(world, "answered", 2 * HOUR)
    before = Effect.objects.count()
    client = log_in(name)
    page = get(client, "/mails/")
    assert page.context["mine"].called == called
    assert words.casefold() in page.context["mine"].mail.text.casefold()
    assert words.casefold() in get(client, "/mails/preview.html").content.decode().casefold()
    assert Effect.objects.count() == before
    assert sink.messages == []


def test_operations_look_over_a_reps_shoulder_and_a_manager_does_not(world: World, log_in: LogIn) -> None:
    address = f"/mails/?to={User.objects.get(username='alice').pk}"
    assert "PAST DUE" in get(log_in("otto"), address).context["mine"].mail.text
    assert log_in("mona").get(address).status_code == 404


def test_asked_for_a_reps_mail_comes_beside_the_mornings(world: World, sink: Sink, alice: User) -> None:
    given_up(world, "answered", HOUR)
    ask(alice, now=MORNING - 2 * DAY)
    ask(alice, now=DUE - MINUTE)
    work(MORNING)
    assert len(mails(sink, "alice")) == 2, "that of Saturday is over"
    assert ["Given up: 1\n" in text for text in mails(sink, "alice")] == [True, True]


@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_killed_anywhere_while_it_is_decided_there_is_one(world: World, sink: Sink) -> None:
    User.objects.exclude(username="bob").update(is_active=False)
    given_up(world, "bobs_late", 2 * HOUR)
    mails_of_it = Effect.objects.filter(kind__startswith="mail.")
    number = 0
    for number in deaths(lambda: scan(now=MORNING)):  # noqa: B007 - how many there were
        assert mails_of_it.count() <= 1
        scan(now=MORNING)
        assert ["Given up: 1\n" in mail.payload["text"] for mail in mails_of_it] == [True]
        mails_of_it.delete()
    assert number > 20
    work(MORNING)
    work(MORNING + LEASE + MINUTE)
    assert len(mails(sink, "bob")) == 1


def test_without_a_mail_server_nothing_is_decided(world: World, alice: User, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    given_up(world, "answered", 2 * HOUR)
    assert scan(now=MORNING) == 0
    assert not Effect.objects.filter(kind__startswith="mail.").exists()
