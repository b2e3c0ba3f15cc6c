"""Whose people a user sees: own for a rep, the team's for a manager, everybody's for ops; the rest does not exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest
from django.db import connection
from django.http import Http404

from base.models import Role, User
from leadmodel.access import Sight, access_person, is_nobodys, sight, sight_of_few, visible_reps
from leadmodel.lifecycle.settings import Teams
from leadmodel.may_act import refusal
from leadmodel.models import Cycle, TeamMembership
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import SHIPPED, enter
from sandbox.org.ids import make_id
from sync.models import Group, Lead, LeadHistory
from sync.models import Role as SalesforceRole
from sync.models import User as SalesforceUser
from tests.leadmodel.mirrored import (
    ALICE,
    BOB,
    EVE,
    MONA,
    NOON,
    add_call,
    add_contact,
    add_lead,
    add_users,
    convert,
    lead_id,
    mark,
    merge,
)

pytestmark = pytest.mark.django_db(transaction=True)
BOSS, SDR, INTERNS = make_id("00E", 1), make_id("00E", 2), make_id("00E", 3)
QUEUE = make_id("00G", 1)
PULLING = """
stages: {raw: [New], assigned: [Assigned]}
assignment: {owner: true, outbound_pull: true}
paths: {outbound_teams: [SDR]}
"""
"""Alice's team pulls people."""


def seen(user: User, source: Literal["role", "manager", "app"] = "role") -> set[str] | None:
    """Whose people the user sees where teams come from this source."""
    settings = SHIPPED.model_copy(update={"teams": Teams(source=source)})
    reps = visible_reps(user, settings=settings)
    return None if reps is None else set(reps)


def login(name: str, role: Role, salesforce_id: str | None) -> User:
    return User.objects.create(username=name, role=role, salesforce_id=salesforce_id)


@pytest.fixture
def mona() -> User:
    return login("mona", Role.MANAGER, MONA)


@pytest.fixture
def alice() -> User:
    return login("alice", Role.REP, ALICE)


@pytest.fixture
def eve() -> User:
    return login("eve", Role.REP, EVE)


def test_a_manager_sees_who_reports_to_her_however_far_down(mona: User) -> None:
    add_users(Alice={"manager_id": MONA}, Bob={"manager_id": ALICE})
    assert seen(mona, "manager") == {MONA, ALICE, BOB}


def test_two_who_report_to_each_other_do_not_hang_it(mona: User) -> None:
    add_users(Alice={"manager_id": MONA}, Mona={"manager_id": ALICE})
    assert seen(mona, "manager") == {MONA, ALICE}


def test_a_manager_sees_her_role_and_those_below(mona: User) -> None:
    for role, name, parent in ((BOSS, "Sales", None), (SDR, "SDR", BOSS), (INTERNS, "Interns", SDR)):
        SalesforceRole.objects.create(id=role, name=name, parent_id=parent)
    add_users(Mona={"role_id": BOSS}, Alice={"role_id": SDR}, Bob={"role_id": INTERNS})
    assert seen(mona, "role") == {MONA, ALICE, BOB}

    SalesforceUser.objects.filter(id=MONA).update(role_id=INTERNS)
    assert seen(mona, "role") == {MONA, BOB}

    SalesforceUser.objects.filter(id=MONA).update(role_id=None)
    assert seen(mona, "role") == {MONA}


def test_a_manager_sees_the_team_kept_in_the_app_as_it_is_now(mona: User) -> None:
    add_users()
    for who, team, days in (
        (MONA, "EMEA", 0),
        (ALICE, "EMEA", 0),
        (BOB, "EMEA", 0),
        (BOB, "US", 1),
        (EVE, "", 0),
    ):
        TeamMembership.objects.create(user_id=who, team=team, since=NOON + timedelta(days=days))
    assert seen(mona, "app") == {MONA, ALICE}

    TeamMembership.objects.create(user_id=MONA, team="", since=NOON + timedelta(days=2))
    assert seen(mona, "app") == {MONA}


def test_reps_ops_and_people_who_are_no_salesforce_users(alice: User) -> None:
    add_users()
    assert seen(alice) == {ALICE}
    assert seen(login("otto", Role.OPS, None)) is None
    assert seen(login("new", Role.REP, None)) == set()
    assert seen(login("newer", Role.MANAGER, None)) == set()


def test_a_rep_reaches_own_people_and_nobody_elses(alice: User, eve: User, mona: User) -> None:
    add_users(Alice={"manager_id": MONA})
    lead = add_lead(1)
    rebuild_all()

    assert access_person(alice, lead).person_id == lead
    with pytest.raises(Http404, match=f"There is no person {lead} among those you may see"):
        access_person(eve, lead)
    for nobody in ("", "nonsense", lead_id(99), "'; DROP TABLE sync_lead; --"):
        with pytest.raises(Http404):
            access_person(alice, nobody)
    assert access_person(login("otto", Role.OPS, None), lead).person_id == lead
    with pytest.raises(Http404):
        access_person(mona, lead)  # the shipped settings take teams from roles, and she has none


