"""What an answer of Salesforce's that is no success means for who reads: decided once, here."""

from __future__ import annotations

import json

import requests

from sync.salesforce.http import OrganisationError, Told, told_by


class Unwell(OrganisationError):
    """Salesforce, or something in between, cannot answer at this moment. A repetition may help."""


class Hung(OrganisationError):
    """The server took the call and does not answer, or so slowly that it never ends. No repetition now."""


class Refused(OrganisationError):
    """Salesforce understood, and said no."""


class ObjectHidden(Refused):
    """The organisation lacks the object or hides it from our user."""


class FieldVanished(Refused):
    """A field that was described is not there any more."""


class QueryTooLong(Refused):
    """The query ran into Salesforce's time limit. A shorter window may not."""


class NotByBulk(Refused):
    """Bulk does not know the object, or gives no more results today. REST may."""


class TooManyIds(Refused):
    """More deletions than one answer holds."""


class CallsSpent(Refused):
    """Salesforce answers no more calls now. Repeating only makes it worse."""


_PASSING = frozenset({"SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", "UNABLE_TO_LOCK_ROW"})
_PASSING_STATUS = frozenset({408, 420, 429, 500, 502, 503, 504})
_MEANS: dict[str, type[Refused]] = {
    "INVALID_FIELD": FieldVanished,
    "INVALID_TYPE": ObjectHidden,
    "QUERY_TIMEOUT": QueryTooLong,
    "OPERATION_TOO_LARGE": QueryTooLong,
    "REQUEST_LIMIT_EXCEEDED": CallsSpent,
    "EXCEEDED_ID_LIMIT": TooManyIds,
    "INVALIDENTITY": NotByBulk,
    "FEATURENOTENABLED": NotByBulk,
    "API_ERROR": NotByBulk,
    "EXCEEDED_QUOTA": NotByBulk,
}


def outcome_of(status: int, body: bytes) -> OrganisationError:
    """The error that an answer without success is."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return meaning_of(status, told_by(status, said))


def meaning_of(status: int, told: Told) -> OrganisationError:
    """The error that what an answer tells is."""
    sentence = f"Salesforce refused: {told.sentence}"
    if told.code in _MEANS:
        return _MEANS[told.code](sentence)
    if told.code in _PASSING or status in _PASSING_STATUS:
        return Unwell(sentence)
    if status == requests.codes.not_found:
        return ObjectHidden(sentence)
    return Refused(sentence)


def ended_job(state: str, message: str, job_id: str) -> OrganisationError:
    """The error that a Bulk job without a result is; never a result without rows."""
    sentence = f"Salesforce's Bulk job {job_id} ended as {state}: {message or 'no reason told'}"
    if "QUERY_TIMEOUT" in message:
        return QueryTooLong(sentence)
    return NotByBulk(sentence) if state == "Failed" else Refused(sentence)
