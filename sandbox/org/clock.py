"""The organisation's clock: real time, real time moved by an offset, or stopped at an instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sandbox.org.instants import from_text, normal_instant, to_text
from sandbox.org.store import Store

_SETTING = "clock"


class Clock:
    """Kept in the store's settings, so it is the same after a restart and for every program that opens the file."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> datetime:
        """What the clock shows, in UTC."""
        kept = self._store.setting(_SETTING, {})
        if "fixed" in kept:
            return from_text(kept["fixed"])
        return datetime.now(UTC) + timedelta(seconds=kept.get("offset_seconds", 0.0))

    def fix(self, at: datetime) -> None:
        """Stops the clock at an instant."""
        self._store.set_setting(_SETTING, {"fixed": normal_instant(to_text(at))})

    def offset(self, by: timedelta) -> None:
        """Lets the clock run, this far from real time."""
        self._store.set_setting(_SETTING, {"offset_seconds": by.total_seconds()})

    def run(self) -> None:
        """Back to real time."""
        self._store.set_setting(_SETTING, {})

    def told(self) -> dict[str, object]:
        """How the clock is set, and what it shows."""
        return {**self._store.setting(_SETTING, {}), "now": to_text(self.now())}
