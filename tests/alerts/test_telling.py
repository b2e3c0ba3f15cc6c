"""Told once: a line behind the bell, a mail to whom wants one, looked at again before it goes, not at night."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts.models import Told
from alerts.smtp import message_id
from alerts.tasks import send_notices
from alerts.telling.delivery import deliver
from alerts.telling.letters import MOST_LINES
from alerts.telling.notices import MOST_IN_ONE, Name, Notice, Topic, tell
from alerts.telling.standing import look_after
from base.models import Effect, User
from config.celery import app
from config.timetable import TIMETABLE
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.models import Clock, Cycle, Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from tests.alerts.conftest import MINUTE, MORNING, LogIn
from tests.alerts.sink import Sink, part
from tests.pages.world import ALICE, BOB, HOUR, MODEL, World

NIGHT = datetime(2025, 3, 3, 21, 30, tzinfo=UTC)
"""22:30 in Berlin."""
WAKES = datetime(2025, 3, 4, 6, 0, tzinfo=UTC)
"""07:00 the next morning."""


def of_clock(world: World, called: str = "waiting") -> dict[str, Any]:
    """What must still hold of somebody who waits: the clock of their cycle."""
    clock = Clock.objects.get(person_id=world.ids[called], ordinal=0, kind=ClockKind.RESPONSE_TARGET)
    cycle = Cycle.objects.get(person_id=clock.person_id, number=clock.number)
    return {
        "kind": "clock",
        "person_id": clock.person_id,
        "number": clock.number,
        "ordinal": clock.ordinal,
        "clock": clock.kind,
        "due_at": clock.due_at,
        "holder": cycle.holder_id,
    }


def notice(world: World, called: str = "waiting", *, to: str = "mona", **more: Any) -> Notice:
    told: dict[str, Any] = {
        "key": f"ladder/{world.ids[called]}/1/{to}",
        "topic": Topic.RESPONSE,
        "name": Name.FIRST,
        "to": User.objects.get(username=to).pk,
        "person_id": world.ids[called],
        "headline": f"{called} waits for an answer",
        "text": "Promised within 2 h. Answer, or give them to somebody else.",
        "link": world.person(called),
    }
    return Notice(**told | more)


def send(now: datetime) -> None:
    while deliver(clock=lambda: now):
        pass


def messages() -> list[tuple[str, str, str]]:
    """How each message stands, and why, oldest first."""
    return list(Effect.objects.order_by("pk").values_list("kind", "state", "said"))


def test_a_manager_is_told_in_the_app_and_by_mail(world: World, sink: Sink) -> None:
    tell([notice(world, still=of_clock(world))], now=MORNING)
    send(MORNING)

    (told,) = Told.objects.all()
    assert (told.to.username, told.name, told.read_at) == ("mona", "first", None)
    (mail,) = Effect.objects.all()
    assert (mail.key, mail.kind, mail.state) == (f"{told.key}/mail", "notice.mail", "done")
    (message,) = sink.messages
    assert sink.recipients == [["mona@desk.example"]]
    assert message["Subject"] == "waiting waits for an answer"
    assert message["Message-ID"] == message_id(mail)
    for kind in ("plain", "html"):
        assert f"https://leads.desk.example{world.person('waiting')}" in part(message, kind)


def test_a_rep_is_told_in_the_app_only_unless_the_settings_or_they_say_otherwise(
    world: World, sink: Sink
) -> None:
    tell([notice(world, to="alice")], now=MORNING)
    assert Told.objects.count() == 1
    assert messages() == []

    enter(MODEL + "telling: {topics: {response: {mail: [rep]}}}\n")
    tell([notice(world, to="alice", key="another")], now=MORNING)
    assert [kind for kind, _, _ in messages()] == ["notice.mail"]


def test_what_was_told_is_told_no_second_time_whoever_tells_it(world: World, sink: Sink) -> None:
    for minute in range(3):
        tell([notice(world), notice(world)], now=MORNING + minute * MINUTE)
        send(MORNING + minute * MINUTE)
    assert Told.objects.count() == Effect.objects.count() == len(sink.messages) == 1


def test_nothing_is_told_where_the_caller_takes_it_back(world: World, sink: Sink) -> None:
    with transaction.atomic():
        tell([notice(world)], now=MORNING)
        transaction.set_rollback(True)
    assert Told.objects.count() == Effect.objects.count() == 0


def test_many_cost_no_more_statements_than_few(world: World, sink: Sink) -> None:
    counts = []
    for number in (2, 150):
        many = [notice(world, key=f"{number}/{one}") for one in range(number)]
        with CaptureQueriesContext(connection) as queries:
            tell(many, now=MORNING + number * MINUTE)
        counts.append(len(queries))
        send(MORNING + number * MINUTE)
    assert counts[0] == counts[1]


def test_several_of_one_scan_go_in_one_mail_for_each_person_and_topic(world: World, sink: Sink) -> None:
    called = ["waiting", "due_soon", "bobs_late"]
    told = [notice(world, one) for one in called]
    tell(
        [*told, notice(world, topic=Topic.REASSIGNED, key="given", headline="One is yours now")],
        now=MORNING,
    )
    send(MORNING)

    assert sorted(str(message["Subject"]) for message in sink.messages) == [
        "3 people wait for an answer",
        "One is yours now",
    ]
    text = next(part(one, "plain") for one in sink.messages if "3 people" in str(one["Subject"]))
    assert all(f"{one} waits for an answer" in text for one in called)


def test_a_mail_of_very_many_tells_the_first_and_leads_to_the_others(world: World, sink: Sink) -> None:
    tell([notice(world, key=f"{one:04}") for one in range(MOST_IN_ONE + 5)], now=MORNING)
    send(MORNING)
    assert [str(message["Subject"]) for message in sink.messages] == [
        f"{MOST_IN_ONE} people wait for an answer",
        "5 people wait for an answer",
    ]
    text = part(sink.messages[0], "plain")
    assert text.count("waiting waits for an answer") == MOST_LINES
    assert f"And {MOST_IN_ONE - MOST_LINES} more: https://leads.desk.example/told/" in text


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ("answered", "answered since"),
        ("disposed", "disposed since"),
        ("excepted", "an exception is in force"),
        ("re-assigned", "re-assigned since"),
        ("deleted", "deleted in Salesforce"),
        ("merged", "merged with another person"),
        ("later", "its clock is due at another time"),
        ("stopped", "its clock runs no more"),
    ],
)
def test_what_holds_no_more_when_it_is_sent_is_cancelled_with_the_reason(
    world: World, sink: Sink, what: str, why: str
) -> None:
    tell([notice(world, still=of_clock(world))], now=MORNING)
    person = world.ids["waiting"]
    lead = mirror.Lead.objects.filter(pk=person)
    match what:
        case "answered":
            world.add_touch("waiting", ALICE, HOUR)
        case "disposed":
            world.add_touch("waiting", ALICE, HOUR)
            mirror.LeadHistory.objects.create(
                id="017000000000999AAA", lead_id=person, field="Status", old_value="Assigned",
                new_value="Nurture", created_at=MORNING - HOUR / 2, created_by_id=ALICE,
            )  # fmt: skip
            lead.update(status="Nurture")
        case "excepted":
            Exclusion.objects.create(
                record_id=person, starts_at=MORNING, expires_at=MORNING + HOUR, reason="a test",
                owner=User.objects.get(username="otto"),
            )  # fmt: skip
        case "re-assigned":
            mirror.LeadHistory.objects.create(
                id="017000000000999AAA", lead_id=person, field="Owner", old_value=ALICE, new_value=BOB,
                created_at=MORNING - HOUR, created_by_id=ALICE,
            )  # fmt: skip
            lead.update(owner_id=BOB)
        case "deleted":
            lead.update(is_deleted=True)
        case "merged":
            lead.update(is_deleted=True, master_record_id=world.ids["winner"])
        case "later":
            Told.objects.update(still=Told.objects.get().still | {"due_at": MORNING.isoformat()})
        case "stopped":
            Told.objects.update(still=Told.objects.get().still | {"ordinal": 9})
    mirror.Mark.objects.create(record_id=person)
    rebuild_all()
    send(MORNING + MINUTE)

    assert messages() == [("notice.mail", "cancelled", f"Not sent: {why}.")]
    assert sink.messages == []


def test_of_several_those_that_hold_are_told_and_it_is_kept_why_others_are_not(
    world: World, sink: Sink
) -> None:
    told = [notice(world, one, still=of_clock(world, one)) for one in ("waiting", "due_soon", "bobs_late")]
    tell(told, now=MORNING)
    for called in ("waiting", "due_soon"):
        world.add_touch(called, ALICE, HOUR / 2)
        mirror.Mark.objects.create(record_id=world.ids[called])
    rebuild_all()
    send(MORNING + MINUTE)

    assert [str(message["Subject"]) for message in sink.messages] == ["bobs_late waits for an answer"]
    assert messages() == [("notice.mail", "done", "Left out: 2 answered since.")]


def test_news_that_was_read_and_is_not_derived_is_waited_for(world: World, sink: Sink) -> None:
    """Alice's call is read; until it is derived nobody knows whether it counts."""
    tell([notice(world, still=of_clock(world)), notice(world, "bobs_late")], now=MORNING)
    world.add_touch("waiting", ALICE, HOUR / 2)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    send(MORNING)
    waits = "Waits for news that was read and is not derived yet."
    assert messages() == [("notice.mail", "ready", waits)]
    assert sink.messages == []

    rebuild_all()
    send(MORNING + MINUTE)
    assert messages() == [("notice.mail", "done", "Left out: answered since.")]
    assert [str(message["Subject"]) for message in sink.messages] == ["bobs_late waits for an answer"]


