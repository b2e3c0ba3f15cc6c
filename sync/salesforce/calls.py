"""One call to the organisation: the session renewed, the answer bounded in time, repeated where that may help."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Any, TypeVar

import requests
from django.conf import settings

from sync.quota import CallsReserved, Usage, usage_told
from sync.salesforce.access import Access, Session
from sync.salesforce.http import as_requests_sees_it, http_session, spoken_errors
from sync.salesforce.outcomes import Hung, Unwell, outcome_of

if TYPE_CHECKING:  # loaded where it is needed: see spoken_errors
    from simple_salesforce.api import Salesforce

API_VERSION = "62.0"
CONNECT_S = 10.0
TRIES = 4
SLOWEST_BYTES_S = 50.0
"""A server that sends less than this for as long as we wait is taken for hung."""
_CHUNK = 1 << 20
_GONE_ON_THE_WAY = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
T = TypeVar("T")


class _Expired(Exception):
    """The session is not taken any more."""


class Calls:
    """Calls in one user's name. Not for two threads at once.

    `stop_at` is the share of the day's calls, in percent, from which on none is made. `random` jitters the pauses
    before repetitions, so that processes that failed together do not come back together.
    """

    def __init__(self, access: Access, *, stop_at: int, random: Random | None = None) -> None:
        self._access = access
        self._http = http_session()
        self._http.hooks["response"].append(self._heard)
        self._random = random or SystemRandom()
        self._stop_at = stop_at
        self.call_count = 0
        self.usage: Usage | None = None
        self._signed_in = access.session()
        self.salesforce = self._with(self._signed_in)

    def _with(self, session: Session) -> Salesforce:
        from simple_salesforce.api import Salesforce  # noqa: PLC0415

        return Salesforce(
            session_id=session.access_token,
            instance_url=session.instance_url,
            session=self._http,
            version=API_VERSION,
        )

    def _heard(self, answer: requests.Response, *_: object, **__: object) -> None:
        """Every answer tells how many calls are used up."""
        self.usage = usage_told(answer.headers.get("Sforce-Limit-Info", "")) or self.usage

    # -- what others ask with the library ---------------------------------------------------------

    def renewing(self, call: Callable[[], T]) -> T:
        """Do a call of simple-salesforce's; once more with a new session if the old one expired, and never else."""
        from simple_salesforce.exceptions import SalesforceExpiredSession  # noqa: PLC0415

        self._admit()
        with spoken_errors(self._access.url):
            try:
                return call()
            except SalesforceExpiredSession:
                self._renew()
                return call()

    # -- what reading asks ------------------------------------------------------------------------

    def json(
        self,
        path: str,
        *,
        method: str = "GET",
        params: Mapping[str, str | int] | None = None,
        body: object = None,
    ) -> Any:
        """The answer to a call that may be repeated, understood as JSON. Raises OrganisationError."""

        def understand(answer: requests.Response) -> Any:
            text = b"".join(self._body(answer))
            try:
                # a number as it was written: by REST and by Bulk it must be the same text
                return json.loads(text, parse_float=str)
            except ValueError as error:
                raise Unwell(
                    f"Salesforce at {self._access.url} answered in a form that is not its own; check whether a proxy"
                    " stands in between. Nothing was changed; the next read tries again."
                ) from error

        return self._repeated(lambda: self._ask(understand, method, path, params or {}, body))

    def stream(
        self,
        path: str,
        params: Mapping[str, str | int],
        take: Callable[[Mapping[str, str], Iterator[bytes]], T],
    ) -> T:
        """What `take` makes of an answer's headers and its body as it comes; begun anew when that breaks off."""
        return self._repeated(
            lambda: self._ask(
                lambda answer: take(answer.headers, self._body(answer)), "GET", path, params, None
            )
        )

    def wait(self, seconds: float) -> None:
        """Let time pass before a repetition or a question about a job."""
        time.sleep(seconds)

    def _repeated(self, attempt: Callable[[], T]) -> T:
        with spoken_errors(self._access.url):
            for tried in range(TRIES):
                try:
                    return attempt()
                except (Unwell, *_GONE_ON_THE_WAY) as error:
                    is_hopeless = isinstance(error, (requests.exceptions.SSLError, requests.Timeout))
                    if is_hopeless or tried + 1 == TRIES:
                        raise
                    self.wait(self._random.uniform(0.5, 1.5) * settings.SALESFORCE_RETRY_SECONDS * 2**tried)
            raise AssertionError("the last try returns or raises")

    def _ask(
        self,
        understand: Callable[[requests.Response], T],
        method: str,
        path: str,
        params: Mapping[str, str | int],
        body: object,
    ) -> T:
        try:
            return self._once(understand, method, path, params, body)
        except _Expired:
            self._renew()
        try:
            return self._once(understand, method, path, params, body)
        except _Expired as error:
            raise Unwell("Salesforce does not take the session that it has just opened.") from error

    def _once(
        self,
        understand: Callable[[requests.Response], T],
        method: str,
        path: str,
        params: Mapping[str, str | int],
        body: object,
    ) -> T:
        self._admit()
        with (
            as_requests_sees_it(),
            self._http.request(
                method,
                self.salesforce.base_url + path,
                params=params,
                data=None if body is None else json.dumps(body),
                headers=self.salesforce.headers,
                timeout=(CONNECT_S, settings.SALESFORCE_PATIENCE_SECONDS),
                stream=True,
            ) as answer,
        ):
            if answer.status_code == requests.codes.unauthorized:
                raise _Expired
            if not answer.ok:
                raise outcome_of(answer.status_code, b"".join(self._body(answer)))
            return understand(answer)

    def _body(self, answer: requests.Response) -> Iterator[bytes]:
        """The body as it comes. A server that only drips is given up like one that does not answer."""
        patience: float = settings.SALESFORCE_PATIENCE_SECONDS
        began, arrived = time.monotonic(), 0
        while chunk := answer.raw.read1(_CHUNK, decode_content=True):
            yield chunk
            arrived += len(chunk)
            if time.monotonic() - began > patience:
                if arrived < SLOWEST_BYTES_S * patience:
                    raise Hung(
                        f"Salesforce at {self._access.url} sends its answer so slowly that it would never end."
                        " Nothing was changed; the next read tries again."
                    )
                began, arrived = time.monotonic(), 0

    def _admit(self) -> None:
        """Count a call, unless the rest of the day's calls is kept for others."""
        if self.usage is not None and self.usage.percent >= self._stop_at:
            raise CallsReserved(self.usage, self._stop_at)
        self.call_count += 1

    def _renew(self) -> None:
        self._signed_in = self._access.renewed(self._signed_in)
        self.salesforce = self._with(self._signed_in)
