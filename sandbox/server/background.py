"""Work that goes on after its request is answered: one piece after another, in one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from queue import SimpleQueue

_log = logging.getLogger(__name__)


class Line:
    """What waits, and the thread that works it off. Pieces that take long ask `is_stopping` now and then."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_stopping(self) -> bool:
        """Whether the piece in hand is to be given up."""
        return self._stopping.is_set()

    def put(self, piece: Callable[[], None]) -> None:
        """Lets a piece wait for its turn."""
        self._waiting.put(piece)

    def start(self, at_end: Callable[[], None]) -> None:
        """Begins to work; `at_end` is the last thing the thread does."""

        def work() -> None:
            while (piece := self._waiting.get()) is not None:
                if not self.is_stopping:
                    _attempt(piece)
            at_end()

        self._thread = threading.Thread(target=work, name="bulk-jobs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread when the piece in hand has noticed. What waits is left."""
        self._stopping.set()
        self._waiting.put(None)
        if self._thread is not None:
            self._thread.join()


def _attempt(piece: Callable[[], None]) -> None:
    """One piece that fails must not end the thread that works off all."""
    try:
        piece()
    except Exception:  # noqa: BLE001 -- whatever it is, the jobs after it have their turn
        _log.exception("a bulk job failed in an unforeseen way")
