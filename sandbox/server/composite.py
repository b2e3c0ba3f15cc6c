"""Several requests in one: `composite`, whose parts may use each other's answers, and `composite/batch`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from sandbox.org.errors import ApiError
from sandbox.org.org import Org
from sandbox.server.answers import Call, answer
from sandbox.server.dispatching import Dispatch, Inner, body_of
from sandbox.server.writing import objects_list

MOST = 25
_REFERENCE = re.compile(r"@\{([A-Za-z]\w*)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_ID = re.compile(r"[A-Za-z]\w*")
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."
_HALTED = "Batch processing halted per request"


class _RollBack(Exception):
    """A part of an all-or-none request failed."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One part of a composite request, its references not yet resolved."""

    reference_id: str
    method: str
    url: str
    body: object
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Composite:
    """Handlers of `composite` and `composite/batch`."""

    org: Org
    dispatch: Dispatch

    def run(self, call: Call) -> Response:
        """POST composite."""
        told = call.json()
        parts = _parts(told)
        if told.get("allOrNone", False) is not True:
            return answer({"compositeResponse": self._all(call, parts)})
        results: list[dict[str, Any]] = []
        try:
            with self.org.store.transaction():
                results = self._all(call, parts)
                if any(result["httpStatusCode"] >= 400 for result in results):
                    raise _RollBack
        except _RollBack:
            results = [
                result if result["httpStatusCode"] >= 400 else _halted(result["referenceId"], _ROLLED_BACK)
                for result in results
            ]
        return answer({"compositeResponse": results})

    def batch(self, call: Call) -> Response:
        """POST composite/batch: each part by itself, in order."""
        told = call.json()
        requests = objects_list(told, "batchRequests")
        _refuse_too_many(len(requests))
        halts = told.get("haltOnError", False) is True
        results: list[dict[str, Any]] = []
        for request in requests:
            if halts and any(result["statusCode"] >= 400 for result in results):
                error = {"errorCode": "BATCH_PROCESSING_HALTED", "message": _HALTED}
                results.append({"statusCode": 412, "result": [error]})
                continue
            method, url = request.get("method"), request.get("url")
            if not isinstance(method, str) or not isinstance(url, str):
                raise ApiError(400, "JSON_PARSER_ERROR", "every request needs a method and a url")
            path = url if url.startswith("/services/") else f"/services/data/{url.lstrip('/')}"
            done = self.dispatch.answered(call, Inner(method, path, request.get("richInput"), {}))
            results.append({"statusCode": done.status_code, "result": body_of(done)})
        has_errors = any(result["statusCode"] >= 400 for result in results)
        return answer({"hasErrors": has_errors, "results": results})

    def _all(self, call: Call, parts: list[_Part]) -> list[dict[str, Any]]:
        answers: dict[str, Any] = {}
        results = []
        for part in parts:
            result = self._one(call, part, answers)
            if result["httpStatusCode"] < 400:
                answers[part.reference_id] = result["body"]
            results.append(result)
        return results

    def _one(self, call: Call, part: _Part, answers: Mapping[str, Any]) -> dict[str, Any]:
        try:
            inner = Inner(
                part.method,
                str(_resolved(part.url, answers)),
                _resolved(part.body, answers),
                {name: str(_resolved(text, answers)) for name, text in part.headers.items()},
            )
        except _NoValue as missing:
            return _halted(part.reference_id, str(missing))
        done = self.dispatch.answered(call, inner)
        headers = {"Location": done.headers["Location"]} if "Location" in done.headers else {}
        return {
            "body": body_of(done),
            "httpHeaders": headers,
            "httpStatusCode": done.status_code,
            "referenceId": part.reference_id,
        }


class _NoValue(Exception):
    """A reference leads to nothing; the message is Salesforce's."""


def _parts(told: Mapping[str, Any]) -> list[_Part]:
    requests = objects_list(told, "compositeRequest")
    _refuse_too_many(len(requests))
    parts: list[_Part] = []
    for request in requests:
        reference_id, method, url = (request.get(name) for name in ("referenceId", "method", "url"))
        if not isinstance(reference_id, str) or not _ID.fullmatch(reference_id):
            raise ApiError(
                400, "JSON_PARSER_ERROR", "every request needs a referenceId of letters and digits"
            )
        if reference_id in {part.reference_id for part in parts}:
            raise ApiError(
                400, "INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {reference_id}"
            )
        headers = request.get("httpHeaders", {})
        if not isinstance(method, str) or not isinstance(url, str) or not isinstance(headers, dict):
            raise ApiError(400, "JSON_PARSER_ERROR", "every request needs a method and a url")
        parts.append(_Part(reference_id, method, url, request.get("body"), headers))
    return parts


def _refuse_too_many(count: int) -> None:
    if count > MOST:
        raise ApiError(
            400, "LIMIT_EXCEEDED", f"The number of subrequests exceeds the limit: {count} of at most {MOST}"
        )


def _resolved(told: object, answers: Mapping[str, Any]) -> object:
    """A JSON value with every `@{part.field}` in its texts replaced by that field of the part's answer."""
    if isinstance(told, str):
        whole = _REFERENCE.fullmatch(told)
        if whole is not None:
            return _value(whole, answers)
        return _REFERENCE.sub(lambda match: str(_value(match, answers)), told)
    if isinstance(told, list):
        return [_resolved(one, answers) for one in told]
    if isinstance(told, dict):
        return {name: _resolved(one, answers) for name, one in told.items()}
    return told


def _value(match: re.Match[str], answers: Mapping[str, Any]) -> object:
    name, path = match.groups()
    value = answers.get(name)
    for field, place in _STEP.findall(path):
        if field and isinstance(value, dict):
            value = value.get(field)
        elif place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        else:
            value = None
    if value is None:
        raise _NoValue(f"Invalid reference specified. No value for {name}{path} found in {name}")
    return value


def _halted(reference_id: str, message: str) -> dict[str, Any]:
    error = {"errorCode": "PROCESSING_HALTED", "message": message}
    return {"body": [error], "httpHeaders": {}, "httpStatusCode": 400, "referenceId": reference_id}
