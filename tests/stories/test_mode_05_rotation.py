"""Mode 5: many processes hold one session, and a refresh token may be used once. One of them renews for all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import requests
from django.db import connection as database
from django.utils import timezone
from pytest_django import Settings

from base.servers.home import REPOSITORY
from sync.connection.access import ConnectedAccess
from sync.connection.making import connect
from sync.connection.store import connected, session_of
from sync.models import Connection
from sync.salesforce.access import configured_access
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from tests.setup.conftest import eventually
from tests.sync.connecting import app, connect_by_browser, otto
from tests.sync.test_connection import certified, private_key
from tests.sync.world import World

Reader = subprocess.Popen[str]


@pytest.fixture
def reader(world: World, settings: Settings) -> Iterator[Callable[[], Reader]]:
    """Start a process that reads when told to; those that still run end with the test."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "SALESFORCE_ALLOW_LOCAL": "1",
        "SALESFORCE_CA_FILE": settings.SALESFORCE_CA_FILE,
        "PYTHONPATH": str(REPOSITORY),
    }
    with ExitStack() as stack:

        def start() -> Reader:
            process = subprocess.Popen(
                [sys.executable, "tests/sync/renewing.py", str(database.settings_dict["NAME"])],
                cwd=REPOSITORY,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield start


def hear(process: Reader) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def tell(process: Reader) -> None:
    assert process.stdin
    process.stdin.write("read\n")
    process.stdin.flush()


def the_connection() -> Connection:
    found = connected()
    assert found is not None
    return found


def test_eight_processes_renew_one_rotating_token_once(world: World, reader: Callable[[], Reader]) -> None:
    world.control("PUT", "settings", {"rotate_refresh_tokens": True})
    connect_by_browser(world)
    readers = [reader() for _ in range(8)]
    assert [hear(process) for process in readers] == ["ready"] * 8
    world.control("DELETE", "session")

    for process in readers:
        tell(process)

    assert [hear(process) for process in readers] == ["read"] * 8
    assert the_connection().renewals == 1
    # the family lives: nobody showed a token twice
    world.control("DELETE", "session")
    tell(readers[3])
    assert hear(readers[3]) == "read"
    assert the_connection().renewals == 2


def test_a_renewer_that_is_killed_lets_go(world: World, reader: Callable[[], Reader]) -> None:
    connect_by_browser(world)
    stuck = reader()
    assert hear(stuck) == "ready"
    world.control("DELETE", "session")
    world.control("POST", "faults", {"silent": True, "path": "/oauth2/token", "times": None})
    tell(stuck)
    eventually("it asks for a session", is_renewed_by_somebody)

    stuck.send_signal(signal.SIGKILL)
    world.control("DELETE", "faults")

    Organisation(configured_access()).describe("Lead")
    assert the_connection().renewals == 1


def is_renewed_by_somebody() -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
                       " (SELECT oid FROM pg_database WHERE datname = current_database())")  # fmt: skip
        row = cursor.fetchone()
    return row is not None and row[0] == 1


def test_the_rotated_token_is_kept_before_the_session_is_used(world: World) -> None:
    world.control("PUT", "settings", {"rotate_refresh_tokens": True})
    before = connect_by_browser(world)
    access = ConnectedAccess(before)

    renewed = access.renewed(access.session())

    kept = the_connection()
    assert session_of(kept) == renewed
    assert kept.sealed_refresh_token != before.sealed_refresh_token


def test_who_holds_an_older_session_gets_the_latest_without_asking(world: World) -> None:
    connection = connect_by_browser(world)
    access = ConnectedAccess(connection)
    old = access.session()
    newest = access.renewed(old)
    world.control("POST", "faults", {"status": 500, "path": "/oauth2/token", "times": None})

    assert access.renewed(old) == newest


def test_a_consent_that_was_withdrawn_is_told_and_not_asked_again(world: World) -> None:
    connection = connect_by_browser(world)
    access = ConnectedAccess(connection)
    session = access.session()
    requests.post(
        f"{world.url}/services/oauth2/revoke",
        data={"token": session.access_token},
        verify=str(world.authority),
        timeout=20,
    )
    world.control("PUT", "clients", {"clients": [{"id": "sandbox", "secret": "another"}]})

    with pytest.raises(OrganisationError, match="reconnect at Settings → Salesforce"):
        access.renewed(session)
    world.control("PUT", "clients", {"clients": []})

    with pytest.raises(OrganisationError, match="reconnect at Settings → Salesforce"):
        access.session()
    assert the_connection().broken
    # and connecting again mends it
    connect_by_browser(world)
    Organisation(configured_access()).describe("Lead")


def test_a_salesforce_that_is_not_well_breaks_nothing(world: World) -> None:
    access = ConnectedAccess(connect_by_browser(world))
    world.control("POST", "faults", {"status": 503, "path": "/oauth2/token"})

    with pytest.raises(OrganisationError, match="not well"):
        access.renewed(access.session())

    assert the_connection().broken == ""
    assert access.renewed(access.session()) == access.session()


@pytest.mark.parametrize("flow", [Connection.Flow.JWT, Connection.Flow.CREDENTIALS])
def test_servers_sign_in_anew(world: World, flow: Connection.Flow) -> None:
    changes = {}
    if flow is Connection.Flow.JWT:
        certified(world)
        changes = {"client_id": "robot", "secret": private_key(), "username": "otto@desk.example"}
    connect(app(world, flow, **changes), by=otto(), now=timezone.now())
    organisation = Organisation(configured_access())
    world.control("DELETE", "session")

    organisation.describe("Lead")

    assert the_connection().renewals == 1


def test_a_renewal_that_comes_back_after_a_disconnect_brings_nothing_back(world: World) -> None:
    access = ConnectedAccess(connect_by_browser(world))
    session = access.session()
    Connection.objects.update(connected_at=None)

    with pytest.raises(OrganisationError, match="was disconnected"):
        access.renewed(session)