def test_what_seems_to_hold_no_more_waits_for_the_news_too(world: World, sink: Sink) -> None:
    """A call that is reopened (K11): the news may say that they wait after all."""
    tell([notice(world, still=of_clock(world))], now=MORNING)
    world.add_touch("waiting", ALICE, HOUR / 2)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    rebuild_all()
    mirror.Task.objects.filter(who_id=world.ids["waiting"]).update(is_closed=False, completed_at=None)
    mirror.Mark.objects.create(record_id="*")
    send(MORNING)
    assert [state for _, state, _ in messages()] == ["ready"]

    rebuild_all()
    rebuild_all()
    send(MORNING + MINUTE)
    assert len(sink.messages) == 1


def test_what_is_stale_is_not_sent(world: World, sink: Sink) -> None:
    tell([notice(world, expires_at=MORNING + MINUTE)], now=MORNING)
    send(MORNING + MINUTE)
    assert messages() == [("notice.mail", "cancelled", "Not sent: stale.")]
    assert sink.messages == []


def test_a_condition_nobody_can_look_at_is_refused_when_it_is_told(world: World) -> None:
    with pytest.raises(ValueError, match="is no condition that can be looked at again"):
        tell([notice(world, still={"kind": "weather"})], now=MORNING)


def test_at_night_mails_wait_for_the_morning_grow_and_the_bell_does_not_wait(
    world: World, sink: Sink
) -> None:
    tell([notice(world)], now=NIGHT)
    send(NIGHT)
    assert messages() == [
        ("notice.mail", "ready", "Waits for the end of quiet hours at 2025-03-04 06:00 UTC.")
    ]
    tell([notice(world, "due_soon")], now=NIGHT + HOUR)
    send(WAKES - MINUTE)
    assert sink.messages == []
    assert Told.objects.filter(read_at=None).count() == 2

    send(WAKES)
    assert [str(message["Subject"]) for message in sink.messages] == ["2 people wait for an answer"]
    assert messages() == [("notice.mail", "done", "")]
    assert "X-Possible-Repeat" not in sink.messages[0]


