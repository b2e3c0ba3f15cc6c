"""M3: the state as it was, and as it was known."""

from __future__ import annotations

from leadmodel.lifecycle.cited import Fact
from leadmodel.lifecycle.facts import Change, Response, Tracked
from leadmodel.lifecycle.learned import Between, learned
from leadmodel.lifecycle.stages import Handling, Stage
from tests.lifecycle.desk import ALICE, BOB, CONTACT, DAY, LEAD, OTHER, ROUTER, Desk, assigned, at, minutes


def test_as_of_uses_what_had_happened() -> None:
    desk = assigned(0).call(60).status(120, "Assigned", "Qualified")

    assert desk.person(as_of=30).stage is Stage.ASSIGNED
    assert desk.person(as_of=60).stage is Stage.WORKING
    assert desk.person(as_of=119).stage is Stage.WORKING
    assert desk.person(as_of=120).stage is Stage.QUALIFIED


def test_nobody_existed_before_the_record_did() -> None:
    assert Desk().record(minute=10).persons(as_of=9) == []


def test_known_by_uses_what_had_been_recorded() -> None:
    """A call made at minute 60 was logged three hours later."""
    desk = assigned(0).call(60, created_at=at(240))

    assert desk.cycle(as_of=120, known_by=120).handling is Handling.UNTOUCHED
    assert desk.cycle(as_of=120, known_by=240).handling is Handling.TOUCHED
    assert minutes(desk.cycle(as_of=120, known_by=240).first_touch_at) == 60


def test_answer_for_a_pair_of_instants_never_changes() -> None:
    desk = assigned(0).call(60)
    before = desk.persons(as_of=90, known_by=90)

    desk.status(120, "Assigned", "Nurture").call(80, created_at=at(3 * DAY)).status(
        4 * DAY, "Nurture", "Assigned"
    )

    assert desk.persons(as_of=90, known_by=90) == before


def test_late_logged_touch_is_seen_once_it_was_logged() -> None:
    desk = assigned(0).status(60, "Assigned", "Nurture").call(65)

    assert desk.cycle(as_of=62).handling is Handling.BYPASSED
    assert desk.cycle(as_of=65).handling is Handling.TOUCHED


def told(desk: Desk, *, since: float, until: float, as_of: float | None = None) -> list[Fact]:
    between = Between(at(since), at(until), at(as_of) if as_of is not None else None)
    return learned(desk.family(), between, rules=desk.settings.touches, directory=desk.directory)


def test_what_was_learned_between_is_told_with_its_cause_each_fact_once() -> None:
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture")
    desk.changes.append(desk.changes[-1])

    facts = told(desk, since=120, until=400)

    assert [(fact.object_name, fact.field) for fact in facts] == [
        ("Task", "CompletedDateTime"),
        ("LeadHistory", Tracked.STATUS),
    ]
    assert facts[1].fact_id == desk.changes[-1].source_id
    assert [(minutes(fact.at), minutes(fact.learned_at), fact.actor) for fact in facts] == [
        (60, 240, ALICE),
        (300, 300, ALICE),
    ]


