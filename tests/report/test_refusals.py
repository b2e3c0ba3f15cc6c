"""What `manage.py report` does not understand, it refuses in one sentence that says what to write instead."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

DAY = ("--from", "2026-03-02", "--to", "2026-03-03")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--from", "1.10.2011", "--to", "2011-12-01"), "“1.10.2011” is no date; write it like 2011-10-01"),
        (("--from", "2011-02-30", "--to", "2011-12-01"), "“2011-02-30” is no date"),
        (("--from", "2011-12-01", "--to", "2011-10-01"), "--to 2011-10-01 is not after --from 2011-12-01"),
        ((*DAY, "--as-of", "noon"), "“noon” is no instant; write it like 2011-11-15T12:00:00Z"),
        ((*DAY, "--known-by", "2011-11-15T12:00:00"), "has no zone; write it like 2011-11-15T12:00:00Z"),
        ((*DAY, "--tz", "Mars/Olympus"), "“Mars/Olympus” is no time zone; write one like Europe/Berlin"),
        ((*DAY, "--by", "mood"), "mood"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(words: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("report", *words)

    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)