def test_who_held_a_person_still_reaches_them(alice: User, eve: User) -> None:
    add_users()
    lead = add_lead(1)
    LeadHistory.objects.create(
        id=make_id("017", 1), lead_id=lead, field="Owner", old_value=ALICE, new_value=BOB,
        created_at=NOON + timedelta(hours=1), created_by_id=ALICE,
    )  # fmt: skip
    Lead.objects.filter(id=lead).update(owner_id=BOB)
    rebuild_all()

    assert access_person(alice, lead).holder_id == BOB
    assert access_person(login("bob", Role.REP, BOB), lead).person_id == lead
    with pytest.raises(Http404):
        access_person(eve, lead)


def test_lists_searches_and_addresses_let_through_the_same_people(alice: User, mona: User, eve: User) -> None:
    Group.objects.create(id=QUEUE, name="Inbound", type="Queue")
    for role, name, parent in ((BOSS, "Sales", None), (SDR, "SDR", BOSS)):
        SalesforceRole.objects.create(id=role, name=name, parent_id=parent)
    add_users(Mona={"role_id": BOSS}, Alice={"role_id": SDR}, Bob={"is_active": False})
    once_alices = add_lead(2)
    LeadHistory.objects.create(
        id=make_id("017", 1), lead_id=once_alices, field="Owner", old_value=ALICE, new_value=EVE,
        created_at=NOON + timedelta(hours=1), created_by_id=ALICE,
    )  # fmt: skip
    Lead.objects.filter(id=once_alices).update(owner_id=EVE)
    own, eves, queued, left = (
        add_lead(number, owner=owner) for number, owner in ((1, ALICE), (3, EVE), (4, QUEUE), (5, BOB))
    )
    pulled = add_lead(6, owner=EVE, status="New")
    add_call(1, pulled, at=NOON + timedelta(hours=1))
    enter(PULLING)
    rebuild_all()

    expected = {
        alice: {own, once_alices, pulled},
        mona: {own, once_alices, queued, left, pulled},
        eve: {once_alices, eves, pulled},
        login("otto", Role.OPS, None): {own, once_alices, eves, queued, left, pulled},
    }
    for user, people in expected.items():
        assert listed(sight(user)) == listed(sight_of_few(user)) == people
        assert {person_id for person_id in listed(Sight("true", {})) if reaches(user, person_id)} == people


def listed(seen: Sight) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT person_id FROM leadmodel_person person WHERE {seen.condition}", seen.values)
        return {row[0] for row in cursor.fetchall()}


def reaches(user: User, person_id: str) -> bool:
    try:
        return access_person(user, person_id).person_id == person_id
    except Http404:
        return False


def test_old_links_lead_to_the_person_they_are_now(alice: User) -> None:
    add_users()
    first, second = add_lead(1), add_lead(2)
    contact = add_contact(1, at=NOON + timedelta(hours=2))
    merge(second, first, at=NOON + timedelta(hours=1))
    convert(first, contact, at=NOON + timedelta(hours=2))
    rebuild_all()

    assert {access_person(alice, record).person_id for record in (first, second, contact)} == {contact}


def test_k13_people_of_a_queue_and_of_leavers_are_nobodys_and_a_manager_sees_them(
    mona: User, eve: User
) -> None:
    Group.objects.create(id=QUEUE, name="Inbound", type="Queue")
    add_users(Bob={"is_active": False})
    queued, left = add_lead(1, owner=QUEUE), add_lead(2, owner=BOB)
    rebuild_all()

    assert is_nobodys(QUEUE)
    assert is_nobodys(BOB)
    assert is_nobodys(None)
    assert not is_nobodys(ALICE)
    assert access_person(mona, queued).person_id == queued
    assert access_person(mona, left).person_id == left
    with pytest.raises(Http404):
        access_person(eve, left)


def test_a_manager_who_is_no_salesforce_user_sees_and_acts_on_nobody(mona: User) -> None:
    Group.objects.create(id=QUEUE, name="Inbound", type="Queue")
    add_users()
    queued = add_lead(1, owner=QUEUE)
    rebuild_all()
    newcomer = login("newer", Role.MANAGER, None)

    assert listed(sight(newcomer)) == listed(sight_of_few(newcomer)) == set()
    assert not reaches(newcomer, queued)
    person = access_person(mona, queued)
    assert (refusal(mona, person), bool(refusal(newcomer, person))) == ("", True)


def test_k13_a_leavers_open_cycles_stay_open_and_theirs() -> None:
    add_users()
    add_lead(1, owner=BOB)
    rebuild_all()
    before = Cycle.objects.values().get()

    SalesforceUser.objects.filter(id=BOB).update(is_active=False)
    mark("*")
    rebuild_all()

    assert Cycle.objects.values().get() == before
    assert before["outcome"] == "open"
    assert before["first_rep"] == BOB
