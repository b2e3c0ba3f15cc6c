"""A cycle counts in a figure by its explanation exactly where the figure's list counts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from leadmodel.models import Cycle, Exclusion
from leadmodel.story import read_story
from metrics.behind import behind
from metrics.definitions import BY_NAME, FIGURES
from metrics.membership import Membership, Place, read_membership
from metrics.query import derived
from metrics.selection import Selection
from sandbox import company
from sandbox.org.store import Store
from tests.figures.people import owner_of_exceptions
from tests.figures.world import MIDNIGHT, bring_in

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LONG = timedelta(days=4000)
MODEL = Path(company.__file__).with_name("model.yaml")
PLACES = {True: Place.COUNTED, False: Place.AMONG}

Places = dict[tuple[str, int, str], Place]
"""Person, number of the cycle and figure → where it stands."""


def listed(as_of: datetime | None = None) -> Places:
    """What the figures' lists say."""
    selection = Selection(NOW - LONG, NOW + LONG, now=NOW, as_of=as_of)
    with derived(selection) as state:
        return {
            (row.person_id, row.number, figure.name): PLACES[row.is_member]
            for figure in FIGURES
            for row in behind(selection, figure, limit=10_000, state=state).rows
        }


def explained(person_ids: list[str], as_of: datetime | None = None) -> tuple[Places, list[Membership]]:
    """What the explanations say, and all of them."""
    places: Places = {}
    memberships = []
    for person_id in person_ids:
        story = read_story(person_id, as_of=as_of)
        if story is None:
            continue
        for one in read_membership(story, as_of=as_of, now=NOW):
            memberships.append(one)
            for standing in one.standings:
                if standing.place is not Place.OUT and not one.is_left_out:
                    places[story.person.person_id, one.number, standing.figure.name] = standing.place
    return places, memberships


@pytest.mark.django_db
def test_every_cycle_of_the_example_company_counts_where_its_explanation_says(tmp_path: Path) -> None:
    store = Store.create(tmp_path / "org.db")
    company.build(store, leads=500, seed=7, now=NOW)
    store.finish_bulk()
    store.close()
    bring_in(tmp_path / "org.db", MODEL, tmp_path, now=NOW)
    ids = sorted(set(Cycle.objects.values_list("person_id", flat=True)))
    Exclusion.objects.create(
        record_id=ids[0],
        starts_at=NOW - LONG,
        expires_at=NOW + LONG,
        reason="Under a legal hold",
        owner=owner_of_exceptions(),
    )

    for as_of, some in ((None, ids[:200]), (NOW - timedelta(days=100, hours=3), ids[:40])):
        places, memberships = explained(some, as_of)
        wanted = {key: place for key, place in listed(as_of).items() if key[0] in some}

        assert places == wanted
        assert len(places) > 400
        assert [
            (one.number, standing.figure.name)
            for one in memberships
            for standing in one.standings
            if (standing.place is Place.COUNTED) == bool(standing.why)
        ] == [], "what is not counted says why, and nothing else"
        assert any(one.is_left_out for one in memberships)


@pytest.mark.usefixtures("desk")
def test_why_not_is_told_in_words() -> None:
    told = []
    for person_id in Cycle.objects.values_list("person_id", flat=True).distinct():
        story = read_story(person_id)
        assert story is not None
        told += [
            {standing.figure.name: standing.why for standing in one.standings}
            for one in read_membership(story, as_of=None, now=MIDNIGHT)
        ]

    assert {one["response_median_s"] for one in told} >= {"", "outbound", "no touch yet"}
    assert {one["sla_attainment"] for one in told} >= {"", "outbound", "answered past the target"}
    assert all(set(one) == set(BY_NAME) for one in told)
