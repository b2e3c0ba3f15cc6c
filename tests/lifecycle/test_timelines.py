"""The corpus of awkward timelines: each file says what must come out, in whatever order its facts arrive."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lifecycle.timeline_files import Timeline, paths, wrong

PATHS = paths()


@pytest.mark.parametrize("path", PATHS, ids=[path.stem for path in PATHS])
def test_timeline(path: Path) -> None:
    timeline = Timeline(path)

    for view in timeline.told["then"]:
        for seed in (None, 1, 2, 3):
            persons = timeline.persons(view, seed=seed)
            expected = view.get("persons", [view])
            assert len(persons) == len(expected), f"{len(persons)} persons"
            for told, person in zip(expected, persons, strict=True):
                assert list(wrong(told, person)) == [], f"view {view}, order {seed}"


def test_the_corpus_is_there() -> None:
    assert len(PATHS) >= 60
