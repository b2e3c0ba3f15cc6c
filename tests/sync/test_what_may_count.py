"""What a rebuild reads of activities is all that can count: nothing that answers or is answered is left unread."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leadmodel.activities import inbound_like
from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.derive import derive
from leadmodel.lifecycle.settings import Touches
from leadmodel.rebuild import read_model
from leadmodel.settings_store import enter
from leadmodel.timeline import families
from tests.sync.world import World

MODEL = """
stages: {raw: [New], assigned: [Assigned], working: [Working], qualified: [Qualified], nurture: [Nurture]}
touches: {automated_users: [Tool], inbound_subjects: ["Reply: *"], automatic_subjects: ["Auto: *"]}
"""


def both_ways() -> tuple[list[list[Person]], list[list[Person]]]:
    """Everybody from all activities and from those that may count, without what only a story tells."""
    model = read_model()
    told = []
    with connection.cursor() as wrapped:
        wrapped.cursor.execute("SELECT id FROM sync_lead ORDER BY id")
        ids = [row[0] for row in wrapped.cursor.fetchall()]
        for may_count_by in (None, model.directory):
            found = families(wrapped.cursor, ids, model.columns, model.settings, may_count_by=may_count_by)
            told.append(
                [
                    derive(family, settings=model.settings, directory=model.directory, with_loose=False)
                    for family in found
                ]
            )
    return told[0], told[1]


def test_a_machines_mail_is_read_where_it_was_answered_and_only_there(world: World) -> None:
    enter(MODEL)
    answered, booked, ignored = (world.lead(name, Status="Assigned") for name in ("A", "B", "C"))
    world.pass_time(minutes=1)
    for lead in (answered, booked, ignored):
        world.call(lead, owner="Tool", Subject="Welcome")
    world.pass_time(minutes=4)
    world.call(answered, owner="Tool", Subject="reply: yes")
    start = world.now + timedelta(days=1)
    world.org.create(
        "Event",
        {
            "WhoId": booked,
            "Subject": "Demo",
            "OwnerId": world.user("Tool"),
            "StartDateTime": start.isoformat(),
            "ActivityDateTime": start.isoformat(),
            "DurationInMinutes": 30,
        },
        user_id=world.user("Tool"),
    )
    world.call(ignored, owner="Alice", Subject="Auto: nothing", Status="Not Started")
    world.sync()

    from_all, from_what_may_count = both_ways()

    assert from_what_may_count == from_all
    touches = {person.person_id: sum(c.touch_count for c in person.cycles) for (person,) in from_all}
    assert touches == {answered: 1, booked: 1, ignored: 0}


TEXTS = st.text(st.sampled_from("iİıIkKKsſSaÄä_%\\* \n?xß"), max_size=8)


@pytest.mark.django_db
@given(pattern=TEXTS, subject=TEXTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_database_finds_at_least_what_the_pattern_means(pattern: str, subject: str) -> None:
    rules = Touches(inbound_subjects=(pattern,))
    if rules.kind_of_subject(subject) != "inbound":
        subject = re.sub(r"[*?]", "x", pattern)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s LIKE ANY(%s)", [subject, [inbound_like(pattern)]])
        assert rules.kind_of_subject(subject) != "inbound" or cursor.fetchone() == (True,)
