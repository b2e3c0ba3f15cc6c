"""The ladder end to end, over real processes: each step once, to whom it concerns, whatever breaks in between.

The clocks of the organisation and of the app move together, forward only; each story begins at another noon.
`docs/reliability.md` tells which fault is tested where.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests.alerts.overdue import MODEL
from tests.stories.ladder.office import Office, new_office
from tests.stories.ladder.people import PASSWORD

pytestmark = pytest.mark.timeout(300)
soak = pytest.mark.soak
WHOLE = ["remind_rep done", "tell_manager done", "reassign done"]
"""What is decided about a lead whom a colleague may take over, until they do."""
IN_BUSINESS_HOURS = (
    MODEL
    + """response: {hours: business}
business_time:
  everybody:
    hours:
      monday: ["09:00-17:00"]
      tuesday: ["09:00-17:00"]
      wednesday: ["09:00-17:00"]
      thursday: ["09:00-17:00"]
      friday: ["09:00-17:00"]
"""
)
BEFORE_SPRING, BEFORE_AUTUMN = (
    datetime(2026, 3, 28, 20, 30, tzinfo=UTC),
    datetime(2026, 10, 24, 20, 30, tzinfo=UTC),
)
"""Evenings before nights in which Berlin changes its offset."""


@pytest.fixture(scope="module")
def running() -> Iterator[Office]:
    """One for all stories: starting it takes longer than most of them. At the end the auditor agrees (I2)."""
    with new_office() as made:
        yield made
        for _ in range(2):
            # what is missing is told where it is missing twice, some minutes apart
            made.pass_time(minutes=7)
            made.until("what people wait for is read", made.is_read)
            made.audit()
        assert made.differing() == {}


@pytest.fixture
def office(running: Office) -> Iterator[Office]:
    """At noon; and whatever happened, no message went out twice (I1)."""
    running.go_to_noon()
    yield running
    assert running.twice() == []
    assert running.all_run(), running.machine.said()[-3000:]


def goes_to_bob(office: Office, lead: str, name: str) -> None:
    """The end of the ladder for one of Alice's leads; Bob answers."""
    office.until("Bob has the lead in Salesforce", lambda: office.owner(lead) == "Bob")
    office.until("Mona has a mail", lambda: office.mails_of(name) == ["mona"])
    assert office.steps(lead)[:3] == WHOLE
    office.world.call(lead, owner="Bob")


def test_unanswered_for_a_day_a_lead_walks_the_whole_ladder(office: Office) -> None:
    lead = office.lead("Lovelace")
    office.pass_time(minutes=91)
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    office.pass_time(hours=22, minutes=30)
    goes_to_bob(office, lead, "Lovelace")
    reminder, *others = office.told_of("Lovelace")
    assert reminder.startswith("alice: Lovelace waits for your answer, due ")
    assert others[0] == "mona: Lovelace still waits for Alice"
    assert "Lovelace still waits for Alice" in office.page("mona", "/told/", PASSWORD)


def test_redis_loses_everything_in_mid_ladder(office: Office) -> None:
    lead = office.lead("Curie")
    office.pass_time(minutes=91)
    with office.redis() as redis:
        redis.flushall()
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    office.pass_time(hours=22, minutes=30)
    office.ring()
    with office.redis() as redis:
        redis.flushall()
    goes_to_bob(office, lead, "Curie")


@soak
def test_where_nobody_may_take_over_the_managers_manager_hears_of_it(office: Office) -> None:
    lead = office.lead("Hopper", owner="Lone")
    office.pass_time(hours=24, minutes=1)
    office.until("Mina has heard", lambda: len(office.told_of("Hopper")) == 3)
    office.pass_time(hours=24)
    office.until("Ada has a mail", lambda: "ada" in office.mails_of("Hopper"))
    reminder, *others = office.told_of("Hopper")
    assert reminder.startswith("lone: Hopper waits for your answer, due ")
    assert others == [
        "mina: Hopper still waits for Lone",
        "mina: Nobody may take over Hopper from Lone",
        "ada: Hopper still waits for Lone",
    ]
    office.world.call(lead, owner="Lone")


