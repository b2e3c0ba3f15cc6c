"""What every request passes first: size, version, session and limits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.org.errors import ApiError
from sandbox.org.viewer import seen_by
from sandbox.server import versions
from sandbox.server.answers import refused
from sandbox.server.doors import PATHS
from sandbox.server.limits import Limits
from sandbox.server.tokens import Tokens, bearer

CONTROL = "/__sandbox__"

_MOST_URI_BYTES = 16_384
_VERSIONED = re.compile(r"/services/data/v([^/]*)(/.*)?")


@dataclass(frozen=True, slots=True)
class Gate:
    """Wraps the application. Requests that pass carry `user_id` and `api_version` in their scope."""

    app: ASGIApp
    tokens: Tokens
    limits: Limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lets a request pass, or answers it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"].rstrip("/") or "/"
        scope = {**scope, "path": path, "raw_path": scope["raw_path"].rstrip(b"/") or b"/"}
        try:
            if len(scope["raw_path"]) + len(scope["query_string"]) > _MOST_URI_BYTES:
                raise ApiError(414, "URI_TOO_LONG", "The request URI is longer than 16,384 bytes")
            match = _VERSIONED.fullmatch(path)
            if match is not None:
                versions.check(match[1])
                scope["api_version"] = match[1]
            if path != "/services/data" and not path.startswith(PATHS):
                scope["user_id"] = await self._user(scope)
        except ApiError as error:
            await refused(error)(scope, receive, send)
            return
        if match is not None:
            await self._counted(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _user(self, scope: Scope) -> str:
        token = bearer(Headers(scope=scope))
        session = await run_in_threadpool(self.tokens.session, token) if token else None
        if session is None:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if not session.may_call:
            raise ApiError(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")
        return session.user_id

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A call of the versioned API: it uses up the limits, sees what its user sees, and tells how much is used."""
        admission = await run_in_threadpool(self.limits.admit)
        header = (b"sforce-limit-info", admission.told.encode())

        async def telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], header]
            await send(message)

        if admission.refusal is not None:
            await refused(admission.refusal)(scope, receive, telling)
            return
        with self.limits.running(), seen_by(scope["user_id"]):
            await self.app(scope, receive, telling)
