"""Mona gives people to her reps: one write that begins a cycle, or a hand-over, and M13 and M14 are kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import Http404

from base.models import Effect, Role, User
from leadmodel import actions
from leadmodel.actions import Asked, NotPossible
from leadmodel.lifecycle.stages import Stage
from leadmodel.models import Cycle, Person, Request, Span, TeamMembership
from leadmodel.settings_store import enter
from sync.models import Echo, WriteSwitch
from tests.sync.world import World, values
from tests.writeback.writing import rep, state, work_off

MODEL = """
stages:
  raw: [New]
  assigned: [Assigned - Priority, Assigned]
  working: [Working]
  qualified: [Qualified]
  nurture: [Nurture]
  unqualified: [Unqualified]
assignment: {status: true, assigned_date_field: Assigned_Date__c}
write_back: {statuses: {assigned: Assigned}}
teams: {source: app}
role_owners:
  sales_development: {field: SDR_Owner__c, teams: [SDR]}
  opportunity: {field: AE_Owner__c, teams: [AE]}
"""
TEAMS = {"Alice": "SDR", "Bob": "SDR", "Mona": "SDR", "Eve": "AE"}


@pytest.fixture
def desk(world: World) -> World:
    """Alice and Bob are Mona's team, Eve closes deals; a queue takes what comes in."""
    for name, told in (
        ("Assigned_Date__c", {"type": "datetime", "tracked": True}),
        ("SDR_Owner__c", {"type": "reference", "reference_to": ["User"]}),
        ("AE_Owner__c", {"type": "reference", "reference_to": ["User"]}),
    ):
        for of in ("Lead", "Contact"):
            world.control("POST", "fields", {"object": of, "name": name, **told})
    enter(MODEL)
    for name, team in TEAMS.items():
        TeamMembership.objects.create(
            user_id=world.user(name), team=team, since=world.now - timedelta(days=9)
        )
    queue = {"Name": "Inbound", "Type": "Queue", "DeveloperName": "Inbound"}
    world.users["Inbound"] = world.org.create("Group", queue)
    return world


def user(world: World, name: str) -> User:
    """Mona manages, Otto is operations, everybody else a rep."""
    if name not in {"Mona", "Otto"}:
        return rep(world, name)
    known = User.objects.filter(username=name.lower()).first()
    return known or User.objects.create_user(
        name.lower(),
        role=Role.MANAGER if name == "Mona" else Role.OPS,
        salesforce_id=world.user("Mona") if name == "Mona" else None,
    )


def assign(
    world: World, lead: str, to: str, *, by: str = "Mona", once: str = "", is_override: bool = False
) -> Effect:
    """One click on Assign."""
    asked = Asked(user(world, by), once or f"click {Effect.objects.count()}", world.now)
    return actions.assign(asked, lead, to=world.users[to], is_override=is_override)


def read(world: World, **values: Any) -> str:
    """A lead that was made and read an hour ago."""
    made = world.lead(**values)
    world.catch_up()
    world.pass_time(hours=1)
    return made


def test_somebody_nobody_holds_is_assigned_in_one_write_and_told_as_monas_doing(desk: World) -> None:
    lead = read(desk, owner="Inbound", Status="New")
    effect = assign(desk, lead, "Bob")
    desk.pass_time(minutes=20)
    work_off(desk)
    assert state(effect) == "done"
    row = desk.org.live_row("Lead", lead)
    assert (row["Status"], row["OwnerId"]) == ("Assigned", desk.user("Bob"))
    date = datetime.fromisoformat(str(row["Assigned_Date__c"]))
    assert desk.now <= date <= desk.now + timedelta(seconds=2), "the moment of the write, not of the click"
    desk.pass_time(minutes=1)
    desk.catch_up()
    cycle = Cycle.objects.get()
    assert (cycle.number, cycle.outcome, cycle.assigned_at) == (1, "open", desk.now - timedelta(minutes=1))
    assert (cycle.assigned_by, cycle.first_rep) == (desk.user("Mona"), desk.user("Bob"))
    assert list(Span.objects.values_list("holder_id", flat=True)) == [desk.user("Bob")]


