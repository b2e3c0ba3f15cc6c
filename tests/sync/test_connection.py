"""Otto connects the organisation: kept, secret, checked, ended."""

from __future__ import annotations

import io
import logging
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from cryptography import x509
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from sync.connection import making
from sync.connection.asking import Asked, NotAsked, Purpose, recall, remember
from sync.connection.cipher import NoKey, seal, unseal
from sync.connection.making import connect, disconnect, finish
from sync.connection.store import OtherOrganisation, app_of, connected, session_of
from sync.models import Connection
from sync.salesforce.access import ClientCredentials, configured_access
from sync.salesforce.client import Organisation
from sync.salesforce.http import OrganisationError
from sync.salesforce.tokens import Granted, Session, TokenRefused
from tests.sync.connecting import CALLBACK, app, approve, connect_by_browser, otto
from tests.sync.world import World


@cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_key() -> str:
    """What somebody pastes into the form."""
    return (
        _key()
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )


def certified(world: World) -> None:
    """The organisation has an app `robot` with the certificate of that key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leadmodel")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2028, 1, 1, tzinfo=UTC))
        .sign(_key(), hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    robot = {"id": "robot", "secret": "unused", "certificate": pem}
    world.control("PUT", "clients", {"clients": [robot]})


def test_a_connection_by_browser_reads_the_organisation(world: World) -> None:
    made = connect_by_browser(world)

    assert Organisation(configured_access()).describe("Lead").types["Status"] == "picklist"
    assert made.username == "otto@desk.example"
    assert made.user_id == world.org.api_user_id()
    assert made.organisation_id.startswith("00D")
    assert made.connected_by == otto()


@pytest.mark.parametrize("flow", [Connection.Flow.CREDENTIALS, Connection.Flow.JWT])
def test_a_connection_from_server_to_server_reads_the_organisation(
    world: World, flow: Connection.Flow
) -> None:
    certified(world)
    changes = {}
    if flow is Connection.Flow.JWT:
        changes = {"client_id": "robot", "secret": private_key(), "username": "otto@desk.example"}

    made = connect(app(world, flow, **changes), by=otto(), now=timezone.now())

    assert Organisation(configured_access()).describe("Lead").types
    assert made.username == "otto@desk.example"


def test_the_connection_goes_before_the_environment(world: World) -> None:
    assert isinstance(configured_access(), ClientCredentials)
    connect_by_browser(world)
    assert not isinstance(configured_access(), ClientCredentials)
    disconnect()
    assert isinstance(configured_access(), ClientCredentials)


def test_nothing_secret_is_kept_or_told_readable(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    made = connect_by_browser(world)
    secrets = [app_of(made).secret + "!", session_of(made).access_token, unseal(made.sealed_refresh_token)]
    kept = "".join(str(value) for value in Connection.objects.values().get().values())
    shown = "".join(map(repr, (made, session_of(made), app_of(made)))) + caplog.text

    for secret in secrets[1:]:
        assert len(secret) > 40
        assert secret not in kept
        assert secret not in shown
    assert "secret=" not in shown


def test_a_refusal_tells_salesforces_words_and_no_secret(world: World) -> None:
    wrong = app(world, Connection.Flow.CREDENTIALS, secret="hush-hush")

    with pytest.raises(TokenRefused, match="invalid_client") as refused:
        connect(wrong, by=otto(), now=timezone.now())

    assert "check the consumer key and secret" in str(refused.value)
    assert "hush-hush" not in str(refused.value)
    assert connected() is None


def test_a_private_key_that_is_none_is_told(world: World) -> None:
    wrong = app(world, Connection.Flow.JWT, secret="-----BEGIN NONSENSE-----", username="otto@desk.example")

    with pytest.raises(OrganisationError, match="from BEGIN to END") as refused:
        connect(wrong, by=otto(), now=timezone.now())
    assert "NONSENSE" not in str(refused.value)


def test_without_a_refresh_token_nothing_is_kept(world: World) -> None:
    world.control(
        "PUT", "clients", {"clients": [{"id": "brief", "secret": "s", "scopes": ["api", "openid", "refresh_token"]}]}
    )  # fmt: skip
    asked = Asked(Purpose.LOG_IN, app(world, client_id="brief", secret="s"), CALLBACK, timezone.now())
    code = approve(world, asked.address())["code"]

    with pytest.raises(OrganisationError, match="refresh_token, offline_access"):
        finish(asked, code, by=otto(), now=timezone.now())
    assert connected() is None


def test_another_organisation_is_refused_also_after_a_disconnect(world: World) -> None:
    connect_by_browser(world)
    Connection.objects.update(organisation_id="00D000000000999AAA")
    disconnect()

    with pytest.raises(OtherOrganisation, match="two organisations cannot be mixed"):
        connect_by_browser(world)
    assert connected() is None


def test_what_the_environment_read_is_not_mixed_with_another_organisation(world: World) -> None:
    world.pull()
    flow = Connection.Flow.CREDENTIALS
    other = Granted(Session("token", world.url), "00D000000000999AAA", "005000000000001AAA")

    with pytest.raises(OtherOrganisation, match="two organisations cannot be mixed"):
        making._keep(app(world, flow), other, by=otto(), now=timezone.now())

    connect(app(world, flow), by=otto(), now=timezone.now())
    assert connected() is not None


def test_a_disconnect_revokes_and_forgets(world: World) -> None:
    made = connect_by_browser(world)
    organisation = Organisation(configured_access())
    session = session_of(made)

    assert disconnect() == ""

    kept = Connection.objects.get()
    assert kept.sealed_secret + kept.sealed_access_token + kept.sealed_refresh_token == ""
    with pytest.raises(OrganisationError, match="was disconnected"):
        organisation.describe("Lead")
    assert session.access_token


def test_a_disconnect_without_salesforce_says_what_is_left_to_do(world: World) -> None:
    connect_by_browser(world)
    world.control("POST", "faults", {"status": 503, "path": "/oauth2/revoke"})

    assert "Salesforce could not be told" in disconnect()
    assert connected() is None


# -- keys -----------------------------------------------------------------------------------------


def test_keys_are_changed_without_reconnecting(world: World, settings: Settings) -> None:
    connect_by_browser(world)
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [new, old]

    call_command("rotate_keys", stdout=io.StringIO())

    settings.ENCRYPTION_KEYS = [new]
    Organisation(configured_access()).describe("Lead")
    settings.ENCRYPTION_KEYS = [old]
    with pytest.raises(NoKey, match="none of ENCRYPTION_KEYS fits"):
        configured_access().session()
    with pytest.raises(CommandError, match="none of ENCRYPTION_KEYS fits"):
        call_command("rotate_keys")


def test_without_a_key_nothing_is_kept(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []

    with pytest.raises(NoKey, match="ENCRYPTION_KEYS is not set"):
        seal("secret")


# -- the question in the browser ------------------------------------------------------------------


def test_an_answer_is_taken_once_in_time_and_from_who_asked(world: World) -> None:
    now = timezone.now()
    session = SessionStore()
    asked = Asked(Purpose.CONNECT, app(world), CALLBACK, now, by=1, following="/team/")

    def again(state: str, by: int | None = 1, after: timedelta = timedelta(0)) -> Asked:
        return recall(session, state, by=by, now=now + after)

    remember(session, asked)
    assert "sandbox" not in str(dict(session.items()))
    with pytest.raises(NotAsked):
        again("another")
    assert again(asked.state) == asked
    with pytest.raises(NotAsked):
        again(asked.state)
    remember(session, asked)
    with pytest.raises(NotAsked):
        again(asked.state, by=2)
    remember(session, asked)
    with pytest.raises(NotAsked):
        again(asked.state, after=timedelta(minutes=10, seconds=1))
