"""Otto looks what reading did: run by run, for one object, what failed; and takes it with him as a file."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from leadmodel.ops.runs import PAGE
from sync.models import ObjectState, Run
from sync.tasks import poll
from tests.ops.test_health_page import read_all
from tests.sync.world import World

RUNS = "/settings/salesforce/health/runs/"


def body(client: Client, query: str = "") -> str:
    response = client.get(RUNS + query)
    assert response.status_code == 200
    return response.content.decode()


def run(name: str = "Lead", **values: object) -> Run:
    """A run of a moment ago."""
    now = timezone.now()
    told = {"kind": Run.Kind.CHANGES, "began_at": now - timedelta(seconds=2), "ended_at": now}
    return Run.objects.create(object_name=name, **told | values)


def test_what_was_read_stands_there_and_at_its_object(world: World, otto: Client) -> None:
    world.lead()
    read_all(world, otto)
    health = otto.get("/settings/salesforce/health/").content.decode()
    assert f'href="{RUNS}?object=Lead" class="link">First read: 1 read, 1 changed<' in health

    page = body(otto, "?object=Lead")

    assert "First read" in page
    assert page.count("<tr>") == 1 + Run.objects.filter(object_name="Lead").count()
    assert "in 24 hours; reading stops at 80 %" in page


def test_what_failed_is_found_with_its_reason(world: World, otto: Client) -> None:
    read_all(world, otto)
    world.lead()
    world.control(
        "POST", "faults", {"status": 400, "code": "MALFORMED", "path": "/queryAll", "object": "Lead"}
    )
    ObjectState.objects.update(due_at=None)
    poll()

    page = body(otto, "?show=badly")

    assert page.count("<tr>") == 2
    assert "MALFORMED" in page
    assert '<dd class="bad">1</dd>' in page
    assert "Changes: failed" in otto.get("/settings/salesforce/health/").content.decode()


def test_what_changed_something_alone(otto: Client) -> None:
    run(rows_changed=3)
    run("Task")
    page = body(otto, "?show=news")
    assert page.count("<tr>") == 2
    assert body(otto).count("<tr>") == 3


def test_pages_follow_one_another_without_a_gap(otto: Client) -> None:
    for number in range(PAGE + 3):
        run(rows_read=1000 + number)
    first = body(otto, "?object=Lead")
    assert first.count("<tr>") == PAGE + 1
    last_on_it = Run.objects.order_by("-pk")[PAGE - 1]
    assert f"?object=Lead&amp;after={last_on_it.pk}" in first
    run()  # another comes meanwhile

    second = body(otto, f"?object=Lead&after={last_on_it.pk}")

    assert [f"{1000 + number:,}" in second for number in range(4)] == [True, True, True, False]
    assert second.count("<tr>") == 4


def test_the_whole_list_as_a_file(otto: Client) -> None:
    for _ in range(PAGE + 2):
        run(outcome=Run.Outcome.FAILED, said='=HYPERLINK("http://evil.example")')
    run()

    lines = otto.get(f"{RUNS}rows.csv?show=badly").getvalue().decode("utf-8-sig").splitlines()

    assert lines[0] == "began_at,object,kind,outcome,rows_read,rows_changed,calls,ended_at,said"
    assert len(lines) == PAGE + 3
    assert lines[1].endswith('"\'=HYPERLINK(""http://evil.example"")"')


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?object=Leads", "“Leads” is no object that is read: choose one of"),
        ("?show=some", "“some” is no list of runs: choose one of all, news, badly."),
        ("?after=-1", "“-1” is no place in this list; begin again without it."),
    ],
)
def test_an_address_that_makes_no_sense_is_answered_with_a_sentence(
    otto: Client, query: str, said: str
) -> None:
    for path in (RUNS, f"{RUNS}rows.csv"):
        response = otto.get(path + query)
        assert response.status_code == 400
        assert said in response.content.decode()


def test_before_anything_was_read(otto: Client) -> None:
    assert "Nothing of this kind was done in the last 30 days." in body(otto)
