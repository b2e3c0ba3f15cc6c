"""Mode 12: values that programs have stumbled over arrive as they are, by REST and by Bulk the same."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sandbox.org.schema import Field
from sync.fields import want
from tests.sandbox.test_values import CASES, FIELDS
from tests.sync.likeness import failing
from tests.sync.world import World, forget_marks, marks, row, state, versions

CUSTOM: Mapping[str, Field] = {field.name: field for field in FIELDS}


@pytest.fixture
def corpus(world: World) -> dict[str, str]:
    """A lead for each case, by its name; none of them was read."""
    for field in FIELDS:
        world.org.store.add_field("Lead", field)
    want(("Lead", name) for name in CUSTOM)
    return {case: world.lead(case, **{name: value}) for case, (name, value) in CASES.items()}


def read(world: World, leads: Mapping[str, str]) -> dict[str, object]:
    assert failing() == {}
    return {case: row("sync_lead", leads[case])[f"x_{CASES[case][0].lower()}"] for case in CASES}


@pytest.mark.parametrize("way", ["REST", "Bulk"])
def test_each_value_as_it_is(
    world: World, corpus: dict[str, str], request: pytest.FixtureRequest, way: str
) -> None:
    if way == "Bulk":
        request.getfixturevalue("by_bulk")
    world.pull()
    for case, mirrored in read(world, corpus).items():
        name, sent = CASES[case]
        if isinstance(sent, float):
            assert float(str(mirrored)) == sent, case
        elif CUSTOM[name].type == "datetime":
            assert mirrored == sent.replace("+0000", "Z"), case
        else:
            assert mirrored == str(sent).replace("\0", "\ufffd"), case
    assert state("Lead").replaced_nuls == 1


def test_by_either_way_the_same_so_that_reading_again_is_no_change(
    world: World, corpus: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pull()
    first, before = read(world, corpus), versions(["sync_lead"])
    forget_marks()
    monkeypatch.setattr("sync.reading.BULK_FROM_ROWS", -1)
    world.pass_time(minutes=1)

    changed = world.pull(full=True)["Lead"].changed_count

    assert read(world, corpus) == first
    assert changed == 0
    assert versions(["sync_lead"]) == before
    assert marks() == set()