def test_what_would_be_stale_by_then_does_not_wait_for_the_morning(world: World, sink: Sink) -> None:
    tell([notice(world, expires_at=WAKES)], now=NIGHT)
    send(NIGHT)
    assert messages() == [("notice.mail", "cancelled", "Not sent: stale when quiet hours end.")]


def test_what_somebody_muted_is_kept_as_muted(world: World, sink: Sink, log_in: LogIn) -> None:
    log_in("mona").post("/told/choices/keep/", {"reassigned-bell": "on", "reassigned-mail": "on"})
    tell([notice(world)], now=MORNING)
    send(MORNING)

    assert messages() == [("notice.mail", "cancelled", "Muted: switched off on their own page.")]
    (told,) = Told.objects.all()
    assert (told.name, told.read_at) == ("muted", MORNING)
    assert sink.messages == []

    tell([notice(world, topic=Topic.REASSIGNED, key="b")], now=MORNING)
    send(MORNING)
    assert len(sink.messages) == 1


def test_who_wants_mails_and_no_bell_muted_nothing(world: World, sink: Sink, log_in: LogIn) -> None:
    log_in("mona").post("/told/choices/keep/", {"response-mail": "on"})
    tell([notice(world, name=Name.WORSENED, still=of_clock(world))], now=MORNING)
    send(MORNING)
    (told,) = Told.objects.all()
    assert (told.name, told.read_at) == ("worsened", MORNING)
    assert len(sink.messages) == 1
    world.add_touch("waiting", ALICE, HOUR)
    mirror.Mark.objects.create(record_id=world.ids["waiting"])
    rebuild_all()
    assert look_after(now=MORNING + HOUR) == 1, "whoever was told of it hears that it is over"


