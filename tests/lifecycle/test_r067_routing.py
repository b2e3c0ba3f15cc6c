"""R067: who takes over a lead that nobody answered, whose turn it is, and why not the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.lifecycle.reassignment import Handed, Reassignment
from leadmodel.lifecycle.routing import STRIDE, Candidate, Due, Rota, Skip, Skipped, Turn, choose_all
from leadmodel.lifecycle.stages import Path

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INBOUND = Handed(Path.INBOUND, Priority.P1, is_target_account=False, source="Web", team="East")


def rep(name: str, **more: Any) -> Candidate:
    return Candidate(name, frozenset({name.casefold()}), **({"team": "East"} | more))


ALICE, BOB, CAROL, DAVE = (rep(name) for name in ("Alice", "Bob", "Carol", "Dave"))
EVE = rep("Eve", team="West")
TEAM = (ALICE, BOB, CAROL, DAVE, EVE)


def lead(number: int, *had: str, **asked: Any) -> Due:
    return Due(
        f"00Q{number:03}",
        NOON + timedelta(minutes=number),
        frozenset(had or {"Alice"}),
        INBOUND._replace(**asked),
    )


def given_to(
    count: int, candidates: Sequence[Candidate] = TEAM, rota: Rota | None = None, **rules: Any
) -> list[str | None]:
    """To whom so many of Alice's leads go, in order."""
    due = [lead(number) for number in range(count)]
    choices = choose_all(due, candidates, Reassignment(**rules), Rota() if rota is None else rota)
    return [choices[one.person_id].rep_id for one in due]


def why(candidate: Candidate, **rules: Any) -> list[Skipped]:
    """Why Alice's lead does not go to the only other one of the team."""
    (choice,) = choose_all([lead(1)], [ALICE, candidate], Reassignment(**rules), Rota()).values()
    assert choice.rep_id is None
    return [one for one in choice.skipped if one.rep_id == candidate.rep_id]


def test_the_holders_own_team_takes_turns() -> None:
    assert given_to(7) == ["Bob", "Carol", "Dave", "Bob", "Carol", "Dave", "Bob"]


def test_everybody_else_of_the_team_is_told_why_not() -> None:
    (choice,) = choose_all([lead(1)], TEAM, Reassignment(), Rota()).values()
    assert choice.rep_id == "Bob"
    assert choice.skipped == (
        Skipped("Alice", Skip.HAD_THEM),
        Skipped("Carol", Skip.NOT_NEXT),
        Skipped("Dave", Skip.NOT_NEXT),
    )


@pytest.mark.parametrize(
    ("bob", "rules", "said"),
    [
        (rep("Bob", is_active=False), {}, Skipped("Bob", Skip.INACTIVE)),
        (rep("Bob", is_absent=True), {"in_hours_only": False}, Skipped("Bob", Skip.ABSENT)),
        (rep("Bob", is_at_work=False), {}, Skipped("Bob", Skip.OFF_HOURS)),
        (rep("Bob", open_cycles=30), {"capacity": 30}, Skipped("Bob", Skip.FULL, 30, 30)),
        (BOB, {"capacity": 30, "capacity_of": {"bob": 0}}, Skipped("Bob", Skip.FULL, 0, 0)),
        (rep("Bob", given_today=5), {"each_a_day": 5}, Skipped("Bob", Skip.DAY_FULL, 5, 5)),
        (BOB, {"reps": ["Eve"]}, Skipped("Bob", Skip.NOT_LISTED)),
        (BOB, {"to_teams": ["West"]}, Skipped("Bob", Skip.NOT_LISTED)),
    ],
)
def test_each_reason_by_itself(bob: Candidate, rules: dict[str, Any], said: Skipped) -> None:
    assert why(bob, **rules) == [said]


def test_who_is_not_at_work_may_be_given_one_where_the_rule_says_so() -> None:
    assert given_to(1, [ALICE, rep("Bob", is_at_work=False)], in_hours_only=False) == ["Bob"]


def test_a_holder_of_no_team_has_no_colleagues() -> None:
    queue = lead(1, "Queue", team=None)
    nameless = rep("Nameless", team=None)
    (choice,) = choose_all([queue], [nameless, BOB], Reassignment(), Rota()).values()
    assert choice == replace(choice, rep_id=None, skipped=())


def test_teams_and_names_are_added_up() -> None:
    assert set(given_to(8, to_teams=["West"], reps=["BOB"])) == {"Bob", "Eve"}