@soak
def test_whoever_is_on_vacation_takes_nobody_over(office: Office) -> None:
    lead = office.lead("Herschel")
    office.away("Bob", days=1.9)
    office.pass_time(hours=24, minutes=1)
    office.until("Mona has heard that nobody may", lambda: len(office.told_of("Herschel")) == 3)
    assert office.told_of("Herschel")[2] == "mona: Nobody may take over Herschel from Alice"
    assert office.owner(lead) == "Alice"
    office.pass_time(hours=23)
    office.until("Bob is back, and has the lead", lambda: office.owner(lead) == "Bob")
    office.world.call(lead, owner="Bob")


@soak
def test_by_calendar_hours_a_day_has_24_on_the_night_of_a_change_and_mails_wait_for_the_morning(
    office: Office,
) -> None:
    evening = BEFORE_SPRING if office.now < BEFORE_SPRING else BEFORE_AUTUMN
    seven = timedelta(hours=5 if evening is BEFORE_SPRING else 6)
    office.go_to(evening)
    lead = office.lead("Payne", owner="Alice")
    office.pass_time(hours=23, minutes=54)
    office.until("what people wait for is read", office.is_read)
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    office.pass_time(minutes=7)
    office.until("Mona has heard", lambda: "mona: Payne still waits for Alice" in office.told_of("Payne"))
    monday = (evening + timedelta(days=2)).replace(hour=0, minute=0)
    office.go_to(monday + seven - timedelta(minutes=7))
    office.until("what people wait for is read", office.is_read)
    assert office.mails_of("Payne") == []
    office.go_to(monday + seven + timedelta(seconds=30))
    office.until("it is seven in Berlin", lambda: office.message_states("Payne") != {"ready"})
    office.world.call(lead, owner=office.owner(lead))


@soak
def test_by_business_hours_a_lead_of_friday_evening_waits_for_monday(office: Office) -> None:
    """Two hours are promised, from nine to five: until eleven o'clock on Monday."""
    office.enter(IN_BUSINESS_HOURS)
    friday = office.now + timedelta(days=(4 - office.now.weekday()) % 7)
    office.go_to(friday.replace(hour=18, minute=0))
    lead = office.lead("Kovalevskaya")
    monday = (friday + timedelta(days=3)).replace(hour=10, minute=29, second=0)
    office.go_to(monday)
    office.until("what people wait for is read", office.is_read)
    office.ring("alerts.tasks.act_on_due")
    assert office.steps(lead) == []
    office.go_to(monday + timedelta(minutes=2))
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    assert office.told_of("Kovalevskaya") == [
        f"alice: Kovalevskaya waits for your answer, due {monday:%a %d %b}, 11:00"
    ]
    office.world.call(lead)
    office.enter(MODEL)


@soak
def test_postgresql_crashes_and_comes_back(office: Office) -> None:
    lead = office.lead("Noether")
    office.pass_time(hours=24, minutes=1)
    office.ring()
    backend = office.machine.values(
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
    )
    # one session that dies like this takes all others with it, and PostgreSQL recovers from its log
    os.kill(int(str(backend[0])), signal.SIGKILL)
    office.until("PostgreSQL lets people in", lambda: office.recovers(lambda: office.owner(lead) != ""))
    goes_to_bob(office, lead, "Noether")


@soak
def test_salesforce_is_down_for_an_hour_when_it_is_time(office: Office) -> None:
    lead = office.lead("Meitner")
    office.pass_time(hours=23)
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    with office.outage():
        for _ in range(3):
            office.pass_time(minutes=40)
            office.until("somebody failed to read", office.fails)
        assert office.steps(lead) == WHOLE[:1]
        assert office.mails_of("Meitner") == []
    office.pass_time(minutes=6)
    office.until("Mona has a mail", lambda: "mona" in office.mails_of("Meitner"))
    reminder, *others = office.told_of("Meitner")
    assert reminder.startswith("alice: Meitner waits for your answer, due ")
    assert others[0] == "mona: Meitner still waits for Alice"
    office.world.call(lead, owner=office.owner(lead))