def test_what_is_muted_after_it_was_decided_is_not_sent(world: World, sink: Sink, log_in: LogIn) -> None:
    tell([notice(world)], now=MORNING)
    log_in("mona").post("/told/choices/keep/", {"response-bell": "on"})
    send(MORNING)
    assert messages() == [
        ("notice.mail", "cancelled", "Muted: not wanted any more, by their own page or the settings.")
    ]


def test_without_a_mail_server_it_is_kept_why_no_mail_came(world: World, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    tell([notice(world)], now=MORNING)
    assert messages() == [("notice.mail", "cancelled", "Not sent: no mail server is set (EMAIL_HOST).")]


def test_whoever_left_is_sent_nothing(world: World, sink: Sink) -> None:
    tell([notice(world)], now=MORNING)
    mirror.User.objects.filter(name="Mona").update(is_active=False)
    send(MORNING)
    assert messages() == [("notice.mail", "cancelled", "Not sent: no active user any more.")]


def test_the_first_of_several_waits_where_the_settings_say_so(world: World, sink: Sink) -> None:
    enter(MODEL + "telling: {collect_minutes: 10}\n")
    tell([notice(world)], now=MORNING)
    send(MORNING + 9 * MINUTE)
    assert sink.messages == []
    tell([notice(world, "due_soon")], now=MORNING + 9 * MINUTE)
    send(MORNING + 10 * MINUTE)
    assert [str(message["Subject"]) for message in sink.messages] == ["2 people wait for an answer"]


def test_peoples_texts_are_no_headers_and_no_markup(world: World, sink: Sink) -> None:
    nasty = "<script>alert(1)</script>\r\nBcc: eve@evil.example"
    tell([notice(world, headline=nasty, text=nasty)], now=MORNING)
    send(MORNING)
    (message,) = sink.messages
    assert message["Bcc"] is None
    assert sink.recipients == [["mona@desk.example"]]
    assert message["Subject"] == "<script>alert(1)</script> Bcc: eve@evil.example"
    assert "<script>" not in part(message, "html")


def test_the_timetables_task_sends(world: World, sink: Sink) -> None:
    enter(MODEL + "telling: {quiet_from: '00:00', quiet_until: '00:00'}\n")
    assert app.tasks[TIMETABLE["send notices"]["task"]].name == send_notices.name
    tell([notice(world)], now=MORNING)
    send_notices()
    assert len(sink.messages) == 1


def test_nobody_elses_message_waits_for_one_about_the_same_person(world: World, sink: Sink) -> None:
    """Max sleeps in New York; Mona does not wait for him."""
    tell([notice(world, to="max", key="a"), notice(world, key="b")], now=MORNING)
    send(MORNING + timedelta(minutes=1))
    assert sink.recipients == [["mona@desk.example"]]