def test_the_first_rule_that_fits_and_its_own_turns() -> None:
    rules = [
        {"name": "Urgent", "priority": "P1", "sources": ["Chat"], "reps": ["Dave"]},
        {"name": "West", "teams": ["West"], "to_teams": ["East"]},
    ]
    due = [lead(1, source="Chat"), lead(2), lead(3, "Eve", team="West"), lead(4), lead(5, "Eve", team="West")]
    choices = choose_all(due, TEAM, Reassignment.model_validate({"rules": rules}), Rota())
    told = [(choice.rule, choice.rep_id) for choice in choices.values()]
    assert told == [
        ("Urgent", "Dave"),
        ("otherwise", "Bob"),
        ("West", "Alice"),
        ("otherwise", "Carol"),
        ("West", "Bob"),
    ]


def test_least_loaded_evens_out_and_then_takes_turns() -> None:
    team = [ALICE, rep("Bob", open_cycles=7), rep("Carol", open_cycles=5), rep("Dave", open_cycles=7)]
    assert given_to(6, team, how="least_loaded") == ["Carol", "Carol", "Bob", "Dave", "Carol", "Bob"]


def test_capacity_holds_within_a_batch() -> None:
    team = [ALICE, rep("Bob", open_cycles=8), rep("Carol", open_cycles=9)]
    assert given_to(5, team, capacity=10) == ["Bob", "Carol", "Bob", None, None]


def test_the_most_of_a_day_holds_within_a_batch() -> None:
    team = [ALICE, rep("Bob", given_today=1), CAROL]
    assert given_to(4, team, each_a_day=2) == ["Bob", "Carol", "Carol", None]


def test_a_capacity_of_ones_own_is_nobody_elses() -> None:
    assert given_to(3, [ALICE, BOB, CAROL], capacity_of={"Carol": 0}) == ["Bob", "Bob", "Bob"]


def test_who_is_given_no_weight_has_the_weight_of_one() -> None:
    assert Counter(given_to(9, [ALICE, BOB, CAROL], how="weighted", weights={"bob": 2})) == {
        "Bob": 6,
        "Carol": 3,
    }


def test_of_those_who_stand_together_who_was_never_given_one_is_next() -> None:
    """Dave is ahead; Bob, who was away since the first turn, and Carol, who is new, stand where the others stand."""
    rota = Rota({("otherwise", "Bob"): Turn(0, 1), ("otherwise", "Dave"): Turn(5 * STRIDE, 7)})
    assert given_to(3, [ALICE, BOB, CAROL, DAVE], rota) == ["Carol", "Bob", "Dave"]


def test_who_goes_to_a_queue_is_nobodys_turn() -> None:
    rules: Any = [{"name": "Chat", "sources": ["Chat"], "how": "queue", "queue": "In"}]
    due, rota = [lead(1, source="Chat"), lead(2)], Rota()
    choices = choose_all(due, TEAM, Reassignment(rules=rules), rota)
    assert {person: choice.rep_id for person, choice in choices.items()} == {"00Q002": "Bob"}
    assert list(rota.turns) == [("otherwise", "Bob")]


def test_all_that_a_rule_asks_must_fit() -> None:
    rules: Any = [
        {"name": "Type", "priority": "P2", "sources": ["Web"], "teams": ["East"], "reps": ["Dave"]},
        {"name": "Source", "priority": "P1", "sources": ["Chat"], "teams": ["East"], "reps": ["Dave"]},
        {"name": "Team", "priority": "P1", "sources": ["Web"], "teams": ["West"], "reps": ["Dave"]},
    ]
    (choice,) = choose_all([lead(1)], TEAM, Reassignment(rules=rules), Rota()).values()
    assert (choice.rule, choice.rep_id) == ("otherwise", "Bob")


