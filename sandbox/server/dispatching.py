"""Requests inside requests: the same handlers, without HTTP in between."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.responses import Response
from starlette.routing import compile_path

from sandbox.org.errors import ApiError, not_found
from sandbox.server import versions
from sandbox.server.answers import Call, Endpoint, refused

_ALLOWED = ("sobjects", "query", "queryAll", "composite/sobjects")


@dataclass(frozen=True, slots=True)
class Inner:
    """One request inside another: `url` is a path with its query, `body` any JSON value or None."""

    method: str
    url: str
    body: object
    headers: Mapping[str, str]


class Dispatch:
    """Finds the handler of an inner request and asks it. `endpoints` are by path of the whole API."""

    def __init__(self, endpoints: Mapping[str, Endpoint]) -> None:
        self._endpoints = [(compile_path(path)[0], endpoint) for path, endpoint in endpoints.items()]

    def answered(self, outer: Call, inner: Inner) -> Response:
        """The answer, refusals too."""
        try:
            return self._answered(outer, inner)
        except ApiError as error:
            return refused(error)

    def _answered(self, outer: Call, inner: Inner) -> Response:
        raw_path, _, query = inner.url.partition("?")
        path = unquote(raw_path).rstrip("/")
        for pattern, endpoint in self._endpoints:
            match = pattern.match(path)
            if match is None:
                continue
            found = match.groupdict()
            version = found.pop("version", "")
            versions.check(version)
            rest = path.partition(f"/v{version}/")[2]
            if not any(rest == name or rest.startswith(f"{name}/") for name in _ALLOWED):
                raise ApiError(
                    400, "INVALID_INPUT", f"this resource cannot be part of a composite request: {path}"
                )
            call = replace(
                outer,
                version=version,
                path=found,
                query=dict(parse_qsl(query, keep_blank_values=True)),
                headers={
                    **_kept(outer.headers),
                    **{name.lower(): text for name, text in inner.headers.items()},
                },
                body=b"" if inner.body is None else json.dumps(inner.body).encode(),
            )
            return endpoint.answered(inner.method.upper(), call)
        raise not_found()


def body_of(response: Response) -> Any:
    """The JSON of an answer; None where it has none."""
    return json.loads(bytes(response.body)) if response.body else None


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers of the outer request that hold for all within; conditions are each request's own."""
    return {name.lower(): text for name, text in headers.items() if name.lower().startswith("sforce-")}
