"""Faults on request: the next answers fail in a chosen way, once or some times."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from sandbox.org.errors import ApiError

_KINDS = ("status", "cut_at")
_STANDARD = {
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Either an error answer of this `status`, or an answer whose body breaks off after `cut_at` bytes.

    It meets only requests whose path contains `path`.
    """

    status: int | None = None
    cut_at: int | None = None
    path: str = ""
    code: str = ""
    message: str = ""

    def error(self) -> ApiError:
        """The error answer this fault gives."""
        assert self.status is not None
        code, message = _STANDARD.get(self.status, ("UNKNOWN_EXCEPTION", "A fault was asked for."))
        return ApiError(self.status, self.code or code, self.message or message)


@dataclass(slots=True)
class Faults:
    """The faults that wait, each with how often it still strikes."""

    _waiting: list[tuple[Fault, int]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, fault: Fault, times: int) -> None:
        """Lets a fault strike so many times."""
        with self._lock:
            self._waiting.append((fault, times))

    def clear(self) -> None:
        """No fault waits any more."""
        with self._lock:
            self._waiting.clear()

    def take(self, path: str) -> Fault | None:
        """The first fault that meets this path; it is used up by one."""
        with self._lock:
            for place, (fault, times) in enumerate(self._waiting):
                if fault.path in path:
                    self._waiting[place : place + 1] = [(fault, times - 1)] if times > 1 else []
                    return fault
        return None

    def waiting(self) -> list[dict[str, object]]:
        """The faults that have not struck as often as they shall."""
        with self._lock:
            return [
                {"status": fault.status, "cut_at": fault.cut_at, "path": fault.path, "times": times}
                for fault, times in self._waiting
            ]


def fault_of(told: dict[str, object]) -> tuple[Fault, int]:
    """A fault and its number of times from a control request. Raises ApiError."""
    times = told.get("times", 1)
    if not isinstance(times, int) or times < 1:
        raise ApiError(400, "INVALID_FAULT", "times must be a whole number from 1")
    if sum(told.get(kind) is not None for kind in _KINDS) != 1:
        raise ApiError(400, "INVALID_FAULT", f"a fault has exactly one of {', '.join(_KINDS)}")
    known = {"status": int, "cut_at": int, "path": str, "code": str, "message": str}
    for name, value in told.items():
        if name != "times" and (
            name not in known or (value is not None and not isinstance(value, known[name]))
        ):
            raise ApiError(400, "INVALID_FAULT", f"a fault has no {name} of this kind: {value!r}")
    return Fault(**{name: value for name, value in told.items() if name != "times"}), times  # type: ignore[arg-type]
