"""Alice sees her own, Mona her team's and nobody's, Otto all; a stranger nothing at all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from base.models import ApiToken, User
from leadmodel.access import access_person
from leadmodel.models import Person
from tests.api.conftest import Act, Program, people_of
from tests.pages.world import ALICE, EVE, QUEUE, World

LISTS = ("people/", "cycles/", "spans/")


def everybody() -> set[str]:
    return set(Person.objects.values_list("person_id", flat=True))


def may_see(user: User, person_id: str) -> bool:
    try:
        access_person(user, person_id)
    except Http404:
        return False
    return True


@pytest.mark.parametrize("name", ["alice", "bob", "mona", "eve", "max", "otto"])
def test_lists_hold_exactly_those_whose_page_one_may_open(world: World, act_as: Act, name: str) -> None:
    user, program = User.objects.get(username=name), act_as(name)
    theirs = {person_id for person_id in everybody() if may_see(user, person_id)}

    assert people_of(program.read("people/", limit=1000)) == theirs
    assigned = people_of(act_as("otto").read("cycles/", limit=1000))
    for address in ("cycles/", "spans/"):
        assert people_of(program.read(address, limit=1000)) == theirs & assigned


def test_alice_sees_her_own_and_bobs_is_nowhere(world: World, alice: Program) -> None:
    assert alice.read(f"people/{world.ids['waiting']}/")["stage"] == "assigned"
    for address in ("people/{}/", "people/{}/touches/", "people/{}/explanation/"):
        assert alice.get(address.format(world.ids["bobs_late"])).status_code == 404
    assert alice.get("cycles/", person=world.ids["bobs_late"]).status_code == 404


def test_mona_sees_her_team_and_whom_nobody_holds(world: World, mona: Program) -> None:
    for called in ("waiting", "bobs_late", "in_queue"):
        assert mona.get(f"people/{world.ids[called]}/").status_code == 200
    assert mona.get(f"people/{world.ids['eves_waiting']}/").status_code == 404


def test_who_held_a_person_once_still_sees_them(world: World, alice: Program) -> None:
    Person.objects.filter(person_id=world.ids["answered"]).update(holder_id=EVE)

    assert world.ids["answered"] in people_of(alice.read("people/", limit=1000))


def test_a_log_in_of_no_salesforce_user_sees_nobody(world: World, act_as: Act) -> None:
    User.objects.filter(username="alice").update(salesforce_id=None)
    program = act_as("alice")

    for address in LISTS:
        assert program.read(address)["results"] == []


@pytest.mark.parametrize(
    "address", ["people/", "people/00Q000000000001AAA/", "settings/", "nothing/", "/api/schema/"]
)
def test_eve_without_a_token_is_told_how_to_log_in(world: World, address: str) -> None:
    answer = Client().get(address if address.startswith("/") else f"/api/v1/{address}")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.json()["errors"][0]["where"] == "header.Authorization"


def test_one_person_is_found_by_any_of_their_records(world: World, alice: Program) -> None:
    found = alice.read(f"people/{world.ids['loser']}/")

    assert found["person_id"] == world.ids["winner"]
    assert found["records"] == [
        {"record_id": world.ids[called], "object": "Lead"} for called in ("winner", "loser")
    ]
    assert found["holder_id"] == ALICE
    assert found["holder_name"] == "Alice"


@pytest.mark.parametrize(
    ("parameters", "called"),
    [
        ({"stage": "qualified"}, {"won"}),
        ({"holder": QUEUE}, {"in_queue"}),
        ({"source": "Chat"}, {"won"}),
        ({"path": "outbound"}, {"bobs_outbound"}),
        ({"team": "Max"}, {"eves_waiting", "eves_answered"}),
        ({"search": "queue & sons"}, {"from_queue"}),
        ({"search": "bobs_quick@customers"}, {"bobs_quick"}),
        ({"search": "100%"}, set()),
        ({"search": "loser", "stage": "assigned"}, {"winner"}),
        ({"search": "loser", "stage": "nurture"}, set()),
    ],
)
def test_people_are_narrowed(
    world: World, otto: Program, parameters: dict[str, str], called: set[str]
) -> None:
    assert people_of(otto.read("people/", **parameters)) == {world.ids[one] for one in called}


@pytest.mark.parametrize(
    ("parameters", "called"),
    [
        ({"outcome": "qualified"}, {"won"}),
        ({"handling": "bypassed", "outcome": "nurture"}, {"bypassed"}),
        ({"rep": EVE}, {"eves_waiting", "eves_answered"}),
        ({"team": "Max", "handling": "untouched"}, {"eves_waiting"}),
    ],
)
@pytest.mark.parametrize("address", ["cycles/", "spans/"])
def test_cycles_and_spans_are_narrowed(
    world: World, otto: Program, address: str, parameters: dict[str, str], called: set[str]
) -> None:
    assert people_of(otto.read(address, **parameters)) == {world.ids[one] for one in called}


def test_cycles_of_a_period_are_those_assigned_in_it(world: World, otto: Program) -> None:
    first, until = (world.now - timedelta(days=6)).date(), (world.now - timedelta(days=3)).date()

    told = otto.read("cycles/", **{"from": first, "to": until}, tz="UTC")["results"]

    days = [cycle["assigned_at"][:10] for cycle in told]
    assert days
    assert all(first.isoformat() <= day < until.isoformat() for day in days)
    assert days == sorted(days, reverse=True)


def test_touches_say_which_count_and_why(world: World, alice: Program) -> None:
    world.add_touch("answered", EVE, timedelta(days=10))
    touches: Any = alice.read(f"people/{world.ids['answered']}/touches/")["results"]

    assert [(one["counts"], one["is_first"], one["why"], one["cycle"]) for one in touches] == [
        (True, True, "counted", 1),
        (False, False, "no_cycle", None),
    ]
    assert touches[0]["by_name"] == "Alice"
    assert touches[0]["subject"] == "Call: no answer"
    before = (timezone.now() - timedelta(days=3.99)).isoformat()
    earlier = alice.read(f"people/{world.ids['answered']}/touches/", as_of=before)["results"]
    assert [one["counts"] for one in earlier] == [False]


def test_an_explanation_names_its_facts_and_the_figures(world: World, alice: Program) -> None:
    told: Any = alice.read(f"people/{world.ids['answered']}/explanation/")
    (cycle,) = told["cycles"]

    assert told["sentences"] == []
    touch = next(one for one in cycle["sentences"] if one["topic"] == "touch")
    assert (touch["rule"], touch["facts"][0]["object"]) == ("M6", "Task")
    assert touch["facts"][0]["learned_at"] >= touch["facts"][0]["at"]
    places = {one["figure"]: (one["place"], one["why"]) for one in cycle["figures"]}
    assert places["assigned"] == ("counted", "")
    assert places["bypassed"] == ("out", "touched")
    before = (timezone.now() - timedelta(days=3.99)).isoformat()
    earlier: Any = alice.read(f"people/{world.ids['answered']}/explanation/", as_of=before)
    (none_yet,) = [one["facts"] for one in earlier["cycles"][0]["sentences"] if one["topic"] == "touch"]
    assert [(fact["object"], fact["field"], fact["value"]) for fact in none_yet] == [
        ("Lead", "Status", "Assigned")
    ]


@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_token_that_is_taken_back_or_over_acts_no_more(world: World, alice: Program, change: str) -> None:
    assert alice.get("people/").status_code == 200

    ApiToken.objects.update(**{change: timezone.now()})

    assert alice.get("people/").status_code == 401


def test_a_token_of_somebody_who_left_acts_no_more(world: World, alice: Program) -> None:
    User.objects.filter(username="alice").update(is_active=False)

    assert alice.get("people/").status_code == 401


def test_only_the_hash_of_a_token_is_kept_and_its_use_is_noted_to_the_hour(
    world: World, alice: Program
) -> None:
    alice.get("people/")
    first = ApiToken.objects.get()
    alice.get("people/")

    assert alice.token not in str(ApiToken.objects.values())
    assert first.used_at is not None
    assert ApiToken.objects.get().used_at == first.used_at


def test_settings_are_for_operations(world: World, otto: Program, mona: Program) -> None:
    for address in ("settings/", "settings/in-force/", "settings/1/"):
        assert mona.get(address).status_code == 404
    version = otto.read("settings/")["results"][0]
    assert otto.read("settings/in-force/")["number"] == version["number"]
    assert "Small desk" in otto.read(f"settings/{version['number']}/")["text"]
    assert otto.get("settings/9999999999999999999999/").status_code == 404
