"""Answers in Salesforce's JSON, and handlers that know nothing of HTTP beyond a request's parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.org.errors import ApiError, not_found
from sandbox.org.org import Org
from sandbox.org.schema import SObject
from sandbox.server.faults import USUAL, Effect

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One request: who asks, in which version of the API, with what."""

    user_id: str
    version: str
    """As in the path, e.g. `62.0`; empty outside the versioned API."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    origin: str
    """Scheme, host and port the client used."""
    effect: Effect = USUAL
    """What a fault asks to go wrong."""

    @property
    def base(self) -> str:
        """The path of the API in the version asked for."""
        return f"/services/data/v{self.version}"

    def json(self) -> dict[str, Any]:
        """The body as a JSON object. Raises ApiError JSON_PARSER_ERROR."""
        try:
            told = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            place = (
                f" at [line:{error.lineno}, column:{error.colno}]"
                if isinstance(error, json.JSONDecodeError)
                else ""
            )
            raise ApiError(400, "JSON_PARSER_ERROR", f"The request body is not valid JSON{place}") from error
        if not isinstance(told, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "The request body must be one JSON object")
        return told


Handler = Callable[[Call], Response]


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "surrogatepass"), status, headers=headers, media_type=JSON_TYPE)


def refused(error: ApiError) -> Response:
    """The error's answer."""
    return answer(error.body(), error.status)


def object_in(call: Call, org: Org) -> SObject:
    """The object the path names. One that is not there is a resource that is not there: NOT_FOUND."""
    one = org.store.visible_schema.get(call.path["object"])
    if one is None:
        raise not_found()
    return one


def nothing() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204)


def _origin(request: Request) -> str:
    """From the header as it is: not every host a client may write makes an address that could be taken apart."""
    server = "{}:{}".format(*request.scope["server"])
    return f"{request.scope['scheme']}://{request.headers.get('host', server)}"


class Endpoint:
    """One path's handlers by HTTP method; they run in a thread, so they may wait for the file."""

    def __init__(self, **handlers: Handler) -> None:
        self._handlers = handlers
        self._allowed = ", ".join(sorted({"HEAD", *handlers} if "GET" in handlers else handlers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        response = await self._response(Request(scope, receive))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        call = Call(
            request.scope.get("user_id", ""),
            request.scope.get("api_version", ""),
            request.path_params,
            request.query_params,
            request.headers,
            await request.body(),
            _origin(request),
            request.scope.get("effect", USUAL),
        )
        return await run_in_threadpool(self.answered, request.method, call)

    def answered(self, method: str, call: Call) -> Response:
        """The answer to a request, in the thread at hand; refusals too."""
        handler = self._handlers.get("GET" if method == "HEAD" else method)
        if handler is None:
            message = f"HTTP Method '{method}' not allowed. Allowed are {self._allowed}"
            return refused(ApiError(405, "METHOD_NOT_ALLOWED", message))
        try:
            return handler(call)
        except ApiError as error:
            return refused(error)
