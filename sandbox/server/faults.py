"""Faults on request: which answers go wrong, in which way, and how often."""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any

from sandbox.org.errors import ApiError

_STANDARD: dict[int, tuple[str, str]] = {
    400: ("UNKNOWN_EXCEPTION", "A fault was asked for."),
    401: ("INVALID_SESSION_ID", "Session expired or invalid"),
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    500: ("UNKNOWN_EXCEPTION", "An unexpected error occurred."),
    503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable."),
}
_KNOWN: dict[str, tuple[int, str]] = {
    "INVALID_SESSION_ID": (401, "Session expired or invalid"),
    "INVALID_QUERY_LOCATOR": (400, "invalid query locator"),
    "QUERY_TIMEOUT": (400, "Your query request was running for too long."),
    "REQUEST_LIMIT_EXCEEDED": (403, "TotalRequests Limit exceeded."),
    "SERVER_UNAVAILABLE": (503, "The server is temporarily unavailable."),
    "UNABLE_TO_LOCK_ROW": (400, "unable to obtain exclusive access to this record"),
    "INVALIDENTITY": (400, "Entity is not supported by the Bulk API."),
}


@dataclass(frozen=True, slots=True)
class Effect:
    """What goes wrong with one request; None and False are what goes as usual."""

    status: int | None = None
    """An error answer of this HTTP status."""
    code: str | None = None
    """The error answer's errorCode; alone it has the status that Salesforce gives it."""
    message: str | None = None
    html: bool = False
    """The error answer is a page for people, as a load balancer sends it."""
    cut_at: int | None = None
    """The connection breaks after so many bytes of the body, compressed where the client takes that."""
    silent: bool = False
    """No answer at all, until the client leaves or the faults are cleared."""
    stall_at: int | None = None
    """The answer stops after so many bytes, until the client leaves or the faults are cleared."""
    byte_seconds: float | None = None
    """The answer comes byte by byte, one in so many real seconds."""
    page_rows: int | None = None
    """A page has at most so many rows; more follow."""
    shuffle: int | None = None
    """The rows of a page stand in another order; the number is the seed."""
    lose_rows: int | None = None
    """So many rows at the end of a page are missing, and nothing tells of it."""
    count_by: int | None = None
    """Every declared count (totalSize, Sforce-NumberOfRecords, numberRecordsProcessed) is off by this."""
    repeat_page: bool = False
    """A page that is not the first has the rows of the page before it."""
    timeout_over: int | None = None
    """A query that finds more rows than this one is given up: QUERY_TIMEOUT."""
    job_ends: str | None = None
    """A bulk job made by this request ends so: `Failed` or `Aborted`."""
    lock_share: float | None = None
    """This share of rows, from 0 to 1, cannot be written at this moment: UNABLE_TO_LOCK_ROW."""
    seed: int = 0
    """Which rows are locked."""

    def refusal(self) -> ApiError | None:
        """The error answer this effect gives, if it is one."""
        if self.status is None and self.code is None:
            return None
        status, message = _KNOWN.get(self.code or "", (400, "A fault was asked for."))
        code = self.code
        if self.status is not None:
            status = self.status
        if code is None:
            code, message = _STANDARD.get(status, ("UNKNOWN_EXCEPTION", "A fault was asked for."))
        return ApiError(status, code, self.message or message)

    def merged(self, other: Effect) -> Effect:
        """Both effects at once; where they say different things, this one's."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name)) != one.default}
        return replace(other, **said)


USUAL = Effect()
_KINDS = (
    "cut_at", "silent", "stall_at", "byte_seconds", "page_rows", "shuffle", "lose_rows", "count_by", "repeat_page",
    "timeout_over", "job_ends", "lock_share",
)  # fmt: skip
_TYPES: dict[str, type | tuple[type, ...]] = {
    "status": int, "code": str, "message": str, "html": bool, "cut_at": int, "silent": bool, "stall_at": int,
    "byte_seconds": (int, float), "page_rows": int, "shuffle": int, "lose_rows": int, "count_by": int,
    "repeat_page": bool, "timeout_over": int, "job_ends": str, "lock_share": (int, float), "seed": int,
    "path": str, "method": str, "object": str, "from_call": int,
}  # fmt: skip
_PLACE = ("path", "method", "object", "from_call")


@dataclass(frozen=True, slots=True)
class Request:
    """What faults choose requests by. `objects` are in lower case."""

    method: str
    path: str
    objects: frozenset[str]


@dataclass(slots=True)
class Fault:
    """An effect, the requests it meets, and how often it still strikes (None: until the faults are cleared)."""

    effect: Effect
    path: str
    method: str
    about: str
    """The object it is about; empty for any."""
    passing: int
    """How many requests that it would meet it still lets pass."""
    times: int | None
    told: Mapping[str, object]

    def meets(self, request: Request) -> bool:
        """Whether it is about this request."""
        return (
            self.path in request.path
            and self.method in ("", request.method)
            and (not self.about or self.about.lower() in request.objects)
        )


@dataclass(slots=True)
class Faults:
    """The faults that wait."""

    _waiting: list[Fault] = field(default_factory=list)
    _tried: Counter[tuple[int, str]] = field(default_factory=Counter)
    _held: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    cleared: int = 0
    """How often the faults were cleared."""

    def add(self, fault: Fault) -> None:
        """Lets a fault wait for its requests."""
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """No fault waits any more, and answers that were held back go on."""
        with self._lock:
            self._waiting.clear()
            self._tried.clear()
            self.cleared += 1
            held, self._held = self._held, []
        for loop, event in held:
            loop.call_soon_threadsafe(event.set)

    @property
    def is_any(self) -> bool:
        """Whether a fault waits at all."""
        return bool(self._waiting)

    @property
    def asks_for_objects(self) -> bool:
        """Whether a fault waits that chooses requests by object."""
        return any(fault.about for fault in tuple(self._waiting))

    def take(self, request: Request) -> Effect:
        """What goes wrong with this request: of each kind the first fault that meets it, used up by one."""
        effect = USUAL
        with self._lock:
            for fault in [fault for fault in self._waiting if fault.meets(request)]:
                if _clash(effect, fault.effect):
                    continue
                if fault.passing:
                    fault.passing -= 1
                    continue
                effect = effect.merged(fault.effect)
                if fault.times is not None:
                    fault.times -= 1
            self._waiting = [fault for fault in self._waiting if fault.times != 0]
        return effect

    def waiting(self) -> list[dict[str, object]]:
        """The faults that have not struck as often as they shall."""
        with self._lock:
            return [{**fault.told, "times": fault.times} for fault in self._waiting]

    async def until_cleared(self, since: int) -> None:
        """Waits until the faults are cleared once more than `since`."""
        event = asyncio.Event()
        with self._lock:
            if self.cleared != since:
                return
            self._held.append((asyncio.get_running_loop(), event))
        await event.wait()

    def refuse_locked(self, effect: Effect, row: str) -> None:
        """Raises UNABLE_TO_LOCK_ROW for the share of rows that cannot be written now.

        `row` names the row. Each try is decided anew, from the seed, so that a row is free in the end.
        """
        if effect.lock_share is None:
            return
        with self._lock:
            self._tried[effect.seed, row] += 1
            tried = self._tried[effect.seed, row]
        if Random(f"{effect.seed}/{row}/{tried}").random() < effect.lock_share:
            raise ApiError(400, "UNABLE_TO_LOCK_ROW", _KNOWN["UNABLE_TO_LOCK_ROW"][1], [])


def _clash(one: Effect, other: Effect) -> bool:
    """Whether both are of one kind."""
    return any(
        getattr(one, kind) != getattr(USUAL, kind) and getattr(other, kind) != getattr(USUAL, kind)
        for kind in (*_KINDS, "status", "code")
    )


def fault_of(told: dict[str, object]) -> Fault:
    """A fault from a control request. Raises ApiError."""
    times = told.get("times", 1)
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise ApiError(400, "INVALID_FAULT", "times must be a whole number from 1, or null for always")
    told = {name: value for name, value in told.items() if name != "times"}
    for name, value in told.items():
        known = _TYPES.get(name)
        if known is None or not isinstance(value, known) or (isinstance(value, bool) and known is not bool):
            raise ApiError(400, "INVALID_FAULT", f"a fault has no {name} of this kind: {value!r}")
    checked: dict[str, Any] = {name: value for name, value in told.items() if name not in _PLACE}
    effect = Effect(**checked)
    kinds = [kind for kind in _KINDS if kind in told]
    if effect.refusal() is not None:
        kinds.append("status")
    if len(kinds) != 1:
        raise ApiError(400, "INVALID_FAULT", f"a fault has exactly one of status, code, {', '.join(_KINDS)}")
    _refuse_senseless(effect)
    from_call = told.get("from_call", 1)
    if not isinstance(from_call, int) or from_call < 1:
        raise ApiError(400, "INVALID_FAULT", "from_call must be a whole number from 1")
    return Fault(
        effect,
        path=str(told.get("path", "")),
        method=str(told.get("method", "")).upper(),
        about=str(told.get("object", "")),
        passing=from_call - 1,
        times=times,
        told=told,
    )


def _refuse_senseless(effect: Effect) -> None:
    if effect.status is not None and not 400 <= effect.status <= 599:
        raise ApiError(400, "INVALID_FAULT", "status must be an HTTP status from 400 to 599")
    if effect.job_ends not in (None, "Failed", "Aborted"):
        raise ApiError(400, "INVALID_FAULT", "job_ends must be Failed or Aborted")
    if effect.page_rows is not None and effect.page_rows < 1:
        raise ApiError(400, "INVALID_FAULT", "page_rows must be a whole number from 1")
    for name in ("cut_at", "stall_at", "byte_seconds", "lose_rows", "timeout_over"):
        if (getattr(effect, name) or 0) < 0:
            raise ApiError(400, "INVALID_FAULT", f"{name} must not be below 0")
    if not 0 <= (effect.lock_share or 0) <= 1:
        raise ApiError(400, "INVALID_FAULT", "lock_share must be from 0 to 1")
