"""The root of a version: where its resources are."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.identity import identity_url

_NAMES = ("sobjects", "query", "queryAll", "limits", "jobs")


@dataclass(frozen=True, slots=True)
class Resources:
    """Handler of a version's root."""

    org: Org

    def listed(self, call: Call) -> Response:
        """GET of a version's root."""
        paths = {name: f"{call.base}/{name}" for name in _NAMES}
        return answer({**paths, "identity": identity_url(call, self.org, call.user_id)})
