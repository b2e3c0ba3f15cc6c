"""Alice acts on her people: at once, once, by plain forms too; what cannot be done is told beside the form."""

from __future__ import annotations

import re
from datetime import timedelta

from django.test import Client

from base.models import Effect, User
from leadmodel.models import Request
from leadmodel.rebuild import rebuild_all
from tests.pages.acting import PART, send
from tests.pages.conftest import LogIn
from tests.pages.reading import get
from tests.pages.world import ALICE, BOB, EVE, HOUR, World


def decided() -> list[tuple[str, str]]:
    return list(Effect.objects.order_by("pk").values_list("kind", "why"))


def test_each_form_decides_its_action_in_her_name(world: World, alice: Client) -> None:
    day = (world.now + timedelta(days=3)).date().isoformat()

    send(alice, world, "answered", "log", how="Call", words="left a message")
    send(alice, world, "answered", "follow-up", day=day, note="ask again")
    send(alice, world, "answered", "close", kind="nurture", reason="No time")
    send(alice, world, "waiting", "close", kind="qualified")

    assert decided() == [
        ("salesforce.task.touch", "Call: left a message"),
        ("salesforce.task.follow_up", "Follow up: ask again"),
        ("salesforce.change.disposition", "nurture: No time"),
        ("salesforce.change.disposition", "qualified"),
    ]
    assert {effect.decided_by for effect in Effect.objects.all()} == {User.objects.get(username="alice")}


def test_a_double_click_acts_once_and_shows_it_waiting(world: World, alice: Client) -> None:
    once = "8e1f7a9e-6a7c-4f7e-9d60-6a4f6a8f4e0d"

    send(alice, world, "answered", "close", kind="nurture", reason="No time", once=once)
    body = send(
        alice, world, "answered", "close", kind="nurture", reason="No time", once=once
    ).content.decode()

    assert len(decided()) == 1
    assert "Nurture: No time" in body
    assert "waiting" in body
    assert 'hx-trigger="every 2s"' in body


def test_without_javascript_the_browser_goes_back_to_where_it_was(world: World, alice: Client) -> None:
    there = "/queue/?show=working"

    answer = send(alice, world, "answered", "log", part=False, how="Email", next=there)

    assert (answer.status_code, answer.headers["Location"]) == (302, there)
    for elsewhere in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        answer = send(alice, world, "answered", "log", part=False, how="Email", next=elsewhere)
        assert answer.headers["Location"] == world.person("answered")


def test_what_cannot_be_done_is_told_and_the_form_kept(world: World, alice: Client) -> None:
    for part in (True, False):
        answer = send(
            alice,
            world,
            "answered",
            "follow-up",
            part=part,
            day="2020-01-01",
            note="ask again",
            next="/queue/",
        )

        assert answer.status_code == 422
        body = answer.content.decode()
        assert "01 January 2020 is over: choose today or a later day." in body
        assert 'value="ask again"' in body
        assert 'value="2020-01-01"' in body
        assert 'name="next" value="/queue/"' in body
        assert ("<html" in body) is not part
    for reason in ("", "Because"):
        assert send(alice, world, "answered", "close", kind="nurture", reason=reason).status_code == 422
    too_long = send(alice, world, "answered", "log", how="Call", words="x" * 1001)
    assert "1,001 letters" in too_long.content.decode()
    assert decided() == []


def test_a_form_that_is_none_of_ours_is_refused(world: World, alice: Client) -> None:
    for answer in (
        send(alice, world, "answered", "log", how="Call", once="again"),
        send(alice, world, "answered", "log", how="Pigeon"),
        send(alice, world, "answered", "close", kind="won"),
        send(alice, world, "answered", "log", how="Call", words="a\x00b"),
    ):
        assert answer.status_code == 400
    assert decided() == []


