"""The organisation, through simple-salesforce: sign in, describe, query by REST and by Bulk 2.0."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from sync.salesforce.spool import ShortRead, Spool

API_VERSION = "62.0"
TIMEOUT_S = (10.0, 120.0)
"""Connect and read time-outs of every socket."""
BULK_PAGE_ROWS = 250_000
BULK_PATIENCE_S = 3600.0
_CHUNK = 1 << 20
T = TypeVar("T")


class OrganisationError(Exception):
    """The organisation cannot be used as asked. The text is a sentence for a person."""


class ObjectHidden(OrganisationError):
    """The organisation lacks the object or hides it from our user."""


class _Timeouts(HTTPAdapter):
    """Gives every request a time-out: neither requests nor simple-salesforce has one by default."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = TIMEOUT_S
        return super().send(request, *args, **kwargs)


def connect() -> Organisation:
    """Sign in to the organisation the settings name (client credentials).

    Raises OrganisationError with what to do when it is not configured, not allowed, or does not answer.
    """
    url = settings.SALESFORCE_URL.rstrip("/")
    if not url:
        raise OrganisationError(
            "No Salesforce organisation is configured: set SALESFORCE_URL, SALESFORCE_CLIENT_ID and"
            " SALESFORCE_CLIENT_SECRET, or start `make demo`, which brings one."
        )
    _refuse_strangers(url)
    return Organisation(url, settings.SALESFORCE_CLIENT_ID, settings.SALESFORCE_CLIENT_SECRET)


