"""The first of each role to hold a person is its original owner, whoever holds them later (M14, R137)."""

from __future__ import annotations

from datetime import timedelta

from leadmodel.lifecycle.explain import Topic
from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.role_owners import original_owners, tell_original_owners
from tests.lifecycle.desk import (
    ALICE,
    BOB,
    DAY,
    MONA,
    OLGA,
    QUEUE,
    ROUTER,
    Desk,
    assigned,
    at,
    model,
    written,
)

SETTINGS = model(
    role_owners={
        "sales_development": {"field": "SDR_Owner__c", "teams": ["West", "East"]},
        "opportunity": {"field": "AE_Owner__c", "teams": ["Closers"]},
    }
)
DIRECTORY = Users(
    humans=frozenset({ALICE, BOB, MONA, OLGA}),
    teams={
        ALICE: [(None, "West")],
        BOB: [(None, "East")],
        # Mona closed deals before she came to East
        MONA: [(None, "Closers"), (at(5 * DAY), "East")],
        OLGA: [(None, "Outbound")],
    },
    by_name={},
)


def handed(*hands: tuple[float, str]) -> Desk:
    """Somebody whom Alice got first, and then others."""
    desk = Desk(settings=SETTINGS, directory=DIRECTORY).record(status="Assigned", owner_id=hands[-1][1])
    desk.status(0, "New", "Assigned", ROUTER).owner(0, QUEUE, ALICE)
    before = ALICE
    for minute, holder in hands:
        desk.owner(minute, before, holder)
        before = holder
    return desk


def told(desk: Desk) -> dict[str, tuple[str, float]]:
    """Role → its original owner, and since when."""
    found = original_owners(desk.person(), SETTINGS.role_owners, DIRECTORY)
    return {one.role: (one.rep, (one.span.started_at - at(0)) / timedelta(minutes=1)) for one in found}


def test_the_first_of_a_role_stays_its_owner() -> None:
    assert told(handed((60, BOB), (90, MONA), (120, BOB))) == {
        "sales_development": (ALICE, 0),
        "opportunity": (MONA, 90),
    }


def test_the_team_is_that_of_then() -> None:
    assert told(handed((6 * DAY, MONA))) == {"sales_development": (ALICE, 0)}


def test_queues_machines_and_other_teams_own_no_role() -> None:
    desk = handed((10, QUEUE), (20, ROUTER), (30, OLGA), (40, MONA))
    assert told(desk) == {"sales_development": (ALICE, 0), "opportunity": (MONA, 40)}
    untold = assigned(0, owner=OLGA, settings=SETTINGS)
    untold.directory = DIRECTORY
    assert told(untold) == {}


def test_a_machine_owns_no_role_whatever_team_salesforce_has_it_in() -> None:
    desk = handed((20, ROUTER), (30, MONA))
    in_a_team = DIRECTORY._replace(teams=dict(DIRECTORY.teams) | {ROUTER: [(None, "Closers")]})
    found = original_owners(desk.person(), SETTINGS.role_owners, in_a_team)
    assert [one.rep for one in found] == [ALICE, MONA]


def test_it_is_kept_from_the_cycle_before() -> None:
    desk = handed((60, BOB)).status(90, "Assigned", "Nurture", BOB)
    desk.status(200 * DAY, "Nurture", "Assigned", ROUTER)
    assert len(desk.person().cycles) == 2
    assert told(desk) == {"sales_development": (ALICE, 0)}


def test_the_sentence_has_its_rule_its_event_and_what_salesforce_says() -> None:
    desk = handed((90, MONA))
    person, teller = desk.traced()

    first, second = tell_original_owners(
        person, teller, DIRECTORY, {"sales_development": BOB, "opportunity": None}
    )

    assert first.text == (
        "Alice is the original owner of sales development: the first of it to hold the person, from"
        f" {written(at(0))}; SDR_Owner__c names Bob."
    )
    assert second.text.endswith("; AE_Owner__c is empty until they hand over to another role.")
    assert (first.rule, first.topic) == ("M14", Topic.HOLDER)
    assert [fact.field for fact in (*first.facts, *second.facts)] == ["Owner", "Owner"]
    (same, _) = tell_original_owners(person, teller, DIRECTORY, {"sales_development": ALICE})
    assert same.text.endswith("; SDR_Owner__c says so too.")
    (unread, _) = tell_original_owners(person, teller, DIRECTORY)
    assert unread.text.endswith(f"to hold the person, from {written(at(0))}."), (
        "what Salesforce has was not read"
    )
