"""A person's page tells the steps of the ladder about them: those to come, and what became of the others (M18)."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Escalation
from alerts.pages.steps import StepView
from leadmodel.models import Rung
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from tests.pages.reading import get
from tests.pages.test_escalations import ABOVE, REASSIGN, REMIND, TELL, TOLD, decide
from tests.pages.world import DAY, HOUR, MODEL, World


def steps(client: Client, address: str) -> list[StepView]:
    found: list[StepView] = get(client, address).context["steps"]
    return found


def told(client: Client, address: str) -> list[tuple[str, str]]:
    """Each step in words, and how it stands."""
    return [(step.words, step.state) for step in steps(client, address)]


def then(world: World, called: str, ago: timedelta, name: str = "as_of") -> str:
    return f"{world.person(called)}?{name}={quote((world.now - ago).isoformat())}"


def test_alice_reads_what_comes_when_and_what_was_done(world: World, alice: Client) -> None:
    decide(world, "waiting", REMIND)

    found = steps(alice, world.person("waiting"))

    assert [(step.words, step.state, step.said) for step in found] == [
        ("Reminder to Alice", "done", TOLD),
        ("Word to Alice's manager", "", ""),
        ("Re-assignment from Alice", "", ""),
        ("Word to the manager above Alice's", "", ""),
    ]
    began = world.now - 3 * HOUR
    assert [step.due.iso[:19] for step in found] == [
        f"{began + after:%Y-%m-%dT%H:%M:%S}" for after in (1.5 * HOUR, DAY, DAY, 2 * DAY)
    ]
    body = get(alice, world.person("waiting")).content.decode()
    assert "<dt>Reminder to Alice</dt>" in body
    assert TOLD in body


def test_what_is_due_and_not_decided_yet_says_so(world: World, alice: Client) -> None:
    assert told(alice, world.person("waiting"))[0] == ("Reminder to Alice", "due")


def test_what_waits_tells_why_and_when_it_is_looked_at_again(world: World, alice: Client) -> None:
    again = timezone.now() + HOUR
    decide(world, "waiting", REMIND, "waiting", said="Waits: there is news.", again_at=again)

    step = steps(alice, world.person("waiting"))[0]

    assert (step.state, step.said) == ("waiting", "Waits: there is news.")
    assert step.again is not None
    assert step.again.iso[:19] == f"{again:%Y-%m-%dT%H:%M:%S}"
    assert "Looked at again" in get(alice, world.person("waiting")).content.decode()


def test_a_queue_has_nobody_to_remind_and_operations_are_told(world: World, mona: Client) -> None:
    assert told(mona, world.person("in_queue")) == [
        ("Word to operations", ""),
        ("Re-assignment from Inbound queue", ""),
        ("Word to operations", ""),
    ]


def test_once_answered_what_was_done_stays_and_nothing_comes(world: World, alice: Client) -> None:
    decide(world, "waiting", REMIND)
    decide(world, "waiting", TELL, "waiting", again_at=world.now)
    world.add_touch("waiting", "005Alice0000000AAA", HOUR)
    rebuild_all()

    assert told(alice, world.person("waiting")) == [
        ("Reminder to Alice", "done"),
        ("Word to Alice's manager", "not needed"),
    ]


@pytest.mark.parametrize("called", ["won", "back_again"])
def test_of_a_cycle_that_ended_nothing_is_told(world: World, alice: Client, called: str) -> None:
    """`back_again` is in the second cycle since two hours ago."""
    Escalation.objects.create(
        person_id=world.ids[called], number=1, step=TELL, act="tell_manager", due_at=world.now - 4 * DAY,
        state="done", said=TOLD, decided_at=world.now - 4 * DAY,
    )  # fmt: skip

    assert TOLD not in {step.said for step in steps(alice, world.person(called))}


def test_as_of_and_as_known_by_an_instant_they_are_what_they_were(world: World, alice: Client) -> None:
    """Reminded an hour and a half ago; a ladder entered since then is for whoever comes since then."""
    decide(world, "waiting", REMIND, decided_at=world.now - 1.5 * HOUR)
    enter(MODEL + "response: {ladder: [{do: reassign, of: maximum}]}\n")
    rebuild_all()

    assert [state for _, state in told(alice, then(world, "waiting", 2 * HOUR))] == ["", "", "", ""]
    assert [state for _, state in told(alice, then(world, "waiting", HOUR))] == ["done", "", "", ""]
    assert [state for _, state in told(alice, then(world, "waiting", 1.6 * HOUR, "known_by"))] == [
        "due",
        "",
        "",
        "",
    ]


def test_steps_are_those_the_scan_finds(world: World, alice: Client) -> None:
    stored = Rung.objects.filter(person_id=world.ids["waiting"]).order_by("due_at", "step")

    assert [datetime.fromisoformat(step.due.iso) for step in steps(alice, world.person("waiting"))] == [
        rung.due_at.replace(microsecond=rung.due_at.microsecond // 1000 * 1000) for rung in stored
    ]
    assert [rung.step for rung in stored] == [REMIND, TELL, REASSIGN, ABOVE]
