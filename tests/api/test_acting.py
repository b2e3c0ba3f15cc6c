"""Programs act as their user: once per word, within what the user may do, and tokens that only read do nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from base.models import ApiWrite, Effect, User
from leadmodel.models import Exclusion, Request
from tests.api.conftest import Act, Program, problem
from tests.pages.world import BOB, World


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Effect, Request, Exclusion)]


@pytest.fixture
def address(world: World) -> str:
    return f"people/{world.ids['answered']}/"


@pytest.mark.parametrize(
    ("what", "body", "why"),
    [
        ("log/", {"how": "Call", "words": "talked"}, "Call: talked"),
        ("close/", {"kind": "nurture", "reason": "No time"}, "nurture: No time"),
        ("follow-up/", {"day": "2099-01-01"}, "Follow up"),
    ],
)
def test_what_a_page_does_a_program_does(
    address: str, alice: Program, what: str, body: dict[str, str], why: str
) -> None:
    answer = alice.post(address + what, body)

    assert answer.status_code == 201, answer.content
    effect = Effect.objects.get()
    assert effect.why == why
    assert str(effect.decided_by) == "Alice"
    told = answer.json()
    assert told["request"] is None
    assert (told["write"]["number"], told["write"]["state"]) == (effect.pk, "ready")


def test_the_same_word_does_nothing_twice_and_tells_the_same(address: str, alice: Program) -> None:
    body = {"how": "Call"}

    first = alice.post(address + "log/", body, word="call-17")
    again = alice.post(address + "log/", body, word="call-17")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Effect.objects.count() == 1
    alice.post(address + "log/", body, word="call-18")
    assert Effect.objects.count() == 2


def test_two_people_may_use_the_same_word(address: str, alice: Program, act_as: Act, world: World) -> None:
    alice.post(address + "log/", {"how": "Call"}, word="1")
    act_as("bob").post(f"people/{world.ids['bobs_late']}/log/", {"how": "Call"}, word="1")

    assert Effect.objects.count() == 2


def test_a_word_used_for_something_else_is_refused(address: str, alice: Program) -> None:
    alice.post(address + "log/", {"how": "Call"}, word="1")

    for what, body in (("log/", {"how": "Email"}), ("close/", {"kind": "unqualified"})):
        answer = alice.post(address + what, body, word="1")
        assert answer.status_code == 422
        assert problem(answer)["where"] == "header.Idempotency-Key"
    assert Effect.objects.count() == 1


def test_a_refusal_leaves_the_word_free(address: str, alice: Program) -> None:
    refused = alice.post(address + "close/", {"kind": "nurture", "reason": "Bored"}, word="1")

    assert refused.status_code == 422
    assert "“Bored” is no reason for nurture" in problem(refused)["what"]
    assert ApiWrite.objects.count() == 0
    assert (
        alice.post(address + "close/", {"kind": "nurture", "reason": "No time"}, word="1").status_code == 201
    )


@pytest.mark.parametrize("word", [None, "two words", "é", "x" * 101])
def test_a_write_without_a_word_of_its_own_is_refused(address: str, alice: Program, word: str | None) -> None:
    before = everything()

    answer = alice.post(address + "log/", {"how": "Call"}, word=word)

    assert answer.status_code == 400
    assert problem(answer)["where"] == "header.Idempotency-Key"
    assert everything() == before


def test_a_token_that_only_reads_does_nothing(address: str, act_as: Act, world: World) -> None:
    reader, before = act_as("mona", can_write=False), everything()

    assert reader.get(address).status_code == 200
    for what, body in (
        (address + "log/", {"how": "Call"}),
        ("requests/", {"record_id": world.ids["answered"], "why": "a test"}),
        ("exceptions/", {"record_id": world.ids["answered"], "expires_at": "2099-01-01T00:00:00Z", "reason": "x"}),
    ):  # fmt: skip
        assert reader.post(what, body).status_code == 403
    assert everything() == before


def test_what_one_may_not_see_one_cannot_act_on(world: World, alice: Program, mona: Program) -> None:
    before, theirs = everything(), world.ids["eves_waiting"]

    for program in (alice, mona):
        for what, body in (
            (f"people/{theirs}/log/", {"how": "Call"}),
            (f"people/{theirs}/give-back/", {}),
            ("requests/", {"record_id": theirs, "why": "a test"}),
            ("exceptions/", {"record_id": theirs, "expires_at": "2099-01-01T00:00:00Z", "reason": "x"}),
        ):
            assert program.post(what, body).status_code == 404
    assert everything() == before


def test_alice_asks_mona_grants_and_ends_it_early(world: World, alice: Program, mona: Program) -> None:
    person = world.ids["answered"]
    asked = alice.post("requests/", {"record_id": person, "why": "a test lead"}).json()
    assert alice.post(f"requests/{asked['number']}/grant/", {}).status_code == 404
    assert [one["number"] for one in mona.read("requests/", state="waiting")["results"]] == [asked["number"]]

    granted = mona.post(
        f"requests/{asked['number']}/grant/", {"expires_at": "2099-01-01T00:00:00Z", "words": "fine"}
    )

    assert granted.status_code == 201, granted.content
    assert granted.json()["state"] == "granted"
    assert alice.read(f"requests/{asked['number']}/")["answer"] == "fine"
    (exception,) = alice.read("exceptions/", person=person, in_force="true")["results"]
    assert (exception["owner"], exception["reason"]) == ("mona", "a test lead")
    end, why = f"exceptions/{exception['number']}/end/", {"reason": "it was no test"}
    assert alice.post(end, why).status_code == 422
    assert mona.post(end, {}).status_code == 400

    ended = mona.post(end, why, word="end")

    assert ended.status_code == 201
    kept = Exclusion.objects.get(pk=exception["number"])
    assert kept.ended_at is not None
    assert kept.ended_at <= timezone.now() < kept.expires_at
    assert (ended.json()["ended_by"], ended.json()["ended_why"]) == ("mona", "it was no test")
    assert ended.json()["request"] == asked["number"]
    assert mona.post(end, why, word="end").json() == ended.json()
    assert mona.post(end, why).status_code == 422
    assert alice.read("exceptions/", person=person, in_force="true")["results"] == []


def test_mona_refuses_and_says_why(world: World, alice: Program, mona: Program, act_as: Act) -> None:
    asked = alice.post("requests/", {"record_id": world.ids["answered"], "why": "mine"}).json()
    address = f"requests/{asked['number']}/refuse/"

    assert mona.post(address, {"words": " "}).status_code == 400
    assert act_as("max").post(address, {"words": "no"}).status_code == 404
    assert mona.post(address, {"words": "no"}).json()["state"] == "refused"
    assert mona.post(address, {"words": "no"}).status_code == 422


def test_who_is_not_mine_goes_to_whom_mona_says(world: World, alice: Program, mona: Program) -> None:
    asked = alice.post(f"people/{world.ids['answered']}/give-back/", {"why": "my cousin"}).json()
    assert asked["write"] is None
    address = f"requests/{asked['request']['number']}/grant/"

    assert mona.post(address, {"to": "005000000000000AAA"}).status_code == 422
    assert mona.post(address, {"to": BOB}).json()["state"] == "granted"
    assert BOB in str(Effect.objects.get().payload)


def test_exceptions_are_granted_by_managers_and_leave_out_of_the_figures(
    world: World, alice: Program, mona: Program
) -> None:
    days = {"from": (world.now - timedelta(days=30)).date(), "to": (world.now + timedelta(days=1)).date()}
    before = mona.read("figures/", **days)
    body = {"record_id": world.ids["answered"], "expires_at": "2099-01-01T00:00:00Z", "reason": "a test"}

    assert alice.post("exceptions/", body).status_code == 422
    assert mona.post("exceptions/", body | {"expires_at": "2020-01-01T00:00:00Z"}).status_code == 422
    made = mona.post("exceptions/", body)

    assert made.status_code == 201, made.content
    after = mona.read("figures/", **days)
    assert after["all"]["assigned"] == before["all"]["assigned"] - 1
    assert after["left_out"] == before["left_out"] + 1


def test_a_browser_needs_its_csrf_token(world: World, address: str) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.get(username="alice"))

    assert browser.get(f"/api/v1/{address}").status_code == 200
    answer = browser.post(
        f"/api/v1/{address}log/",
        {"how": "Call"},
        content_type="application/json",
        headers={"Idempotency-Key": "1"},
    )
    assert answer.status_code == 403
    assert "CSRF" in problem(answer)["what"]
    assert Effect.objects.count() == 0


def test_a_settings_file_is_checked_and_not_entered(world: World, otto: Program, mona: Program) -> None:
    def check(program: Program, text: str | bytes) -> Any:
        return program.client.post(
            "/api/v1/settings/check/",
            text,
            content_type="application/yaml",
            headers={"Authorization": f"Bearer {program.token}"},
        )

    good = otto.read("settings/in-force/")["text"]
    assert check(otto, good).json() == {"problems": []}
    (problem_told,) = check(otto, good + "\nfew: many\n").json()["problems"]
    assert "stands twice" in problem_told
    assert check(otto, good.replace("few: 3", "fewer: 3")).json()["problems"][0].startswith("line ")
    assert check(otto, b"\xff").status_code == 400
    assert check(mona, good).status_code == 404
    assert otto.read("settings/in-force/")["text"] == good


@pytest.mark.django_db(transaction=True)
def test_two_at_once_under_one_word_act_once(world: World, mona: Program) -> None:
    body = {"record_id": world.ids["answered"], "expires_at": "2099-01-01T00:00:00Z", "reason": "a test"}

    def grant(_: int) -> Any:
        try:
            return Program(mona.token, Client()).post("exceptions/", body, word="at-once").json()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(grant, range(4)))

    assert [one["number"] for one in told] == [told[0]["number"]] * 4
    assert Exclusion.objects.filter(reason="a test").count() == 1
