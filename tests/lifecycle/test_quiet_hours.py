"""Quiet hours on the wall clock: over midnight, none at all, and through the nights that are longer or shorter."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from leadmodel.lifecycle.telling import Channel, Channels, Telling, Topic, is_in_the_digest, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT, NOON = (time(20), time(7)), (time(12), time(13))


@pytest.mark.parametrize(
    ("quiet", "at", "until"),
    [
        (NIGHT, "2025-03-03T18:59Z", None),
        (NIGHT, "2025-03-03T19:00Z", "2025-03-04T06:00Z"),
        (NIGHT, "2025-03-04T05:59Z", "2025-03-04T06:00Z"),
        (NIGHT, "2025-03-04T06:00Z", None),
        (NOON, "2025-03-03T10:59Z", None),
        (NOON, "2025-03-03T11:00Z", "2025-03-03T12:00Z"),
        (NOON, "2025-03-03T11:30Z", "2025-03-03T12:00Z"),
        (NOON, "2025-03-03T12:00Z", None),
        ((time(8), time(8)), "2025-03-03T07:00Z", None),
        # the shorter night of spring, and the longer one of autumn
        (NIGHT, "2025-03-29T22:00Z", "2025-03-30T05:00Z"),
        (NIGHT, "2025-10-25T20:00Z", "2025-10-26T06:00Z"),
        # they end at an hour that comes twice, or never
        ((time(20), time(2, 30)), "2025-10-25T23:00Z", "2025-10-26T00:30Z"),
        ((time(20), time(2, 30)), "2025-10-26T01:00Z", "2025-10-26T01:30Z"),
        ((time(20), time(2, 30)), "2025-03-30T00:30Z", "2025-03-30T01:30Z"),
    ],
)
def test_when_quiet_hours_end(quiet: tuple[time, time], at: str, until: str | None) -> None:
    expected = datetime.fromisoformat(until).astimezone(UTC) if until else None
    assert quiet_until(quiet, BERLIN, datetime.fromisoformat(at)) == expected


def test_who_is_told_how_unless_they_choose() -> None:
    telling = Telling(topics={Topic.ABANDONED: Channels(mail=())})
    assert telling.channels(Topic.RESPONSE).has(Channel.MAIL, "manager")
    assert not telling.channels(Topic.RESPONSE).has(Channel.MAIL, "rep")
    assert not telling.channels(Topic.ABANDONED).has(Channel.MAIL, "manager")
    assert not telling.channels(Topic.RESPONSE).has(Channel.SLACK, "ops")


def test_quiet_hours_are_read_off_the_clock() -> None:
    assert Telling(quiet_from="20:15", quiet_until="06:45").quiet == (time(20, 15), time(6, 45))


def test_only_who_was_given_up_is_told_in_the_mail_of_the_morning() -> None:
    told = [(topic, channel) for topic in Topic for channel in Channel if is_in_the_digest(topic, channel)]
    assert told == [(Topic.ABANDONED, Channel.MAIL)]


def test_a_time_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="“25:00” is no time of day; write one like '07:30'"):
        Telling(quiet_from="25:00")