def test_m02_whatever_salesforce_tells_of_the_person_is_named_with_its_record() -> None:
    """The lead is converted, another one is merged into the contact, and an opportunity gets on."""
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None, created_by=ALICE)
    desk.record(OTHER, 20, owner_id=BOB, deleted_at=at(150), merged_into=CONTACT)
    desk.call(100, is_event=True, completed_at=at(130)).call(120, completed_at=None, is_done=False)
    desk.call(125).reached(5, "Meeting").reached(160, "Pipeline")
    desk.steps += desk.steps
    desk.activities += desk.activities
    desk.changes.append(
        Change(LEAD, Tracked.STATUS, at(170), None, "Assigned", "Qualified", "Seen", "7", since=at(165))
    )

    told_of = [
        (one.object_name, one.fact_id, one.record_id, one.field, minutes(one.at), one.value, one.actor)
        for one in told(desk, since=10, until=400)
    ]

    meeting, to_do, done = (activity.activity_id for activity in desk.activities[:3])
    assert told_of == [
        ("Lead", OTHER, OTHER, "CreatedDate", 20, "New", ROUTER),
        ("Contact", CONTACT, CONTACT, "CreatedDate", 90, None, ALICE),
        ("Lead", LEAD, LEAD, "ConvertedContactId", 90, CONTACT, ALICE),
        ("Event", meeting, LEAD, "CreatedDate", 100, "counted", ALICE),
        ("Task", to_do, LEAD, "CreatedDate", 120, "not_done", ALICE),
        ("Task", done, LEAD, "CompletedDateTime", 125, "counted", ALICE),
        ("Lead", OTHER, OTHER, "MasterRecordId", 150, CONTACT, None),
        ("Opportunity", "006A", LEAD, "StageName", 160, "Pipeline", ALICE),
        ("Lead", LEAD, LEAD, Tracked.STATUS, 170, "Qualified", None),
    ]


def test_m02_a_deletion_is_no_merge_and_whose_record_is_not_the_persons_is_not_told() -> None:
    desk = assigned(0, deleted_at=at(90)).status(30, "New", "Assigned", ALICE, OTHER)
    desk.change(40, Tracked.ASSIGNED_DATE, at(5).isoformat(), None, ALICE, LEAD)
    assert [(one.field, one.value) for one in told(desk, since=10, until=400)] == [
        (Tracked.ASSIGNED_DATE, None)
    ]


def test_as_of_the_first_instant_only_what_was_told_late_is_news() -> None:
    """The call at minute 60 was logged at 240; the disposition at 300 is news, but not late."""
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture")

    assert [fact.object_name for fact in told(desk, since=120, until=400, as_of=120)] == ["Task"]
    assert told(desk, since=120, until=239, as_of=120) == []
    assert told(desk, since=240, until=400, as_of=240) == []


def test_an_assigned_date_set_back_is_a_late_fact_at_the_instant_it_names() -> None:
    desk = assigned(0).change(200, Tracked.ASSIGNED_DATE, None, at(30).isoformat(), ALICE, LEAD)

    (fact,) = told(desk, since=120, until=400, as_of=120)

    assert (fact.field, minutes(fact.at), minutes(fact.learned_at)) == (Tracked.ASSIGNED_DATE, 30, 200)


def test_where_nothing_was_learned_between_both_are_the_same() -> None:
    """What the page of changes rests on: people without a fact told late are derived once for both instants."""
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture").call(310)

    for since in range(0, 400, 10):
        for until in range(since + 10, 420, 10):
            if not told(desk, since=since, until=until, as_of=since):
                before = desk.persons(as_of=since, known_by=since)
                assert desk.persons(as_of=since, known_by=until) == before, (since, until)


def test_m03_known_by_alone_leaves_out_what_was_recorded_later() -> None:
    desk = assigned(0).call(60, created_at=at(240)).status(300, "Assigned", "Nurture")

    assert desk.cycle(known_by=239).handling is Handling.UNTOUCHED
    assert desk.cycle(known_by=240).handling is Handling.TOUCHED
    assert desk.person(known_by=299).stage is Stage.WORKING
    assert desk.persons(known_by=-1) == []


def test_m03_a_conversion_is_none_before_it_happened() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None)

    assert desk.person(as_of=89).stage is Stage.ASSIGNED
    assert desk.person(as_of=90).stage is Stage.QUALIFIED


def test_m03_what_a_record_answered_that_did_not_exist_yet_is_nobodys() -> None:
    desk = assigned(0, converted_to=CONTACT, converted_at=at(90), converted_by=ALICE)
    desk.record(CONTACT, 90, owner_id=ALICE, status=None).responses.append(Response(CONTACT, "701A", at(95)))

    assert desk.person(as_of=80).stage is Stage.ASSIGNED
