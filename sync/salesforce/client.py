"""The organisation, through simple-salesforce: sign in, describe, query by REST and by Bulk 2.0."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import SalesforceError, SalesforceExpiredSession

from sync.salesforce.access import Access, Session, configured_access
from sync.salesforce.http import OrganisationError, http_session, spoken_errors, told
from sync.salesforce.spool import ShortRead, Spool

API_VERSION = "62.0"
BULK_PAGE_ROWS = 250_000
BULK_PATIENCE_S = 3600.0
_CHUNK = 1 << 20
T = TypeVar("T")


class ObjectHidden(OrganisationError):
    """The organisation lacks the object or hides it from our user."""


def connect() -> Organisation:
    """Sign in to the organisation. Raises OrganisationError with what to do when that cannot be."""
    return Organisation(configured_access())


class Organisation:
    """A signed-in connection. Renews its session when it expires."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._http = http_session()
        self.call_count = 0
        self._signed_in = access.session()
        self.salesforce = self._with(self._signed_in)

    def _with(self, session: Session) -> Salesforce:
        return Salesforce(
            session_id=session.access_token,
            instance_url=session.instance_url,
            session=self._http,
            version=API_VERSION,
        )

    def renewing(self, call: Callable[[], T]) -> T:
        """Do a call; once more with a new session if the old one expired."""
        self.call_count += 1
        with spoken_errors(self._access.url):
            try:
                return call()
            except SalesforceExpiredSession:
                self._signed_in = self._access.renewed(self._signed_in)
                self.salesforce = self._with(self._signed_in)
                return call()

    def _json(self, path: str, **kwargs: Any) -> Any:
        return self.renewing(lambda: self.salesforce.restful(path, **kwargs))

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
            with self._http.get(
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
                        f"Salesforce refused a page of Bulk job {job_id} ({told(answer)})."
                    )
                declared = answer.headers.get("Sforce-NumberOfRecords", "")
                if not declared.isdigit():
                    raise OrganisationError(
                        f"A page of Bulk job {job_id} does not tell how many rows it has; check whether a proxy stands"
                        " in between."
                    )
                spool.add_stream(answer.iter_content(_CHUNK))
                return int(declared), answer.headers.get("Sforce-Locator", "null")

        return self.renewing(get)