def test_where_a_cycle_is_open_it_is_a_hand_over_and_the_date_stays(desk: World) -> None:
    lead = read(desk, Status="Assigned", Assigned_Date__c="2026-03-02T12:00:00.000+0000")
    before = desk.org.live_row("Lead", lead)
    effect = assign(desk, lead, "Bob")
    work_off(desk)
    after = desk.org.live_row("Lead", lead)
    assert state(effect) == "done"
    stamps = {"OwnerId", "LastModifiedDate", "LastModifiedById", "SystemModstamp"}
    assert {name for name in after if after[name] != before.get(name)} == stamps
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert Cycle.objects.count() == 1
    holders = list(Span.objects.order_by("ordinal").values_list("holder_id", flat=True))
    assert holders == [desk.user("Alice"), desk.user("Bob")]
    with pytest.raises(NotPossible, match="Bob holds the person already"):
        assign(desk, lead, "Bob")


def test_nurture_holds_until_its_day_or_until_ops_says_so(desk: World) -> None:
    first = "2026-03-02T12:00:00.000+0000"
    lead = read(desk, Status="Assigned", Assigned_Date__c=first)
    desk.org.update("Lead", lead, {"Status": "Nurture"}, user_id=desk.user("Alice"))
    desk.catch_up()
    desk.pass_time(days=1)
    told = "The person is left in nurture until 31 May 2026."
    for by, is_override in (("Mona", False), ("Mona", True), ("Otto", False)):
        with pytest.raises(NotPossible, match=told):
            assign(desk, lead, "Alice", by=by, is_override=is_override)
    assert not Effect.objects.exists()

    effect = assign(desk, lead, "Alice", by="Otto", is_override=True)
    assert effect.why == f"assign to Alice, overriding: {told}"
    work_off(desk)
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert list(Cycle.objects.order_by("number").values_list("number", "assigned_at", "outcome")) == [
        (1, datetime.fromisoformat(first), "nurture"),
        (2, desk.now - timedelta(minutes=1), "open"),
    ]


def test_after_its_hold_mona_assigns_by_herself(desk: World) -> None:
    lead = read(desk, Status="Nurture")
    desk.pass_time(days=91)
    assert assign(desk, lead, "Bob").why == "assign to Bob"


@pytest.mark.parametrize(("told", "said"), [
    ({"Status": "Unqualified"}, "is unqualified"), ({"HasOptedOutOfEmail": True}, "has opted out"),
])  # fmt: skip
def test_who_is_unqualified_or_opted_out_never_comes_back_by_itself(
    desk: World, told: dict[str, object], said: str
) -> None:
    lead = read(desk, **({"Status": "New"} | told))
    desk.pass_time(days=400)
    with pytest.raises(NotPossible, match=said):
        assign(desk, lead, "Bob")


def test_whom_mona_may_not_see_or_give_to(desk: World) -> None:
    lead = read(desk, Status="Assigned")
    with pytest.raises(NotPossible, match="Managers and ops assign people"):
        assign(desk, lead, "Bob", by="Alice")
    with pytest.raises(NotPossible, match="Choose from the list"):
        assign(desk, lead, "Eve")
    desk.org.update("User", desk.user("Bob"), {"IsActive": False})
    desk.sync()
    with pytest.raises(NotPossible, match="Choose from the list"):
        assign(desk, lead, "Bob")
    with pytest.raises(Http404):
        assign(desk, read(desk, owner="Eve", Status="Assigned"), "Alice")


