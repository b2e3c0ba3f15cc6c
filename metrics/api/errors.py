"""Every refusal in one shape: where, what is wrong, what to do instead."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from base.address import WrongAddress
from leadmodel.actions import NotPossible
from metrics.api.throttling import too_many_refused


@dataclass(frozen=True)
class Wrong:
    """One thing that is wrong.

    `where`, like `query.from`, `body.how` or `header.Idempotency-Key`; `what` in a sentence; what to do `instead`,
    empty where the sentence says it.
    """

    where: str
    what: str
    instead: str = ""


class Refused(exceptions.APIException):
    """The request cannot be answered."""

    def __init__(self, *wrongs: Wrong, status: int = 400) -> None:
        super().__init__()
        self.wrongs = wrongs
        self.status_code = status


_KNOWN: Sequence[tuple[type[Exception], Wrong]] = (
    (
        exceptions.NotAuthenticated,
        Wrong(
            "header.Authorization",
            "Nobody is logged in.",
            "Send “Authorization: Bearer ” and a token of yours; make one on the page API tokens.",
        ),
    ),
    (exceptions.MethodNotAllowed, Wrong("method", "This address has no such method.", "See the header Allow.")),
    (exceptions.NotAcceptable, Wrong("header.Accept", "Answers are JSON.", "Accept application/json.")),
    (exceptions.UnsupportedMediaType, Wrong("header.Content-Type", "The body's type is not read here.",
                                            "Send the one that the schema names.")),
    (SuspiciousOperation, Wrong("query", "The address cannot be read.", "Send fewer parameters.")),
)  # fmt: skip

_OURS: Mapping[type[Exception], tuple[str, int]] = {
    WrongAddress: ("query", 400),
    NotPossible: ("body", 422),
    Http404: ("request", 404),
}
"""Errors of the app, whose text is the sentence."""


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The answer to an error; None where it is a fault of ours. Django REST framework's EXCEPTION_HANDLER."""
    wrongs, status = _read(error)
    if not wrongs:
        return None
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    wait = too_many_refused(context["request"]) if status == 401 else _wait(error)
    if wait:
        wrongs, status, headers = [_too_many(wait)], 429, {"Retry-After": str(wait)}
    return Response({"errors": [asdict(wrong) for wrong in wrongs]}, status=status, headers=headers)


def _wait(error: Exception) -> int:
    """For how many seconds there were too many requests; 0 where that is not what is wrong."""
    # the stubs do not know the attribute
    return math.ceil(getattr(error, "wait", None) or 0) if isinstance(error, exceptions.Throttled) else 0


def _too_many(wait: int) -> Wrong:
    seconds = "a second" if wait == 1 else f"{wait} seconds"
    return Wrong(
        "request",
        "There were too many requests.",
        f"Wait {seconds}, as the header Retry-After says, and ask again.",
    )


def _read(error: Exception) -> tuple[Sequence[Wrong], int]:
    """What is wrong, and the status it has."""
    if isinstance(error, Refused):
        return error.wrongs, error.status_code
    for kind, wrong in _KNOWN:
        if isinstance(error, kind):
            return [wrong], error.status_code if isinstance(error, exceptions.APIException) else 400
    if isinstance(error, exceptions.APIException):
        # the framework's own words: a log-in without CSRF token, a body that breaks off
        return [Wrong("request", str(error.detail))], error.status_code
    for kind, (where, status) in _OURS.items():
        if isinstance(error, kind):
            return [Wrong(where, str(error) or "There is nothing here.")], status
    return [], 500
