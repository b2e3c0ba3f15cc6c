"""Settings → Write-back: Otto switches, looks, undoes and tries again."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from base.models import Effect, User
from base.outbox import Decided, decide
from leadmodel.may_act import ABANDON
from leadmodel.models import Person
from leadmodel.outcomes import can_be_undone
from leadmodel.settings_store import enter
from sync.models import WriteSwitch
from tests.pages.acting import PART, send
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, EVE, FORMULA, MODEL, World

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


def test_a_switch_keeps_who_moved_it_when_and_why(world: World, otto: Client) -> None:
    there = f"{PAGE}?show=done"
    wish = {"kind": "salesforce.", "mode": "off", "why": FORMULA, "next": there}
    assert otto.post(f"{PAGE}switch/", wish).headers["Location"] == there
    otto.post(f"{PAGE}switch/", {"kind": "salesforce.task.touch", "mode": "dry"})
    for _ in range(2):
        otto.post(f"{PAGE}switch/", {"kind": "salesforce.", "mode": "on", "why": "all is well again"})

    assert WriteSwitch.objects.count() == 3, "moved to where it stands, it has not moved"
    assert WriteSwitch.objects.earliest("moved_at").moved_at >= world.now
    view = get(otto, PAGE).context["view"]
    told = [(move.label, move.mode, move.who, move.why) for move in view.moves]
    assert told == [
        ("Everything", "on", "Otto", "all is well again"),
        ("Calls and mails", "dry run", "Otto", ""),
        ("Everything", "off", "Otto", FORMULA),
    ]
    assert [(s.label, s.mode, s.latest and s.latest.who) for s in view.switches][:3] == [
        ("Everything", "on", "Otto"), ("Dispositions", "on", None), ("Calls and mails", "dry", "Otto")
    ]  # fmt: skip
    assert [line["why"] for line in csv_lines(otto, view.moves_href)] == [
        "all is well again",
        "",
        f"'{FORMULA}",
    ]
    for wrong in ({"kind": "salesforce.luck", "mode": "off"}, {"kind": "salesforce.", "mode": "luck"}):
        assert otto.post(f"{PAGE}switch/", wrong).status_code == 400
    otto.post(f"{PAGE}switch/", {"kind": "salesforce.", "mode": "off", "why": "x" * 1001})
    assert "1,001 letters" in get(otto, PAGE).content.decode()
    assert WriteSwitch.objects.count() == 3


def test_what_automation_does_stands_at_a_dry_run_until_somebody_switches_it(
    world: World, otto: Client
) -> None:
    def modes() -> dict[str, str]:
        return {switch.label: switch.mode for switch in get(otto, PAGE).context["view"].switches}

    assert {label for label, mode in modes().items() if mode == "dry"} == {"Auto-abandoned", "Re-assigned"}
    otto.post(f"{PAGE}switch/", {"kind": "salesforce.change.auto-abandon", "mode": "on"})
    assert {label for label, mode in modes().items() if mode == "dry"} == {"Re-assigned"}


def test_what_a_dry_run_told_is_done_after_all_once_its_kind_is_on(
    world: World, alice: Client, otto: Client
) -> None:
    for called in ("answered", "waiting", "from_queue"):
        send(alice, world, called, "log", how="Call")
    send(alice, world, "answered", "close", kind="qualified")
    Effect.objects.update(state="dry", said="Would log “Call”.", attempts=1, ended_at=world.now)
    first, *others, disposition = Effect.objects.order_by("pk")
    kind, there = first.kind, f"{PAGE}?show=dry&kind={first.kind}"
    otto.post(f"{PAGE}switch/", {"kind": kind, "mode": "dry"})

    for address, form in ((f"/writes/{first.pk}/after-all/", {}), (f"{PAGE}after-all/", {"kind": kind})):
        body = otto.post(address, form | {"next": there}, follow=True).content.decode()
        assert "Switch Everything and Calls and mails on first" in body
        assert "Do all" not in body
    assert set(Effect.objects.values_list("state", flat=True)) == {"dry"}

    otto.post(f"{PAGE}switch/", {"kind": kind, "mode": "on"})
    assert "Do all 3 after all" in get(otto, there).content.decode()
    for _ in range(2):
        otto.post(f"/writes/{first.pk}/after-all/")
    again = Effect.objects.get(pk=first.pk)
    assert (again.state, again.key, again.attempts, again.said, again.ended_at) == (
        "ready",
        first.key,
        0,
        "",
        None,
    )
    body = otto.post(f"{PAGE}after-all/", {"kind": kind, "next": there}, follow=True).content.decode()
    assert "2 writes go to Salesforce after all" in body
    assert {Effect.objects.get(pk=one.pk).state for one in others} == {"ready"}
    assert Effect.objects.get(pk=disposition.pk).state == "dry", "another kind"
    body = otto.post(f"{PAGE}after-all/", {"kind": kind}, follow=True).content.decode()
    assert "No dry run waits there any more" in body
    assert otto.post(f"{PAGE}after-all/", {"kind": "luck"}).status_code == 400


def test_no_more_is_done_after_all_than_automation_may_in_a_day(world: World, otto: Client) -> None:
    enter(MODEL + "auto_abandon: {most_a_day: 3}\n")
    decide(
        [Decided(f"give up {n}", ABANDON, {}, world.ids["answered"]) for n in range(5)],
        by=None,
        now=world.now,
    )
    Effect.objects.update(state="dry", ended_at=world.now)
    lately, *_ = Effect.objects.order_by("-pk")
    Effect.objects.filter(pk=lately.pk).update(state="done", ended_at=timezone.now())
    WriteSwitch.objects.create(kind=ABANDON, mode="on")

    body = otto.post(f"{PAGE}after-all/", {"kind": ABANDON}, follow=True).content.decode()

    assert "2 writes go to Salesforce after all" in body
    assert "2 dry runs wait: as many as may be within 24 hours went" in body
    states = Effect.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["ready", "ready", "dry", "dry", "done"], "the oldest first"
    body = otto.post(f"{PAGE}after-all/", {"kind": ABANDON}, follow=True).content.decode()
    assert "2 dry runs wait" in body
    Effect.objects.filter(state="dry").delete()
    body = otto.post(f"{PAGE}after-all/", {"kind": ABANDON}, follow=True).content.decode()
    assert "No dry run waits there any more" in body


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


def test_what_became_anothers_alice_takes_back_no_more(
    world: World, writes: list[Effect], alice: Client, otto: Client
) -> None:
    disposition = writes[2]
    call = {"state": "done", "result": {"task": "00T000000000001AAA"}, "subject": world.ids["waiting"]}
    Effect.objects.filter(pk=writes[0].pk).update(**call)
    moved = disposition.result | {"values": {"OwnerId": EVE}, "before": {"OwnerId": ALICE}}
    by_alice, by_otto = (User.objects.get(username=name) for name in ("alice", "otto"))

    def offered(user: User) -> set[int]:
        return can_be_undone(user, list(Effect.objects.all()), now=world.now)

    assert offered(by_alice) == {writes[0].pk, disposition.pk}
    Person.objects.filter(person_id=world.ids["waiting"]).update(holder_id=EVE)

    assert offered(by_alice) == {writes[0].pk}, "her call stays hers"
    answer = alice.post(f"/writes/{disposition.pk}/undo/", headers=PART)
    assert (answer.status_code, "held by somebody else now" in answer.content.decode()) == (422, True)
    assert not Effect.objects.filter(key=f"undo:{disposition.pk}").exists()
    assert offered(by_otto) == {writes[0].pk, disposition.pk}
    Effect.objects.filter(pk=disposition.pk).update(result=moved)
    assert disposition.pk in offered(by_alice), "what moved the person is compared when it is written"