def test_a_double_click_assigns_once_and_undo_takes_all_of_it_back(desk: World) -> None:
    lead = read(desk, owner="Inbound", Status="New")
    effect = assign(desk, lead, "Bob", once="one")
    assert assign(desk, lead, "Bob", once="one") == effect
    work_off(desk)
    state(effect)
    undone = actions.undo(Asked(user(desk, "Mona"), "undo", desk.now), effect)
    desk.pass_time(minutes=1)
    work_off(desk)
    assert state(undone) == "done"
    row = desk.org.live_row("Lead", lead)
    kept = (row["Status"], row["OwnerId"], row["Assigned_Date__c"])
    assert kept == ("New", desk.users["Inbound"], None)


def test_killed_between_the_write_and_its_note_it_is_found_done(desk: World) -> None:
    lead = read(desk, owner="Inbound", Status="New")
    effect = assign(desk, lead, "Bob")
    work_off(desk)
    state(effect)
    result, date = effect.result, desk.org.live_row("Lead", lead)["Assigned_Date__c"]
    Effect.objects.update(state="leased", lease_until=desk.now, result={}, ended_at=None)
    Echo.objects.all().delete()
    desk.pass_time(minutes=6)
    work_off(desk)
    assert (state(effect), effect.result) == ("done", result)
    assert desk.org.live_row("Lead", lead)["Assigned_Date__c"] == date


def test_a_date_that_somebody_else_set_meanwhile_is_a_conflict(desk: World) -> None:
    lead = read(desk, owner="Inbound", Status="New")
    effect = assign(desk, lead, "Bob")
    theirs = {"Assigned_Date__c": "2026-03-01T09:00:00.000+0000"}
    desk.org.update("Lead", lead, theirs, user_id=desk.user("Eve"))
    work_off(desk)
    assert state(effect) == "conflict"
    assert effect.said.startswith(
        "Assigned_Date__c is “2026-03-01T09:00:00.000+0000” in Salesforce, no longer “empty”"
    )
    assert desk.org.live_row("Lead", lead)["Status"] == "New"


def test_mona_who_corrects_herself_at_once_is_nobodys_newer_change(desk: World) -> None:
    lead = read(desk, Status="Assigned")
    first, second = assign(desk, lead, "Bob"), assign(desk, lead, "Mona")
    work_off(desk)
    third = assign(desk, lead, "Bob")
    work_off(desk)
    assert [state(one) for one in (first, second, third)] == ["done"] * 3
    assert desk.org.live_row("Lead", lead)["OwnerId"] == desk.user("Bob")
    ottos = actions.assign(
        Asked(user(desk, "Otto"), "otto", desk.now), lead, to=desk.user("Eve"), is_override=False
    )
    work_off(desk)
    assert state(ottos) == "conflict", "Otto has not seen what Mona did"


def test_mona_who_assigns_twice_or_takes_it_back_before_we_read_it_begins_one_cycle(desk: World) -> None:
    lead = read(desk, Status="New")
    first, second, third = assign(desk, lead, "Bob"), assign(desk, lead, "Mona"), assign(desk, lead, "Alice")
    work_off(desk)
    assert [state(one) for one in (first, second, third)] == ["done"] * 3
    row = desk.org.live_row("Lead", lead)
    assert (row["Status"], row["OwnerId"]) == ("Assigned", desk.user("Alice"))
    with pytest.raises(NotPossible, match="Alice holds the person already"):
        assign(desk, lead, "Alice")

    for one in (third, second, first):
        undone = actions.undo(Asked(user(desk, "Mona"), "", desk.now), one)
        desk.pass_time(minutes=1)
        work_off(desk)
        assert state(undone) == "done"
    again = assign(desk, lead, "Bob")
    desk.pass_time(minutes=1)
    work_off(desk)
    row = desk.org.live_row("Lead", lead)
    assert (state(again), row["Status"], row["OwnerId"]) == ("done", "Assigned", desk.user("Bob"))
    assert row["Assigned_Date__c"] is not None