@soak
def test_the_mail_server_takes_one_mail_and_then_none(office: Office) -> None:
    leads = {"Franklin": "Alice", "Goodall": "Lone"}
    made = {name: office.lead(name, owner=owner) for name, owner in leads.items()}
    office.sink.answers += ["250 taken", "451 try again later", "451 try again later"]
    office.pass_time(hours=24, minutes=1)
    office.until("all is decided", lambda: len(office.told_of("Goodall")) == 3)
    office.until("the mail server has refused", lambda: len(office.sink.answers) < 2)
    for _ in range(2):
        office.pass_time(minutes=6)
        office.until("nobody's message waits", lambda: office.outbox("leased") == 0)
    office.until("Mona has heard", lambda: "mona" in office.mails_of("Franklin"))
    office.until("Mina has heard of both", lambda: office.mails_of("Goodall") == ["mina", "mina"])
    assert office.sink.answers == []
    for name, owner in leads.items():
        office.world.call(made[name], owner=owner)


@soak
def test_alice_answers_in_the_second_of_the_escalation(office: Office) -> None:
    lead = office.lead("Johnson")
    office.pass_time(hours=23)
    office.until("Alice is reminded", lambda: office.steps(lead) == WHOLE[:1])
    office.pass_time(hours=1, seconds=1, meanwhile=lambda: office.world.call(lead))
    office.ring("alerts.tasks.act_on_due")
    office.until("her call is read", lambda: office.is_touched(lead))
    office.pass_time(minutes=31)
    office.until("what people wait for is read", office.is_read)
    assert office.steps(lead) == WHOLE[:1]
    assert office.mails_of("Johnson") == []
    assert office.owner(lead) == "Alice"


@soak
def test_found_a_week_late_nobody_is_told(office: Office) -> None:
    leads = [office.lead("Somerville"), office.lead("Carson", owner="Lone")]
    stopped = [name for name in office.running if name.startswith(("beat", "worker"))]
    for name in stopped:
        office.kill(name)
    office.pass_time(days=7)
    for name in stopped:
        (office.start_worker if name.startswith("worker") else office.start_beat)(name)
    office.until("all is found", lambda: all(len(office.steps(lead)) == 4 for lead in leads))
    assert {step.partition(" ")[2] for lead in leads for step in office.steps(lead)} == {"stale"}
    assert office.told_of("Somerville") + office.told_of("Carson") == []
    assert office.owner(leads[0]) == "Alice"
    for lead, rep in zip(leads, ("Alice", "Lone"), strict=True):
        office.world.call(lead, owner=rep)


@soak
def test_a_killed_worker_leaves_nothing_undone(office: Office) -> None:
    lead = office.lead("Mayer")
    office.pass_time(hours=24, minutes=1)
    office.ring()
    office.kill("worker-1")
    office.start_worker("worker-1")
    office.until("somebody decides", lambda: office.steps(lead)[:3] == WHOLE)
    # whatever the killed one had taken is taken anew when its lease is over
    office.pass_time(minutes=12)
    office.until("Bob has the lead in Salesforce", lambda: office.owner(lead) == "Bob")
    office.until("no message waits", lambda: office.message_states("Mayer") <= {"done", "cancelled"})
    # one that was taken, and found when somebody else had them by then, is not sent any more
    assert office.mails_of("Mayer") in ([], ["mona"])
    assert "mona: Mayer still waits for Alice" in office.told_of("Mayer")
    office.world.call(lead, owner="Bob")


@soak
@pytest.mark.timeout(1200)
def test_what_is_due_is_tried_within_a_minute_though_redis_is_wiped_every_minute(office: Office) -> None:
    """Nobody rings but beat. 300 leads, one due every 1.2 s; their manager's mails are what is tried."""
    leads = []
    for number in range(300):
        leads.append(office.lead(f"Wiped {number}", owner="Lone"))
        office.pass_time(seconds=1.2)
    office.pass_time(hours=23, minutes=54, seconds=-20)
    office.until("what people wait for is read", office.is_read)
    for _ in range(7):
        with office.redis() as redis:
            redis.flushall()
        time.sleep(60)
    took = office.due_to_sent(leads)
    assert len(took) == len(leads)
    took.sort()
    print(f"due to first attempt: median {took[150]:.1f} s, p99 {took[297]:.1f} s, longest {took[-1]:.1f} s")  # noqa: T201 - the figure asked for
    assert took[297] <= 60
    for lead in leads:
        office.world.call(lead, owner="Lone")