def _refuse_strangers(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_salesforce = parts.scheme == "https" and host.endswith((".salesforce.com", ".force.com"))
    if not is_salesforce and not settings.SALESFORCE_ALLOW_LOCAL:
        raise OrganisationError(
            f"SALESFORCE_URL names {host or url}, which is no Salesforce host; write https://<name>.my.salesforce.com."
            " For a sandbox organisation on this machine set SALESFORCE_ALLOW_LOCAL=1."
        )


class Organisation:
    """A signed-in connection. Renews its session when it expires."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self._url, self._id, self._secret = url, client_id, client_secret
        self._session = requests.Session()
        self._session.trust_env = not settings.SALESFORCE_ALLOW_LOCAL
        self._session.mount("https://", _Timeouts())
        if settings.SALESFORCE_CA_FILE:
            self._session.verify = settings.SALESFORCE_CA_FILE
        self.call_count = 0
        self.salesforce = self._sign_in()

    def _sign_in(self) -> Salesforce:
        with self._spoken_errors():
            answer = self._session.post(
                f"{self._url}/services/oauth2/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": self._id,
                    "client_secret": self._secret,
                },
            )
        if answer.status_code >= requests.codes.server_error:
            raise OrganisationError(
                f"Salesforce at {self._url} is not well (HTTP {answer.status_code}). Nothing was changed; the next read"
                " tries again."
            )
        if answer.status_code != requests.codes.ok:
            raise OrganisationError(
                f"Salesforce at {self._url} refused to sign us in ({_told(answer)}); check SALESFORCE_CLIENT_ID and"
                " SALESFORCE_CLIENT_SECRET, and that the app allows the client credentials flow."
            )
        try:
            token = answer.json()
            access_token, instance_url = token["access_token"], token["instance_url"]
        except (ValueError, TypeError, KeyError) as error:
            raise OrganisationError(
                f"{self._url} is not Salesforce, by its answer to our signing in; check SALESFORCE_URL, and whether a"
                " proxy stands in between."
            ) from error
        return Salesforce(
            session_id=access_token,
            instance_url=instance_url,
            session=self._session,
            version=API_VERSION,
        )

    @contextmanager
    def _spoken_errors(self) -> Iterator[None]:
        try:
            yield
        except requests.exceptions.SSLError as error:
            raise OrganisationError(
                f"Salesforce at {self._url} shows a certificate nobody we trust vouches for; check the address, or name"
                " the authority in SALESFORCE_CA_FILE."
            ) from error
        except requests.exceptions.JSONDecodeError as error:
            raise OrganisationError(
                f"Salesforce at {self._url} answered in a form that is not its own; check whether a proxy stands in"
                " between. Nothing was changed; the next read tries again."
            ) from error
        except requests.RequestException as error:
            raise OrganisationError(
                f"Salesforce at {self._url} does not answer ({type(error).__name__}); check the address and the"
                " network. Nothing was changed; the next read tries again."
            ) from error
        except SalesforceError as error:
            raise OrganisationError(f"Salesforce refused: {_sentence(error)}") from error

    def _renewing(self, call: Callable[[], T]) -> T:
        """Do a call; once more with a new session if the old one expired."""
        self.call_count += 1
        with self._spoken_errors():
            try:
                return call()
            except SalesforceExpiredSession:
                self.salesforce = self._sign_in()
                return call()

    def _json(self, path: str, **kwargs: Any) -> Any:
        return self._renewing(lambda: self.salesforce.restful(path, **kwargs))

    # -- describe ---------------------------------------------------------------------------------

    def describe(self, name: str) -> dict[str, str]:
        """API name → type of the fields our user may read. Raises ObjectHidden."""
        try:
            described = self._json(f"sobjects/{name}/describe")
        except OrganisationError as error:
            cause = error.__cause__
            if isinstance(cause, SalesforceError) and cause.status == requests.codes.not_found:
                raise ObjectHidden(
                    f"{name} is absent from this organisation, or hidden from our user."
                ) from error
            raise
        if not described.get("queryable", True):
            raise ObjectHidden(f"{name} cannot be queried by our user.")
        return {field["name"]: field["type"] for field in described["fields"]}

    # -- query ------------------------------------------------------------------------------------

    def count(self, soql_from: str) -> int:
        """The number of rows, deleted ones too, of `FROM … WHERE …`."""
        answer = self._json("queryAll", params={"q": f"SELECT COUNT() {soql_from}"})
        return int(answer["totalSize"])

    def read_rest(self, soql: str, header: Sequence[str], types: Mapping[str, str], spool: Spool) -> None:
        """Query by REST, deleted rows included, into the spool. Raises ShortRead when pages are missing.

        `header` are the fields asked for, `types` what `describe` says of them.
        """
        page = self._json("queryAll", params={"q": soql})
        declared = int(page["totalSize"])
        while True:
            if page["records"] or not spool.pages:
                spool.add_rows(header, page["records"], types)
            if page["done"]:
                break
            following = str(page["nextRecordsUrl"])
            page = self._json(following.partition(f"/v{API_VERSION}/")[2])
        if spool.row_count != declared:
            raise ShortRead("REST query", declared, spool.row_count)

    def read_bulk(self, soql: str, spool: Spool, *, told: Callable[[int], None] | None = None) -> None:
        """Query by Bulk 2.0, deleted rows included, into the spool. Raises ShortRead when rows are missing.

        `told` hears the number of rows after each page.
        """
        body = json.dumps({"operation": "queryAll", "query": soql})
        job = self._json("jobs/query", method="POST", data=body)
        declared = self._wait_for(job["id"])
        locator = ""
        while True:
            rows, locator = self._bulk_page(job["id"], locator, spool)
            spool.row_count += rows
            if told is not None:
                told(spool.row_count)
            if locator in ("", "null"):
                break
        if spool.row_count != declared:
            raise ShortRead("Bulk query", declared, spool.row_count)

    def _wait_for(self, job_id: str) -> int:
        started, pause = time.monotonic(), 0.05
        while time.monotonic() - started < BULK_PATIENCE_S:
            job = self._json(f"jobs/query/{job_id}")
            told = job.get("errorMessage") or "no reason told"
            if job["state"] == "JobComplete":
                return int(job["numberRecordsProcessed"])
            if job["state"] in ("Failed", "Aborted"):
                raise OrganisationError(f"Salesforce's Bulk job {job_id} ended as {job['state']}: {told}")
            time.sleep(pause)
            pause = min(pause * 1.5, 10.0)
        raise OrganisationError(
            f"Salesforce's Bulk job {job_id} did not end within {BULK_PATIENCE_S / 60:.0f} minutes."
        )

    def _bulk_page(self, job_id: str, locator: str, spool: Spool) -> tuple[int, str]:
        params: dict[str, str | int] = {"maxRecords": BULK_PAGE_ROWS}
        if locator:
            params["locator"] = locator

        def get() -> tuple[int, str]:
            with self._session.get(
                f"{self.salesforce.base_url}jobs/query/{job_id}/results",
                params=params,
                headers={
                    **self.salesforce.headers,
                    "Accept": "text/csv",
                    "Content-Type": "application/json",
                },
                stream=True,
            ) as answer:
                if answer.status_code == requests.codes.unauthorized:
                    raise SalesforceExpiredSession(
                        answer.url, answer.status_code, "Bulk result", answer.content
                    )
                if answer.status_code != requests.codes.ok:
                    raise OrganisationError(
                        f"Salesforce refused a page of Bulk job {job_id} ({_told(answer)})."
                    )
                declared = answer.headers.get("Sforce-NumberOfRecords", "")
                if not declared.isdigit():
                    raise OrganisationError(
                        f"A page of Bulk job {job_id} does not tell how many rows it has; check whether a proxy stands"
                        " in between."
                    )
                spool.add_stream(answer.iter_content(_CHUNK))
                return int(declared), answer.headers.get("Sforce-Locator", "null")

        return self._renewing(get)


def _told(answer: requests.Response) -> str:
    """What an answer says went wrong, in its own words; HTML and bodies without a message give the status."""
    try:
        body = answer.json()
    except ValueError:
        return f"HTTP {answer.status_code}"
    if isinstance(body, list) and body:
        return f"{body[0].get('errorCode')}: {body[0].get('message')}"
    if isinstance(body, dict) and "error" in body:
        return f"{body['error']}: {body.get('error_description', '')}"
    return f"HTTP {answer.status_code}"


def _sentence(error: SalesforceError) -> str:
    content: object = (
        error.content
    )  # a list where Salesforce answered in JSON, whatever the library's types say
    if isinstance(content, list) and content and isinstance(content[0], dict):
        return f"{content[0].get('errorCode')}: {content[0].get('message')}"
    return f"HTTP {error.status}"
