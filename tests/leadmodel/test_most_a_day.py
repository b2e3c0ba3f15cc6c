"""M15, R067: how many of a day's most are taken: by what was decided, and by what went to Salesforce."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from base.models import Effect
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import ABANDON, REASSIGN
from leadmodel.most_a_day import decisions, writes
from tests.lifecycle.desk import model

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "decided", "ended", "is_decision", "is_write"),
    [
        ("dry", 1, 1, True, False),
        ("dry", 25, 25, False, False),
        ("done", 1, 1, True, True),
        ("done", 99, 1, True, True),
        ("done", 99, 25, False, False),
        ("ready", 1, None, True, True),
        ("ready", 99, None, False, True),
        ("leased", 99, None, False, True),
        ("cancelled", 1, 1, False, False),
    ],
)
def test_what_takes_one_of_them(
    state: str, decided: float, ended: float | None, *, is_decision: bool, is_write: bool
) -> None:
    settings: ModelSettings = model(auto_abandon={"most_a_day": 1}, reassignment={"most_a_day": 1})
    Effect.objects.create(
        key="one", kind=ABANDON, payload={}, state=state, due_at=NOW,
        created_at=NOW - decided * HOUR, ended_at=None if ended is None else NOW - ended * HOUR,
    )  # fmt: skip
    assert decisions(ABANDON, settings, now=NOW).left == (0 if is_decision else 1)
    cap = writes(ABANDON, settings, now=NOW)
    assert cap is not None
    assert cap.left == (0 if is_write else 1)
    assert decisions(REASSIGN, settings, now=NOW).left == 1, "another kind"


def test_of_what_people_do_there_is_no_most() -> None:
    assert writes("salesforce.task.touch", model(), now=NOW) is None