def test_who_worked_the_person_first_in_a_role_is_kept_at_the_hand_over(desk: World) -> None:
    lead = read(desk, Status="Assigned")
    effect = assign(desk, lead, "Eve", by="Otto")
    work_off(desk)
    row = desk.org.live_row("Lead", lead)
    assert (state(effect), row["OwnerId"], row["SDR_Owner__c"]) == (
        "done",
        desk.user("Eve"),
        desk.user("Alice"),
    )
    assert row["AE_Owner__c"] is None
    desk.pass_time(minutes=5)
    desk.catch_up()
    assert values("SELECT x_sdr_owner__c FROM sync_lead") == [desk.user("Alice")]
    assign(desk, lead, "Bob", by="Otto")
    work_off(desk)
    desk.pass_time(minutes=5)
    desk.catch_up()
    again = assign(desk, lead, "Eve", by="Otto")
    assert [change[0] for change in again.payload["changes"]] == [{"Lead": "OwnerId", "Contact": "OwnerId"}]
    row = desk.org.live_row("Lead", lead)
    assert (row["SDR_Owner__c"], row["AE_Owner__c"]) == (desk.user("Alice"), desk.user("Eve"))


def test_an_original_owner_whom_somebody_set_meanwhile_stays_and_the_rest_is_written(desk: World) -> None:
    lead = read(desk, Status="Assigned")
    effect = assign(desk, lead, "Eve", by="Otto")
    desk.org.update("Lead", lead, {"SDR_Owner__c": desk.user("Bob")}, user_id=desk.user("Eve"))
    work_off(desk)
    row = desk.org.live_row("Lead", lead)
    assert (state(effect), row["OwnerId"], row["SDR_Owner__c"]) == (
        "done",
        desk.user("Eve"),
        desk.user("Bob"),
    )


def test_a_granted_not_mine_keeps_the_original_owner_too(desk: World) -> None:
    lead = read(desk, Status="Assigned")
    request = actions.give_back(Asked(user(desk, "Alice"), "ask", desk.now), lead, why="a customer of Eve's")
    assert isinstance(request, Request)
    actions.grant(Asked(user(desk, "Otto"), "grant", desk.now), request, words="", to=desk.user("Eve"))
    work_off(desk)
    row = desk.org.live_row("Lead", lead)
    assert (row["OwnerId"], row["SDR_Owner__c"]) == (desk.user("Eve"), desk.user("Alice"))


def test_a_person_who_came_back_from_raw_counts_as_assigned(desk: World) -> None:
    lead = read(desk, Status="New")
    assert Person.objects.get().stage == Stage.RAW
    assign(desk, lead, "Alice")
    work_off(desk)
    desk.pass_time(minutes=1)
    desk.catch_up()
    assert Person.objects.get().stage == Stage.ASSIGNED


def test_a_dry_run_tells_all_of_it(desk: World) -> None:
    lead = read(desk, owner="Inbound", Status="New")
    WriteSwitch.objects.create(kind=actions.ASSIGN, mode="dry")
    effect = assign(desk, lead, "Bob")
    work_off(desk)
    assert state(effect) == "dry"
    assert effect.said == (
        f"Would change Status from “New” to “Assigned”, OwnerId from “{desk.users['Inbound']}” to"
        f" “{desk.user('Bob')}”, Assigned_Date__c from “empty” to “now”."
    )


def test_where_only_the_date_begins_a_cycle_it_is_monas_doing_too(desk: World) -> None:
    enter(MODEL.replace("status: true", "status: false"))
    lead = read(desk, owner="Inbound", Status="New")
    assign(desk, lead, "Bob")
    work_off(desk)
    desk.pass_time(minutes=1)
    desk.catch_up()
    cycle = Cycle.objects.get()
    assert (cycle.assigned_by, cycle.first_rep) == (desk.user("Mona"), desk.user("Bob"))
    assert list(Span.objects.values_list("holder_id", flat=True)) == [desk.user("Bob")]
