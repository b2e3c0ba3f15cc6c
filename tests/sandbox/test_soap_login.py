"""Signing in as clients did before OAuth: username and password over SOAP."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
import requests

from tests.sandbox.conftest import TIMEOUT_S, SandboxServer
from tests.sandbox.signing_in import set_settings

PARTNER = "{urn:partner.soap.sforce.com}"
FAULT = "{urn:fault.partner.soap.sforce.com}"
ENVELOPE = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com">
<e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"""
REFUSED = (
    "sf:INVALID_LOGIN",
    "INVALID_LOGIN: Invalid username, password, security token; or user locked out.",
)


def post(server: SandboxServer, text: str | bytes, version: str = "59.0") -> requests.Response:
    body = text.encode() if isinstance(text, str) else text
    headers = {"Content-Type": "text/xml", "SOAPAction": "login"}
    return requests.post(
        f"{server.url}/services/Soap/u/{version}", data=body, headers=headers, timeout=TIMEOUT_S
    )


def login(
    server: SandboxServer,
    username: str = "otto@desk.example",
    password: str = "sandbox",
    version: str = "59.0",
    header: str = "",
) -> requests.Response:
    body = f"<p:login><p:username>{username}</p:username><p:password>{password}</p:password></p:login>"
    return post(server, ENVELOPE.format(header=header, body=body), version)


def parsed(response: requests.Response) -> ET.Element:
    return ET.fromstring(response.content)  # noqa: S314 -- our own server wrote it


def fault(response: requests.Response) -> tuple[str, str]:
    """The fault's code and sentence."""
    assert response.status_code == 500
    told = parsed(response)
    return told.findtext(".//faultcode", ""), told.findtext(".//faultstring", "")


def result(response: requests.Response, name: str) -> str:
    assert response.status_code == 200, response.text
    return parsed(response).findtext(f".//{PARTNER}{name}", "")


def test_a_password_opens_a_session(sandbox_server: SandboxServer) -> None:
    response = login(sandbox_server, username="OTTO@desk.example")

    assert response.headers["Content-Type"] == "text/xml;charset=UTF-8"
    assert result(response, "serverUrl").startswith(f"{sandbox_server.url}/services/Soap/u/59.0/00D")
    assert result(response, "userName") == "otto@desk.example"
    assert result(response, "sessionSecondsValid") == "7200"
    assert sandbox_server.get("limits", token=result(response, "sessionId")).status_code == 200


def test_a_session_can_be_ended(sandbox_server: SandboxServer) -> None:
    token = result(login(sandbox_server), "sessionId")
    envelope = ENVELOPE.format(
        header=f"<p:SessionHeader><p:sessionId>{token}</p:sessionId></p:SessionHeader>", body="<p:logout/>"
    )

    ended, again = post(sandbox_server, envelope), post(sandbox_server, envelope)

    assert ended.status_code == 200
    assert sandbox_server.get("limits", token=token).status_code == 401
    assert fault(again)[0] == "sf:INVALID_SESSION_ID"


@pytest.mark.parametrize(
    ("username", "password"),
    [("otto@desk.example", "x"), ("otto@desk.example", ""), ("eve@desk.example", "sandbox"), ("", "")],
)
def test_who_does_not_know_the_password_is_refused(
    sandbox_server: SandboxServer, username: str, password: str
) -> None:
    response = login(sandbox_server, username, password)

    assert fault(response) == REFUSED
    told = parsed(response)
    assert told.findtext(f".//{FAULT}LoginFault/{FAULT}exceptionCode") == "INVALID_LOGIN"


def test_who_left_is_refused(sandbox_server: SandboxServer) -> None:
    sandbox_server.org.update("User", sandbox_server.org.api_user_id(), {"IsActive": False})

    assert fault(login(sandbox_server)) == REFUSED


def test_a_password_may_be_set_and_a_security_token_asked_for(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, passwords={"otto@desk.example": "p<w"}, security_token="T0k")

    answers = [login(sandbox_server, password=text) for text in ("sandbox", "p&lt;w", "p&lt;wT0k")]

    assert [one.status_code for one in answers] == [500, 500, 200]


def test_who_names_the_organisation_needs_no_security_token(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, security_token="T0k")
    own = result(login(sandbox_server, password="sandboxT0k"), "organizationId")

    def naming(organization: str) -> requests.Response:
        scope = (
            f"<p:LoginScopeHeader><p:organizationId>{organization}</p:organizationId></p:LoginScopeHeader>"
        )
        return login(sandbox_server, header=scope)

    assert naming(own).status_code == 200
    assert naming(own[:15]).status_code == 200
    assert [fault(naming(other)) for other in ("00D000000000001", "x", "")] == [REFUSED] * 3


@pytest.mark.parametrize(
    ("version", "code", "sentence"),
    [
        ("65.0", "INVALID_OPERATION", "is not available in the API version specified (65.0)"),
        ("25.0", "UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL"),
        ("x", "UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL"),
    ],
)
def test_not_every_version_has_it(
    sandbox_server: SandboxServer, version: str, code: str, sentence: str
) -> None:
    told, message = fault(login(sandbox_server, version=version))

    assert told == f"sf:{code}"
    assert sentence in message


def test_an_organisation_may_forbid_it(sandbox_server: SandboxServer) -> None:
    set_settings(sandbox_server, soap_login=False)

    assert fault(login(sandbox_server))[1].startswith("INVALID_OPERATION: SOAP API login() is disabled")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"<",
        b"\xff\xfe<\x00",
        b"<a/>",
        ENVELOPE.format(header="", body="").encode(),
        ENVELOPE.format(header="", body="<p:wish/>").encode(),
        b"<a>" * 100_000,
        b'<?xml version="1.0" encoding="wish"?><a/>',
        b'<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;">]><a>&c;</a>',
        b"<a>&wish;</a>",
        b"<login/>",
    ],
)
def test_what_is_no_call_is_the_clients_fault(sandbox_server: SandboxServer, body: bytes) -> None:
    assert fault(post(sandbox_server, body))[0] == "soapenv:Client"
