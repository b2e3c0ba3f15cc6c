"""jsforce, unmodified, over https with our own authority, and through the proxy."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sandbox.org.ids import make_id
from sandbox.org.schema import Field
from tests.sandbox.conftest import SandboxServer
from tests.sandbox.signing_in import set_settings

SCRIPT = Path(__file__).parent / "clients" / "jsforce.mjs"
PATIENCE_S = 100
LEADS = 2100


@pytest.fixture
def server(sandbox_server: SandboxServer) -> SandboxServer:
    """More leads than a page holds, which clients may name by a key of theirs."""
    sandbox_server.org.store.add_field("Lead", Field("Key__c", "string", 40, external_id=True))
    sandbox_server.org.store.insert_many(
        "Lead",
        (
            {"Id": make_id("00Q", number), "LastName": f"Lead {number:04d}", "Company": "x"}
            for number in range(LEADS)
        ),
    )
    return sandbox_server


def run(server: SandboxServer, **told: str) -> dict[str, Any]:
    """What the script saw. Node is the machine's, else the one in our environment."""
    path = os.pathsep.join((os.environ["PATH"], str(Path(sys.executable).parent)))
    node = shutil.which("node", path=path)
    assert node is not None, "There is no node: `make setup` brings it."
    done = subprocess.run(
        [node, str(SCRIPT)],
        env={"PATH": path, "NODE_EXTRA_CA_CERTS": str(server.authority), **told},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def check_work(server: SandboxServer, seen: dict[str, Any]) -> None:
    user = server.org.api_user_id()
    assert (seen["user"], seen["identity"]) == (user, "otto@desk.example")
    assert seen["versions"] == 28
    assert "LeadHistory" in seen["objects"]
    assert seen["fields"] == len(server.org.store.object("Lead").fields)
    assert seen["pages"] == [2000, 100, True]
    assert [one["LastName"] for one in seen["found"]] == ["Lead 0000", "Lead 0001", "Lead 0002"]
    assert (seen["created"], seen["updated"], seen["retrieved"]) == (True, True, "Hot")
    assert (seen["deleted"], seen["gone"], seen["kept"]) == (True, 0, 1)
    assert seen["refusal"] == ["REQUIRED_FIELD_MISSING", "Required fields are missing: [Company]"]
    assert seen["upserted"] == [True, True]
    assert seen["upsertedTogether"] == [False, True]
    assert seen["updatedTogether"] == [True, True]
    assert seen["retrievedTogether"] == ["Cold", "Cold"]
    assert seen["destroyedTogether"] == [True, True]
    assert seen["createdTogether"] == [True, "REQUIRED_FIELD_MISSING"]
    assert (seen["bulk"], seen["usage"], seen["limits"]) == (LEADS, 1_000_000, 1_000_000)
    assert seen["afterwards"] == "INVALID_SESSION_ID"


def test_it_comes_in_by_code_and_refreshes(server: SandboxServer) -> None:
    set_settings(server, approve_as=server.org.api_user_id())

    seen = run(server, SIGN_IN="code", LOGIN_URL=server.https_url)

    assert (seen["state"], seen["refreshed"]) == ("s", True)
    check_work(server, seen)


@pytest.mark.parametrize("proxied", [False, True])
def test_it_comes_in_by_password(server: SandboxServer, proxied: bool) -> None:
    place = (
        {"LOGIN_URL": "https://login.salesforce.com", "HTTPS_PROXY": server.proxy_url}
        if proxied
        else {"LOGIN_URL": server.https_url}
    )

    seen = run(
        server,
        SIGN_IN="password",
        SANDBOX_USERNAME="otto@desk.example",
        SANDBOX_PASSWORD="sandbox",
        **place,
    )

    check_work(server, seen)
