"""Controls of the sandbox itself, under `/__sandbox__/`: what no client of Salesforce can do, and tests must."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.instants import BadInstant, from_text, normal_instant
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer, nothing
from sandbox.server.faults import Faults, fault_of


@dataclass(frozen=True, slots=True)
class Control:
    """Handlers of the paths under `/__sandbox__/`."""

    org: Org
    faults: Faults

    def clock(self, _call: Call) -> Response:
        """GET clock."""
        return answer(self.org.clock.told())

    def set_clock(self, call: Call) -> Response:
        """PUT clock: `{"fixed": instant}`, `{"offset_seconds": n}`, or `{}` for real time."""
        told = call.json()
        if "fixed" in told:
            try:
                self.org.clock.fix(from_text(normal_instant(str(told["fixed"]))))
            except BadInstant as error:
                raise ApiError(
                    400, "INVALID_CLOCK", f"fixed must be an instant, not {told['fixed']}"
                ) from error
        elif "offset_seconds" in told:
            if not isinstance(told["offset_seconds"], int | float):
                raise ApiError(400, "INVALID_CLOCK", "offset_seconds must be a number")
            self.org.clock.offset(timedelta(seconds=told["offset_seconds"]))
        else:
            self.org.clock.run()
        return answer(self.org.clock.told())

    def list_faults(self, _call: Call) -> Response:
        """GET faults."""
        return answer(self.faults.waiting())

    def add_fault(self, call: Call) -> Response:
        """POST faults: `{"status": 503, "times": 3}`, `{"cut_at": 1000, "path": "/query"}` and their like."""
        self.faults.add(fault_of(call.json()))
        return answer(self.faults.waiting(), 201)

    def clear_faults(self, _call: Call) -> Response:
        """DELETE faults."""
        self.faults.clear()
        return nothing()
