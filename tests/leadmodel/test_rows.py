"""How derived values are written for COPY: instants are as they were, whatever their zone and fraction."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from leadmodel.rows import written

ZONES = st.sampled_from([UTC, ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/New_York")])
BOUNDS = (datetime(1900, 1, 2), datetime(2100, 1, 1))  # noqa: DTZ001 - Hypothesis adds the zone
INSTANTS = st.datetimes(*BOUNDS, timezones=ZONES, allow_imaginary=False)


@given(INSTANTS)
@example(datetime(1975, 10, 26, 1, tzinfo=ZoneInfo("America/New_York")))
def test_an_instant_is_written_as_it_is(at: datetime) -> None:
    # in UTC: an hour that comes twice equals none of another zone, so Python has it
    assert datetime.fromisoformat(written(at)) == at.astimezone(UTC)


def test_it_is_written_as_iso_8601_writes_it() -> None:
    at = datetime(2026, 3, 2, 9, 5, 7, tzinfo=UTC)
    assert written(at) == "2026-03-02T09:05:07Z"
    assert written(at + timedelta(microseconds=40)) == "2026-03-02T09:05:07.000040Z"
    assert written(None) == ""