def test_a_form_without_its_token_does_nothing(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="alice"))

    assert send(strict, world, "answered", "log", how="Call").status_code == 403
    page = strict.get(world.person("answered")).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    assert send(strict, world, "answered", "log", how="Call", csrfmiddlewaretoken=token[1]).status_code == 200


def test_who_lost_the_person_is_told_and_can_do_nothing(world: World, alice: Client) -> None:
    world.add_lead("handed_on", BOB, 9 * HOUR, (HOUR, "Owner", ALICE, BOB))
    rebuild_all()
    why_not = "The person is held by somebody else now: only they, their manager and ops can act."

    assert why_not in get(alice, world.person("handed_on")).content.decode()
    answer = send(alice, world, "handed_on", "log", how="Call")

    assert (answer.status_code, why_not in answer.content.decode()) == (422, True)
    assert decided() == []


def test_marks_tell_what_became_of_it_and_stop_asking(world: World, alice: Client) -> None:
    send(alice, world, "answered", "close", kind="nurture", reason="No time")
    send(alice, world, "answered", "log", how="Call")
    effect = Effect.objects.get(kind="salesforce.change.disposition")
    for state, said in (
        ("conflict", "Status is “Working” in Salesforce, no longer “Assigned”."),
        ("refused", "Salesforce refused: no."),
    ):
        Effect.objects.filter(pk=effect.pk).update(state=state, said=said)
        body = get(alice, f"{world.person('answered')}marks/").content.decode()
        assert (state in body, said in body, "hx-get" in body) == (True, True, True), "the call still waits"
    Effect.objects.exclude(pk=effect.pk).update(state="done", result={"task": "00T000000000009AAA"})

    page = get(alice, "/queue/").context["queue"]
    row = next(row for row in page.rows if row.href == world.person("answered"))

    assert [(mark.what, mark.state) for mark in row.marks.marks] == [
        ("Call", "accepted"),
        ("Nurture: No time", "refused"),
    ]
    assert row.marks.poll_s == 0
    Effect.objects.update(created_at=world.now - timedelta(days=2))
    assert "No time" not in get(alice, f"{world.person('answered')}marks/").content.decode()


def test_marks_of_a_merged_record_are_the_persons(world: World, alice: Client) -> None:
    send(alice, world, "winner", "log", how="Call")

    body = get(alice, f"{world.person('loser')}marks/").content.decode()

    assert f'id="marks-{world.ids["loser"]}"' in body
    assert "Call" in body


def test_she_takes_back_what_salesforce_accepted(world: World, alice: Client, log_in: LogIn) -> None:
    send(alice, world, "answered", "log", how="Call")
    call = Effect.objects.get()
    address = f"/writes/{call.pk}/undo/"
    assert alice.post(address, headers=PART).status_code == 422, "it still waits"
    Effect.objects.update(state="done", result={"task": "00T000000000009AAA"})
    assert "Undo" in get(alice, f"{world.person('answered')}marks/").content.decode()
    assert "Undo" not in get(log_in("mona"), f"{world.person('answered')}marks/").content.decode()
    assert log_in("mona").post(address).status_code == 404

    body = alice.post(address, headers=PART).content.decode()

    assert "Undo of Call" in body
    assert f'action="{address}"' not in body, "nothing is taken back twice"
    assert decided()[1:] == [("salesforce.untask", "undo of Call")]


def test_her_queue_shows_what_salesforce_did_not_take_until_she_decides_anew(
    world: World, alice: Client, log_in: LogIn
) -> None:
    send(alice, world, "answered", "close", kind="nurture", reason="No time")
    Effect.objects.update(state="conflict", said="Bob was faster.", created_at=world.now - timedelta(days=2))

    failures = get(alice, "/queue/").context["queue"].failures
    assert [(one.name, one.mark.said) for one in failures] == [("Person answered", "Bob was faster.")]
    assert get(log_in("mona"), f"/queue/?rep={ALICE}").context["queue"].failures == failures

    send(alice, world, "answered", "close", kind="unqualified")
    assert get(alice, "/queue/").context["queue"].failures == []