def test_who_comes_back_is_next_and_makes_up_for_nothing() -> None:
    rota = Rota()
    away = [ALICE, BOB, CAROL, rep("Dave", is_absent=True)]
    assert given_to(9, away, rota)[-1] == "Bob"
    assert given_to(6, TEAM, rota) == ["Dave", "Carol", "Bob", "Dave", "Carol", "Bob"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"how": "queue"}, "how is queue, but no queue is named"),
        ({"how": "queue", "queue": "In", "capacity": 3}, "capacity is about reps, but how is queue"),
        ({"how": "queue", "queue": "In", "reps": ["Bob"]}, "reps is about reps, but how is queue"),
        ({"queue": "In"}, "a queue is named, but how is round_robin"),
        ({"how": "weighted"}, "how is weighted, but there are no weights"),
        ({"weights": {"Bob": 2}}, "there are weights, but how is round_robin"),
        ({"reps": ["Bob"], "capacity_of": {"Eve": 2}}, "capacity_of names “Eve”, who is not among the reps"),
        (
            {"how": "weighted", "reps": ["Bob"], "weights": {"Eve": 2}},
            "weights names “Eve”, who is not among the reps",
        ),
        ({"how": "weighted", "weights": {"Bob": 0}}, "greater than or equal to 1"),
        ({"how": "weighted", "weights": {"Bob": 21}}, "less than or equal to 20"),
        ({"how": "queue", "queue": "In", "each_a_day": 3, "reps": ["Bob"]}, "reps is about reps"),
        ({"reps": ["Bob"], "capacity_of": {"Eve": 2, "Dave": 2}}, "capacity_of names “Eve”"),
        ({"rules": [{"name": "", "priority": "P1"}]}, "at least 1 character"),
        ({"rules": [{"name": "n" * 61, "priority": "P1"}]}, "at most 60 characters"),
        (
            {
                "rules": [
                    {"name": "A", "sources": ["Web"]},
                    {"name": "B", "sources": ["Web"], "path": "inbound"},
                ]
            },
            "rule “B” is never reached",
        ),
        ({"capacity": -1}, "greater than or equal to 0"),
        ({"rules": [{"name": "Any"}]}, "says of no leads that it is for them"),
        ({"rules": [{"priority": "P1"}]}, "name"),
        ({"rules": [{"name": "Otherwise", "priority": "P1"}]}, "the name “Otherwise” is taken"),
        ({"rules": [{"name": "A", "priority": "P1"}, {"name": "A", "priority": "P2"}]}, "“A” is taken"),
        (
            {
                "rules": [
                    {"name": "A", "sources": ["Web", "Chat"]},
                    {"name": "B", "sources": ["Web"], "path": "inbound"},
                ]
            },
            "rule “B” is never reached, as “A” before it",
        ),
    ],
)
def test_contradictions_are_refused_in_a_sentence(rules: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Reassignment(**rules)


@pytest.mark.parametrize(
    "rules",
    [
        {"how": "weighted", "weights": {"Bob": 20, "Eve": 1}},
        {"how": "weighted", "weights": {"Eve": 2}, "reps": ["Bob"], "to_teams": ["West"]},
        {"rules": [{"name": "n" * 60, "priority": "P1"}]},
    ],
)
def test_what_only_looks_like_a_contradiction_is_taken(rules: dict[str, Any]) -> None:
    assert Reassignment(**rules).model_dump(exclude_unset=True).keys() == rules.keys()


def test_a_narrower_rule_before_a_wider_one_is_reached() -> None:
    rules = [{"name": "A", "sources": ["Web"], "path": "inbound"}, {"name": "B", "sources": ["Web", "Chat"]}]
    assert len(Reassignment.model_validate({"rules": rules}).rules) == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"path": "inbound"}, {"path": "outbound"}),
        ({"path": "inbound"}, {"target_account": True}),
        ({"priority": "P1"}, {"priority": "P2", "path": "inbound"}),
        ({"priority": "P1"}, {"path": "inbound", "target_account": True}),
        ({"target_account": True}, {"target_account": False, "path": "inbound"}),
        ({"target_account": True, "path": "inbound"}, {"path": "inbound", "priority": "P1"}),
        ({"teams": ["West"], "path": "inbound"}, {"path": "inbound", "sources": ["Web"]}),
        ({"sources": ["Web"]}, {"sources": ["Web", "Chat"], "teams": ["West"]}),
    ],
)
def test_a_rule_that_some_leads_get_to_past_the_one_before_is_no_mistake(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    rules: Any = [{"name": "A"} | first, {"name": "B"} | second]
    assert [rule.name for rule in Reassignment(rules=rules).rules] == ["A", "B"]


# -- laws ------------------------------------------------------------------------------------------

NAMES = [f"Rep {number}" for number in range(6)]
RULES = st.sampled_from(
    [
        {},
        {"capacity": 4},
        {"each_a_day": 2},
        {"in_hours_only": False},
        {"how": "least_loaded", "capacity": 6},
        {"how": "weighted", "weights": {"Rep 1": 3, "Rep 4": 5}},
        {"reps": ["Rep 0", "Rep 3", "Rep 5"], "capacity_of": {"Rep 3": 1}},
    ]
)


@st.composite
def reps(draw: st.DrawFn) -> list[Candidate]:
    """A team in whatever state."""
    flag, few = st.booleans(), st.integers(0, 5)
    return [
        rep(
            name,
            team=draw(st.sampled_from(["East", "West"])),
            is_active=draw(flag),
            is_absent=draw(flag),
            is_at_work=draw(flag),
            open_cycles=draw(few),
            given_today=draw(few),
        )
        for name in draw(st.lists(st.sampled_from(NAMES), unique=True))
    ]


@st.composite
def leads(draw: st.DrawFn) -> list[Due]:
    """Leads that whoever has had."""
    had = draw(st.lists(st.sets(st.sampled_from(NAMES), min_size=1), max_size=12))
    return [lead(number, *names) for number, names in enumerate(had)]


@given(leads(), reps(), RULES)
def test_never_one_who_may_not(due: list[Due], team: list[Candidate], written: dict[str, Any]) -> None:
    """Counted from outside: whatever the order of turns, nobody gets what the rule keeps from them."""
    rules = Reassignment(**written)
    choices = choose_all(due, team, rules, Rota())
    by_name = {one.rep_id: one for one in team}
    taken: Counter[str] = Counter()
    for one in sorted(due, key=lambda told: told.due_at):
        choice = choices[one.person_id]
        skipped = {told.rep_id for told in choice.skipped}
        assert choice.rep_id not in skipped
        if choice.rep_id is None:
            assert Skip.NOT_NEXT not in {told.why for told in choice.skipped}
            continue
        found = by_name[choice.rep_id]
        assert found.is_active
        assert not found.is_absent
        assert found.is_at_work or not rules.in_hours_only
        assert choice.rep_id not in one.had
        assert choice.rep_id in rules.reps or (not rules.reps and found.team == "East")
        taken[choice.rep_id] += 1
        most = rules.capacity_of.get(choice.rep_id, rules.capacity)
        assert most is None or found.open_cycles + taken[choice.rep_id] <= most
        assert rules.each_a_day is None or found.given_today + taken[choice.rep_id] <= rules.each_a_day


@given(leads(), reps(), RULES, st.randoms())
def test_the_same_set_in_whatever_order(
    due: list[Due], team: list[Candidate], written: dict[str, Any], chance: Any
) -> None:
    first = choose_all(due, team, Reassignment(**written), Rota())
    chance.shuffle(due)
    chance.shuffle(team)
    assert choose_all(due, team, Reassignment(**written), Rota()) == first


@given(st.integers(1, 6), st.lists(st.integers(1, 9), max_size=6), RULES)
def test_it_does_not_matter_where_batches_end(size: int, cuts: list[int], written: dict[str, Any]) -> None:
    """What the ledger keeps of a batch is all the next one needs."""
    team = [rep(name) for name in NAMES[:size]]
    total = 20
    whole = given_to(total, team, **written)
    due, rota, found = [lead(number) for number in range(total)], Rota(), []
    for start, end in _stretches(cuts, total):
        choices = choose_all(due[start:end], team, Reassignment(**written), rota)
        found += [choices[one.person_id].rep_id for one in due[start:end]]
    assert found == whole


def _stretches(cuts: Iterable[int], total: int) -> Iterable[tuple[int, int]]:
    start = 0
    for cut in cuts:
        yield start, min(start + cut, total)
        start = min(start + cut, total)
    yield start, total


@given(
    st.lists(st.tuples(st.integers(0, STRIDE), st.integers(1, 99)), min_size=2, max_size=6),
    st.integers(1, 40),
)
def test_round_robin_is_fair_within_one_from_wherever_it_stands(
    stood: list[tuple[int, int]], count: int
) -> None:
    """Also after weights, absences or people who came and left have put the reps anywhere."""
    team = [rep(name) for name in NAMES[: len(stood)]]
    turns = {("otherwise", one.rep_id): Turn(*turn) for one, turn in zip(team, stood, strict=True)}
    counts = Counter(given_to(count, team, Rota(turns)))
    assert max(counts.values()) - min(counts[one.rep_id] for one in team) <= 1


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.integers(1, 3))
def test_weights_are_kept_to_the_lead(weights: list[int], rounds: int) -> None:
    """After as many leads as the weights add up to, each has theirs; on the way nobody is ahead by a whole one."""
    names = NAMES[: len(weights)]
    team, asked = [rep(name) for name in names], dict(zip(names, weights, strict=True))
    total = sum(weights)
    found = given_to(total * rounds, team, how="weighted", weights=asked)
    assert Counter(found) == {name: weight * rounds for name, weight in asked.items()}
    for count in range(1, total + 1):
        so_far = Counter(found[:count])
        assert all(so_far[name] < count * weight / total + 1 for name, weight in asked.items())
