"""An organisation that cannot be used as asked: one sentence, nothing half-written, and the next pull mends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
from django.core.management import CommandError, call_command
from pytest_django import Settings

from sandbox.server.certificates import issue
from sync.models import ObjectState
from sync.salesforce.access import ClientCredentials
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from tests.sync.world import World, dump, marks, state, values

TIMEOUT_S = 20
Change = Callable[[str, int, bytes], tuple[int, bytes]]


@contextmanager
def in_between(world: World, settings: Settings, change: Change) -> Iterator[None]:
    """A proxy that hands every answer on, changed: given path, status and body it tells status and body."""

    class Proxy(BaseHTTPRequestHandler):
        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = {
                name: value for name, value in self.headers.items() if name not in ("Host", "Accept-Encoding")
            }
            with requests.Session() as session:
                session.trust_env = False
                answer = session.request(
                    self.command,
                    world.url + self.path,
                    data=self.rfile.read(length),
                    headers=sent,
                    verify=str(world.authority),
                    timeout=TIMEOUT_S,
                )
            body = answer.content.replace(world.url.encode(), url.encode())
            status, body = change(self.path, answer.status_code, body)
            self.send_response(status)
            for name, value in answer.headers.items():
                if name.lower() not in (
                    "content-length",
                    "content-encoding",
                    "transfer-encoding",
                    "connection",
                ):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = _pass_on  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
    authority = world.authority.with_name("proxy.pem")
    server.socket = issue(authority).wrap_socket(server.socket, server_side=True)
    url = f"https://localhost:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before = settings.SALESFORCE_URL, settings.SALESFORCE_CA_FILE
    settings.SALESFORCE_URL, settings.SALESFORCE_CA_FILE = url, str(authority)
    try:
        yield
    finally:
        settings.SALESFORCE_URL, settings.SALESFORCE_CA_FILE = before
        server.shutdown()
        server.server_close()
        thread.join()


def complaint() -> str:
    """What the command says when it fails."""
    with pytest.raises(CommandError) as said:
        call_command("pull")
    return str(said.value)


# -- before anything is read ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "allowed", "said"),
    [
        ("", True, "No Salesforce organisation is configured: connect one at Settings → Salesforce"),
        ("https://crm.example", False, "SALESFORCE_URL names crm.example, which is no Salesforce host; write https://"),
        ("http://desk.my.salesforce.com", False, "which is no Salesforce host; write https://"),
        ("https://salesforce.com.evil.example", False, "which is no Salesforce host; write https://"),
        ("nonsense", False, "SALESFORCE_URL names nonsense, which is no Salesforce host"),
        ("https://localhost:9", True, "Salesforce at https://localhost:9 does not answer"),
        ("nonsense", True, "SALESFORCE_URL names nonsense, which is no Salesforce host"),
    ],
)  # fmt: skip
def test_an_organisation_that_cannot_be(
    world: World, settings: Settings, url: str, allowed: bool, said: str
) -> None:
    settings.SALESFORCE_URL = url
    settings.SALESFORCE_ALLOW_LOCAL = allowed
    assert said in complaint()
    assert "\n" not in complaint()
    assert not ObjectState.objects.exists()
    assert world.users == {}


def test_wrong_credentials(world: World, settings: Settings) -> None:
    settings.SALESFORCE_CLIENT_SECRET = "wrong"
    said = complaint()
    assert said.startswith(f"Salesforce at {world.url} refused to sign us in (invalid_client: ")
    assert "check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET" in said


def test_a_host_whose_certificate_nobody_vouches_for(world: World, settings: Settings) -> None:
    settings.SALESFORCE_CA_FILE = ""
    said = complaint()
    assert f"Salesforce at {world.url}" in said
    assert "certificate" in said


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>Welcome to our router</html>", "is not Salesforce"),
        (200, b'{"hello": "world"}', "is not Salesforce"),
        (200, b"[]", "is not Salesforce"),
        (503, b"<html>Down for maintenance</html>", "is not well (HTTP 503)"),
        (404, b"<html>No such page</html>", "(HTTP 404)"),
    ],
)
def test_a_sign_in_that_is_answered_strangely(
    world: World, settings: Settings, status: int, body: bytes, said: str
) -> None:
    def change(path: str, was: int, sent: bytes) -> tuple[int, bytes]:
        return (status, body) if "oauth2" in path else (was, sent)

    with in_between(world, settings, change):
        assert said in complaint()
        assert "\n" not in complaint()
        assert not ObjectState.objects.exists()


# -- while it is read -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (502, b"<html>Bad gateway</html>", "Salesforce refused: HTTP 502"),
        (502, b"[]", "Salesforce refused: HTTP 502"),
        (500, b'{"odd": 1}', "Salesforce refused: HTTP 500"),
        (200, b"<html>Log in to our router</html>", "answered in a form that is not its own"),
    ],
)
def test_a_strange_answer_fails_the_object_and_spares_the_others(
    world: World, settings: Settings, status: int, body: bytes, said: str
) -> None:
    lead = world.lead()
    world.call(lead)

    def change(path: str, was: int, sent: bytes) -> tuple[int, bytes]:
        return (status, body) if "Task/describe" in path else (was, sent)

    with in_between(world, settings, change):
        done = world.pull()
    world.organisation = None
    assert [name for name, one in done.items() if one.is_failure] == ["Task"]
    assert said in done["Task"].said
    assert state("Task").state == ObjectState.State.FAILING
    assert done["Lead"].changed_count == 1

    world.pull()
    assert state("Task").state == ObjectState.State.READ
    assert state("Task").error == ""


def test_the_command_names_what_failed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.control("POST", "faults", {"status": 503, "path": "/Task/describe", "times": None})
    world.hide(objects=["Event"])
    assert complaint() == "Not everything could be read: Task. The reasons stand above."
    said = capsys.readouterr().out
    assert "Task                       Salesforce refused: SERVER_UNAVAILABLE: " in said
    assert (
        "Event                      Event is absent from this organisation, or hidden from our user." in said
    )
    assert "Lead                       0 rows read, 0 new or changed" in said


@pytest.mark.parametrize("cut", [0, 500, *(pytest.param(cut, marks=pytest.mark.soak) for cut in (10, 3000))])
def test_a_page_cut_off_at_any_byte_is_not_taken_over(world: World, by_bulk: None, cut: int) -> None:
    for number in range(30):
        world.lead(f"Lead {number}")
    world.control("POST", "faults", {"cut_at": cut, "path": "/results", "times": 99})
    done = world.pull_some()
    assert all(one.is_failure for one in done.values())
    assert values("SELECT count(*) FROM sync_lead") == [0]
    assert state("Lead").cursor is None
    assert marks() == set()
    assert not list(world.spool.iterdir())

    world.control("DELETE", "faults")
    assert world.pull_some()["Lead"].changed_count == 30


def without_last_line(body: bytes) -> bytes:
    return body[: body.rstrip(b"\n").rindex(b"\n") + 1]


def test_a_bulk_page_with_fewer_rows_than_declared_does_not_advance(
    world: World, by_bulk: None, settings: Settings
) -> None:
    for name in "ABC":
        world.lead(name)

    def change(path: str, was: int, sent: bytes) -> tuple[int, bytes]:
        return (was, without_last_line(sent)) if "/results" in path and b"LastName" in sent else (was, sent)

    with in_between(world, settings, change):
        done = world.pull_some()
    world.organisation = None
    assert done["Lead"].is_failure
    assert "declared 3 rows but 2 arrived" in done["Lead"].said
    assert values("SELECT count(*) FROM sync_lead") == [0]
    assert state("Lead").cursor is None

    assert world.pull_some()["Lead"].changed_count == 3


def test_a_rest_page_with_fewer_rows_than_declared_does_not_advance(world: World, settings: Settings) -> None:
    world.lead("A")
    world.pull()
    before, cursor = dump(["sync_lead"]), state("Lead").cursor
    world.pass_time(minutes=1)
    world.lead("B")
    world.organisation = None

    def change(path: str, was: int, sent: bytes) -> tuple[int, bytes]:
        if "/queryAll" in path and b'"type":"Lead"' in sent.replace(b" ", b""):
            return was, sent.replace(b'"totalSize":2', b'"totalSize":3').replace(
                b'"totalSize": 2', b'"totalSize":3'
            )
        return was, sent

    with in_between(world, settings, change):
        done = world.pull()
    assert done["Lead"].is_failure
    assert "declared 3 rows but 2 arrived" in done["Lead"].said
    assert dump(["sync_lead"]) == before
    assert state("Lead").cursor == cursor


def test_a_session_that_expires_is_renewed(world: World) -> None:
    lead = world.lead()
    world.pull()
    for way in ({}, {"full": True}):
        world.control("DELETE", "session")
        world.pass_time(minutes=1)
        world.org.update("Lead", lead, {"Title": str(way)})
        assert [one.said for one in world.pull(**way).values() if one.is_failure] == []
        assert values("SELECT title FROM sync_lead") == [str(way)]


def test_a_session_that_expires_in_the_middle_of_a_bulk_read(
    world: World, by_bulk: None, settings: Settings
) -> None:
    world.lead()

    def change(path: str, was: int, sent: bytes) -> tuple[int, bytes]:
        if path.endswith("/describe"):
            world.control("DELETE", "session")
        return was, sent

    with in_between(world, settings, change):
        assert [one.said for one in world.pull().values() if one.is_failure] == []
    assert values("SELECT count(*) FROM sync_lead") == [1]


def test_credentials_that_are_revoked_between_two_reads(world: World, settings: Settings) -> None:
    world.lead()
    credentials = ClientCredentials(settings.SALESFORCE_URL, "sandbox", "sandbox")
    world.organisation = organisation = Organisation(credentials)
    credentials.client_secret = "revoked"
    world.control("DELETE", "session")
    done = world.pull()
    assert all(one.is_failure for one in done.values())
    assert "refused to sign us in" in done["Lead"].said
    with pytest.raises(OrganisationError):
        organisation.describe("Lead")
