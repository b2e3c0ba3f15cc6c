"""M12: who held the person when, who owed a response, and whose response it was."""

from __future__ import annotations

from tests.lifecycle.desk import ALICE, BOB, OLGA, QUEUE, ROUTER, Desk, assigned, minutes


def spans(desk: Desk) -> list[tuple[str | None, float | None, float | None, bool, bool]]:
    """Holder, start, end, owes, touched."""
    return [
        (s.holder, minutes(s.started_at), minutes(s.ended_at), s.owes_response, s.is_touched)
        for s in desk.cycle().spans
    ]


def test_spans_tile_the_cycle() -> None:
    desk = Desk().record(owner_id=BOB).status(0, "New", "Assigned", ROUTER)
    desk.owner(20, QUEUE, ALICE).owner(50, ALICE, BOB).call(60, BOB).status(90, "Assigned", "Nurture", BOB)

    assert spans(desk) == [
        (QUEUE, 0, 20, True, False),
        (ALICE, 20, 50, True, False),
        (BOB, 50, 90, True, True),
    ]


def test_span_after_the_first_touch_owes_nothing() -> None:
    desk = assigned(0).call(10).owner(30, ALICE, BOB)

    assert [(holder, owes) for holder, _, _, owes, _ in spans(desk)] == [(ALICE, True), (BOB, False)]


def test_response_falls_into_the_span_though_a_colleague_gave_it() -> None:
    assert spans(assigned(0).call(10, BOB)) == [(ALICE, 0, None, True, True)]


def test_owner_and_touch_at_one_instant_are_the_new_owners() -> None:
    desk = assigned(0).owner(30, ALICE, BOB).call(30, BOB)

    assert spans(desk) == [(ALICE, 0, 30, True, False), (BOB, 30, None, True, True)]


def test_holding_for_no_time_is_no_span() -> None:
    """The router sets status and owner in one save: the queue never held the cycle."""
    assert [holder for holder, *_ in spans(assigned(0))] == [ALICE]


def test_last_span_includes_the_close() -> None:
    """Owner and disposition in one save: the new owner held it when it closed, and is who bypassed."""
    desk = assigned(0).owner(40, ALICE, BOB).status(40, "Assigned", "Unqualified", BOB)

    assert spans(desk) == [(ALICE, 0, 40, True, False), (BOB, 40, 40, True, False)]
    assert [span.is_bypassed for span in desk.cycle().spans] == [False, True]


def test_k04_owner_back_to_a_queue_is_a_hand_over() -> None:
    desk = assigned(0).owner(30, ALICE, QUEUE)

    assert [holder for holder, *_ in spans(desk)] == [ALICE, QUEUE]


def test_k09_team_is_the_first_reps_then() -> None:
    desk = assigned(0, owner=ALICE).owner(30, ALICE, BOB)

    assert (desk.cycle().first_rep, desk.cycle().team) == (ALICE, "West")


def test_owner_change_after_the_close_touches_no_span() -> None:
    desk = assigned(0).call(5).status(60, "Assigned", "Qualified").owner(61, ALICE, BOB)

    assert [holder for holder, *_ in spans(desk)] == [ALICE]
    assert desk.person().holder == BOB


def test_away_for_no_time_is_not_away() -> None:
    desk = assigned(0).owner(30, ALICE, BOB).owner(30, BOB, ALICE)

    assert [holder for holder, *_ in spans(desk)] == [ALICE]


def test_m12_away_for_no_time_runs_on() -> None:
    assert spans(assigned(0).owner(30, ALICE, BOB).owner(30, BOB, ALICE)) == [(ALICE, 0, None, True, False)]


def test_m12_away_for_no_time_runs_on_also_for_who_was_not_the_first() -> None:
    desk = assigned(0).owner(20, ALICE, BOB).owner(30, BOB, OLGA).owner(30, OLGA, BOB)

    assert spans(desk) == [(ALICE, 0, 20, True, False), (BOB, 20, None, True, False)]


def test_m12_away_for_no_time_keeps_the_touch_of_who_was_not_the_first() -> None:
    desk = assigned(0).owner(20, ALICE, BOB).call(25, BOB).owner(30, BOB, OLGA).owner(30, OLGA, BOB)

    assert [touched for *_, touched in spans(desk)] == [False, True]


def test_m12_passed_on_at_once_is_the_last_ones() -> None:
    desk = assigned(0).owner(30, ALICE, BOB).owner(30, BOB, OLGA)

    assert spans(desk) == [(ALICE, 0, 30, True, False), (OLGA, 30, None, True, False)]


def test_m12_who_gets_the_person_after_the_first_touch_owes_nothing_though_it_closes_later() -> None:
    desk = assigned(0).call(10).owner(30, ALICE, BOB).status(60, "Assigned", "Nurture", BOB)

    assert [(holder, owes) for holder, _, _, owes, _ in spans(desk)] == [(ALICE, True), (BOB, False)]


def test_m12_who_gets_the_person_at_the_first_touch_owes_and_gave_it() -> None:
    desk = assigned(0).owner(10, ALICE, BOB).call(10, BOB)

    assert [(holder, owes) for holder, _, _, owes, _ in spans(desk)] == [(ALICE, True), (BOB, True)]


def test_k13_a_mass_transfer_owes_an_answer_only_where_there_was_none() -> None:
    """Alice leaves; all of hers go to Bob."""
    untouched = spans(assigned(0).owner(30, ALICE, BOB))
    touched = spans(assigned(0).call(10).owner(30, ALICE, BOB))

    assert [(holder, owes) for holder, _, _, owes, _ in untouched] == [(ALICE, True), (BOB, True)]
    assert [(holder, owes) for holder, _, _, owes, _ in touched] == [(ALICE, True), (BOB, False)]
