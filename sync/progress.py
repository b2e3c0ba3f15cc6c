"""What a read under way tells of itself, committed now and then for whoever watches."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.control import Paused, is_paused
from sync.models import ObjectState

Told = Callable[[str, int, int | None], None]
"""Progress: object, rows so far, rows expected (None: unknown)."""
_EVERY_S = 1.0


@dataclass
class Progress:
    """The progress of one object's read. `told` hears of every step, the database of one a second."""

    name: str
    told: Told | None = None
    _next: float = field(default=0.0)

    def heard(self, rows: int, expected: int | None) -> None:
        """So many rows of so many are here. Raises Paused when somebody wants us to stop."""
        if self.told is not None:
            self.told(self.name, rows, expected)
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_S
        ObjectState.objects.filter(pk=self.name).update(rows_arrived=rows, rows_expected=expected)
        if is_paused():
            raise Paused
