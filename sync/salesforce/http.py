"""Sockets to Salesforce, all with time-outs, and its failures as sentences for a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import requests
import urllib3
from django.conf import settings
from requests.adapters import HTTPAdapter

TIMEOUT_S = (10.0, 120.0)
"""Connect and read time-outs of every socket."""


class OrganisationError(Exception):
    """The organisation cannot be used as asked. The text is a sentence for a person."""


class _Timeouts(HTTPAdapter):
    """Gives every request a time-out: neither requests nor simple-salesforce has one by default."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT_S
        return super().send(request, *args, **kwargs)


class _Straight(requests.Session):
    """Goes nowhere but where it was sent: a redirect could lead our token to another host."""

    def get_redirect_target(self, resp: requests.Response) -> None:
        """No answer's Location is followed; it stands as the answer, which no call takes for success."""
        del resp


def http_session() -> requests.Session:
    """A session whose every request has time-outs, and which trusts the authority the settings name."""
    session = _Straight()
    session.trust_env = not settings.SALESFORCE_ALLOW_LOCAL
    for scheme in ("https://", "http://"):
        session.mount(scheme, _Timeouts())
    if settings.SALESFORCE_CA_FILE:
        session.verify = settings.SALESFORCE_CA_FILE
    return session


@contextmanager
def spoken_errors(url: str) -> Iterator[None]:
    """Turn what can go wrong in a call to the organisation at `url` into an OrganisationError."""
    # the library brings one for XML and is a sixth of what starting takes: only who talks to Salesforce waits for it
    from simple_salesforce.exceptions import SalesforceError  # noqa: PLC0415

    try:
        yield
    except requests.exceptions.SSLError as error:
        raise OrganisationError(
            f"Salesforce at {url} shows a certificate nobody we trust vouches for; check the address, or name"
            " the authority in SALESFORCE_CA_FILE."
        ) from error
    except requests.exceptions.JSONDecodeError as error:
        raise OrganisationError(
            f"Salesforce at {url} answered in a form that is not its own; check whether a proxy stands in"
            " between. Nothing was changed; the next read tries again."
        ) from error
    except requests.RequestException as error:
        raise OrganisationError(
            f"Salesforce at {url} does not answer ({type(error).__name__}); check the address and the"
            " network. Nothing was changed; the next read tries again."
        ) from error
    except SalesforceError as error:
        raise OrganisationError(
            f"Salesforce refused: {told_by(error.status, error.content).sentence}"
        ) from error


class Told(NamedTuple):
    """What an answer says went wrong: its error code, empty without one, and a sentence for a person."""

    code: str
    sentence: str


def told_by(status: int, said: object) -> Told:
    """What an answer of no success says; `said` is its body as JSON, or anything else where it is none."""
    if isinstance(said, list) and said and isinstance(said[0], dict):
        code = str(said[0].get("errorCode") or "")
        return Told(code, f"{code}: {said[0].get('message')}")
    if isinstance(said, dict) and "error" in said:
        return Told(str(said["error"]), f"{said['error']}: {said.get('error_description', '')}")
    return Told("", f"HTTP {status}")


def told(answer: requests.Response) -> str:
    """What an answer says went wrong, in its own words; HTML and bodies without a message give the status."""
    try:
        said = answer.json()
    except ValueError:
        said = None
    return told_by(answer.status_code, said).sentence


@contextmanager
def as_requests_sees_it() -> Iterator[None]:
    """What breaks while we read a body ourselves, as the errors that requests has for it."""
    try:
        yield
    except urllib3.exceptions.ReadTimeoutError as error:
        raise requests.ReadTimeout(error) from error
    except urllib3.exceptions.DecodeError as error:
        raise requests.exceptions.ContentDecodingError(error) from error
    except urllib3.exceptions.HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(error) from error