def test_contesting_and_not_mine_without_a_queue_ask_the_manager(world: World, alice: Client) -> None:
    send(alice, world, "answered", "contest", grounds="a test of the form")
    body = send(alice, world, "answered", "give-back", why="my cousin").content.decode()

    assert set(Request.objects.values_list("kind", "why")) == {
        ("exception", "a test of the form"),
        ("not_mine", "my cousin"),
    }
    assert "Leave out of the figures: a test of the form" in body
    assert "Not mine: my cousin" in body


def test_the_forms_are_there_for_whoever_may_act(
    world: World, alice: Client, otto: Client, log_in: LogIn
) -> None:
    person = world.person("from_queue")
    assert get(alice, person).context["panel"].can_log
    panel = get(otto, person).context["panel"]
    assert (panel.can_log, [closing.kind for closing in panel.closings]) == (
        False,
        ["nurture", "unqualified", "qualified"],
    )
    page = get(log_in("mona"), f"{person}act/?next=/queue/%3Frep={ALICE}").content.decode()
    assert f'href="/queue/?rep={ALICE}"' in page
    assert "<html" not in alice.get(f"{person}act/", headers=PART).content.decode()


def test_mona_assigns_from_the_page_and_from_the_list_of_whom_nobody_holds(
    world: World, alice: Client, mona: Client
) -> None:
    assert get(alice, world.person("answered")).context["panel"].assigning is None
    there = "/team/?tile=nobodys"
    rows = get(mona, there).context["list"].waiting
    row = next(row for row in rows if row.href == world.person("in_queue"))
    page = get(mona, f"{world.person('in_queue')}act/?next={there}")
    assert [taker.name for taker in page.context["panel"].assigning.takers] == ["Alice", "Bob", "Mona"]

    answer = send(mona, world, "in_queue", "assign", part=False, to=BOB, next=there)

    assert answer.headers["Location"] == there
    assert decided() == [("salesforce.change.assign", "assign to Bob")]
    marks = next(
        row for row in get(mona, there).context["list"].waiting if row.href == world.person("in_queue")
    )
    assert (row.marks.marks, [mark.what for mark in marks.marks.marks]) == ([], ["Assign to Bob"])
    assert "Choose from the list" in send(mona, world, "answered", "assign", to=EVE).content.decode()


def test_whom_recycling_holds_back_only_otto_assigns_and_says_so(
    world: World, mona: Client, otto: Client
) -> None:
    panel = get(mona, world.person("bypassed")).content.decode()
    assert "The person is left in nurture until" in panel
    assert 'aria-label="Assign to"' not in panel
    assert send(mona, world, "bypassed", "assign", to=BOB, override="yes").status_code == 422
    body = send(otto, world, "bypassed", "assign", to=BOB).content.decode()
    assert "Only ops can assign them all the same, and must say so." in body
    assert f'<option value="{BOB}" selected>' in body
    send(otto, world, "bypassed", "assign", to=BOB, override="yes")
    ((_, why),) = decided()
    assert why.startswith("assign to Bob, overriding: The person is left in nurture until")


def test_a_day_is_the_day_where_she_is(world: World, alice: Client) -> None:
    User.objects.filter(username="alice").update(time_zone="Pacific/Kiritimati")
    ahead = (world.now + timedelta(hours=14)).date()

    send(alice, world, "answered", "log", how="Call")

    assert Effect.objects.get().payload["values"]["ActivityDate"] == ahead.isoformat()


def test_who_is_logged_out_meanwhile_comes_back_to_the_page_they_were_on(world: World) -> None:
    answer = send(Client(), world, "answered", "log", how="Call", next="/queue/?show=working")

    assert answer.headers["HX-Redirect"] == "/login/?next=/queue/%3Fshow%3Dworking"
