"""Settings → Write-back: Otto switches, looks, undoes and tries again."""

from __future__ import annotations

import pytest
from django.test import Client

from base.models import Effect, User
from base.outbox import Decided, decide
from sync.models import WriteMode
from tests.pages.acting import send
from tests.pages.reading import csv_lines, get
from tests.pages.world import FORMULA, World

PAGE = "/settings/salesforce/write-back/"


@pytest.fixture
def writes(world: World, alice: Client) -> list[Effect]:
    """A call that waits, a mail that was refused, a disposition that was accepted."""
    send(alice, world, "answered", "log", how="Call")
    send(alice, world, "answered", "log", how="Email", words=FORMULA)
    send(alice, world, "waiting", "close", kind="nurture", reason="No time")
    _, mail, disposition = Effect.objects.order_by("pk")
    Effect.objects.filter(pk=mail.pk).update(
        state="refused", said="Salesforce refused: no.", attempts=8, ended_at=world.now
    )
    Effect.objects.filter(pk=disposition.pk).update(
        state="done",
        result={
            "object": "Lead", "record": disposition.subject,
            "values": {"Status": "Nurture"}, "before": {"Status": "Assigned"},
        },
    )  # fmt: skip
    return list(Effect.objects.order_by("pk"))


def test_each_write_stands_in_its_list(writes: list[Effect], otto: Client) -> None:
    view = get(otto, PAGE).context["view"]

    assert [tile.count for tile in view.tiles] == [1, 0, 1, 0, 1]
    for tile in view.tiles:
        listed = get(otto, PAGE + tile.href).context["view"]
        assert len(listed.rows) == tile.count == len(csv_lines(otto, listed.csv_href))
    refused = get(otto, f"{PAGE}?show=refused").context["view"].rows
    assert [(row.name, row.who, row.mark.said) for row in refused] == [
        ("Person answered", "Alice", "Salesforce refused: no.")
    ]
    assert get(otto, f"{PAGE}?show=refused&kind=salesforce.task.follow_up").context["view"].rows == []
    assert csv_lines(otto, f"{PAGE}rows.csv?show=refused")[0]["what"] == f"Email: {FORMULA}"


def test_a_long_list_is_read_page_after_page(world: World, otto: Client) -> None:
    many = [Decided(f"call:{n}", "salesforce.task.touch", {}, world.ids["answered"]) for n in range(120)]
    decide(many, by=None, now=world.now)
    numbers, query = [], ""
    while True:
        view = get(otto, PAGE + query).context["view"]
        numbers += [row.number for row in view.rows]
        query = view.next_href
        if not query:
            break

    assert numbers == list(Effect.objects.order_by("-pk").values_list("pk", flat=True))


def test_a_switch_notes_who_moved_it_and_when(world: World, otto: Client) -> None:
    answer = otto.post(f"{PAGE}switch/", {"kind": "salesforce.", "mode": "off", "next": f"{PAGE}?show=done"})
    assert answer.headers["Location"] == f"{PAGE}?show=done"
    otto.post(f"{PAGE}switch/", {"kind": "salesforce.task.touch", "mode": "dry"})

    mode = WriteMode.objects.get(kind="salesforce.")
    assert (mode.mode, mode.changed_by) == ("off", User.objects.get(username="otto"))
    assert mode.changed_at >= world.now
    told = [(s.label, s.mode, s.changed_by) for s in get(otto, PAGE).context["view"].switches]
    assert told[:3] == [
        ("Everything", "off", "Otto"), ("Dispositions", "on", ""), ("Calls and mails", "dry", "Otto")
    ]  # fmt: skip
    for wrong in ({"kind": "salesforce.luck", "mode": "off"}, {"kind": "salesforce.", "mode": "luck"}):
        assert otto.post(f"{PAGE}switch/", wrong).status_code == 400


def test_a_refused_write_is_tried_again_under_its_key(writes: list[Effect], otto: Client) -> None:
    mail = writes[1]

    for _ in range(2):
        otto.post(f"/writes/{mail.pk}/again/")

    again = Effect.objects.get(pk=mail.pk)
    assert (again.state, again.key, again.attempts) == ("ready", mail.key, 1)
    assert again.ended_at is None
    otto.post(f"/writes/{writes[2].pk}/again/")
    assert Effect.objects.get(pk=writes[2].pk).state == "done", "only what was refused"


def test_otto_takes_back_what_alice_did(writes: list[Effect], otto: Client) -> None:
    there = f"{PAGE}?show=done"

    answer = otto.post(f"/writes/{writes[2].pk}/undo/", {"next": there})

    assert answer.headers["Location"] == there
    undone = Effect.objects.get(key=f"undo:{writes[2].pk}")
    assert (undone.kind, str(undone.decided_by)) == ("salesforce.change.undo", "Otto")
