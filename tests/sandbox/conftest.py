"""An organisation of one's own, in a file of the test's, and the same over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from simple_salesforce.api import Salesforce

from sandbox.org.ids import make_id
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday; the organisation's clock stands there until a test moves it."""
TOKEN = "always"
TIMEOUT_S = 20


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An organisation without a single record."""
    made = Store.create(tmp_path / "org.db")
    made.finish_bulk()
    yield made
    made.close()


@pytest.fixture
def org(store: Store) -> Org:
    """The organisation with its clock stopped at noon; Otto is the user whom API clients act as."""
    made = Org(store)
    made.clock.fix(NOON)
    otto = make_id("005", 0)
    store.insert_many(
        "User", [{"Id": otto, "Username": "otto@desk.example", "LastName": "Otto", "IsActive": True}]
    )
    store.set_setting("api_user_id", otto)
    return made


def user(org: Org, name: str) -> str:
    """A user of this name; answers the Id."""
    return org.create(
        "User",
        {
            "Username": f"{name.lower()}@desk.example",
            "LastName": name,
            "Email": f"{name.lower()}@desk.example",
            "Alias": name.lower()[:8],
        },
    )


def lead(org: Org, name: str = "Lovelace", **values: object) -> str:
    """A lead; answers the Id."""
    return org.create("Lead", {"LastName": name, "Company": "Analytical Engines", **values})


@dataclass(frozen=True, slots=True)
class SandboxServer:
    """The organisation over HTTP."""

    org: Org
    url: str
    https_url: str
    authority: Path
    proxy_url: str
    """Leads every address of Salesforce to the https port."""

    def call(
        self, method: str, path: str, *, token: str | None = TOKEN, version: str = "62.0", **parts: Any
    ) -> requests.Response:
        """One request; `path` is relative to the versioned API unless it starts with a slash."""
        address = self.url + (path if path.startswith("/") else f"/services/data/v{version}/{path}")
        headers = {**parts.pop("headers", {})}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return requests.request(method, address, headers=headers, timeout=TIMEOUT_S, **parts)

    def get(self, path: str, **parts: Any) -> requests.Response:
        return self.call("GET", path, **parts)

    def post(self, path: str, told: object, **parts: Any) -> requests.Response:
        return self.call("POST", path, json=told, **parts)

    def query(self, soql: str, resource: str = "query", **parts: Any) -> Any:
        """The answer's JSON, whether records or errors."""
        return self.get(resource, params={"q": soql}, **parts).json()


@pytest.fixture
def sandbox_server(org: Org, tmp_path: Path) -> Iterator[SandboxServer]:
    """The organisation served over http and https for as long as the test runs."""
    authority = tmp_path / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN, proxy=listen(0))
    https_url, proxy_url = service.https_url, service.proxy_url
    assert https_url is not None
    assert proxy_url is not None
    with background(service):
        yield SandboxServer(org, service.http_url, https_url, authority, proxy_url)


@pytest.fixture
def salesforce(sandbox_server: SandboxServer) -> Iterator[Salesforce]:
    """An unmodified client over https."""
    with requests.Session() as session:
        session.verify = str(sandbox_server.authority)
        session.trust_env = False
        yield Salesforce(
            session_id=TOKEN, instance_url=sandbox_server.https_url, session=session, version="62.0"
        )
