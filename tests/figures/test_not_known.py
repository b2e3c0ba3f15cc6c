"""What the independent SQL does not know, it refuses, rather than differ or agree by chance."""

from __future__ import annotations

import json

import pytest

from leadmodel.settings_store import enter
from sync.models import Seen
from tests.figures.chance import NOW, START
from tests.figures.independent_sql import NotKnown, tell
from tests.lifecycle.desk import BY_PIPELINE

pytestmark = pytest.mark.django_db
PLAIN = {"stages": {"assigned": ["Assigned"]}}


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"qualified": BY_PIPELINE}, "told by opportunities"),
        ({"response": {"hours": "business"}}, "in business hours"),
        ({"touches": {"automated_users": ["Tool"], "acts_for": {"Tool": "Alice"}}}, "acts for a rep"),
        ({"assignment": {"outbound_pull": True}, "teams": {"source": "manager"}}, "teams are not roles"),
    ],
)
def test_settings_beyond_it(sections: dict[str, object], sentence: str) -> None:
    enter(json.dumps(PLAIN | sections))

    with pytest.raises(NotKnown, match=sentence):
        tell(START, NOW, now=NOW)


def test_changes_seen_between_two_reads() -> None:
    enter(json.dumps(PLAIN))
    Seen.objects.create(
        record_id="00Q000000000001AAA", object_name="Lead", field="Status", since=START, at=NOW
    )

    with pytest.raises(NotKnown, match="between two reads"):
        tell(START, NOW, now=NOW)
