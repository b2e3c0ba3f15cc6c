"""Alice logs in with Salesforce, and nobody else does as Alice."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from base.models import Role, User
from sandbox.server.signing import SigningKey
from sync.accounts import role_of
from sync.connection import log_in
from sync.connection.asking import Asked
from sync.control import resume
from sync.models import Connection
from sync.models import Role as SalesforceRole
from sync.models import User as SalesforceUser
from tests.sync.connecting import CALLBACK, approve, connect_by_browser
from tests.sync.world import World

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visitor(world: World) -> Client:
    """Somebody's browser, in front of an app that is connected and reads."""
    connect_by_browser(world)
    resume()
    usual = {"id": "sandbox", "secret": "sandbox", "callbacks": ["http://testserver/salesforce/callback/"]}
    world.control("PUT", "clients", {"clients": [usual]})
    return Client()


def come_back(client: Client, world: World, as_user: str, following: str = "") -> str:
    """Log in as this Salesforce user; the page this leads to."""
    sent = client.post("/login/salesforce/", {"next": following}, headers=HTMX)
    answered = approve(world, sent.headers["HX-Redirect"], as_user=as_user)
    response = client.get("/salesforce/callback/", answered, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def logged_in(client: Client) -> str:
    number = client.session.get("_auth_user_id")
    return User.objects.get(pk=number).username if number else ""


def test_alice_is_known_by_her_salesforce_id(world: World, visitor: Client) -> None:
    alice = world.user("Alice")
    User.objects.create_user("alice", salesforce_id=alice)
    assert "Log in with Salesforce" in visitor.get("/login/").content.decode()

    come_back(visitor, world, alice, following="/people/?q=fjord")

    assert logged_in(visitor) == "alice"
    assert "people" in visitor.get("/people/").content.decode().lower()


@pytest.mark.parametrize(
    ("following", "leads_to"), [("/figures/", "/figures/"), ("https://evil.example", "/")]
)
def test_after_it_one_is_where_one_wanted_to_be(
    world: World, visitor: Client, following: str, leads_to: str
) -> None:
    alice = world.user("Alice")
    User.objects.create_user("alice", salesforce_id=alice)
    sent = visitor.post("/login/salesforce/", {"next": following}, headers=HTMX)

    response = visitor.get(
        "/salesforce/callback/", approve(world, sent.headers["HX-Redirect"], as_user=alice)
    )

    assert response.headers["Location"] == leads_to


def test_somebody_without_an_account_is_told_what_to_ask(world: World, visitor: Client) -> None:
    bob = world.user("Bob")

    page = come_back(visitor, world, bob)

    assert f"Salesforce user Id {bob}" in page
    assert logged_in(visitor) == ""


def test_an_account_that_is_switched_off_stays_so(world: World, visitor: Client) -> None:
    User.objects.create_user("alice", salesforce_id=world.user("Alice"), is_active=False)

    assert "switched off" in come_back(visitor, world, world.user("Alice"))
    assert logged_in(visitor) == ""


def test_an_active_standard_user_gets_an_account_where_allowed(
    world: World, visitor: Client, settings: Settings
) -> None:
    settings.SALESFORCE_LOGIN_CREATES_ACCOUNTS = True
    mona = world.user("Mona")
    bob = world.user("Bob", ManagerId=mona)
    assert "not known here yet" in come_back(visitor, world, bob)
    world.pull()

    come_back(visitor, world, bob)
    come_back(Client(), world, mona)

    accounts = {user.salesforce_id: user for user in User.objects.exclude(salesforce_id=None)}
    assert (accounts[bob].role, accounts[bob].username) == (Role.REP, "bob@desk.example")
    assert accounts[mona].role == Role.MANAGER
    assert not accounts[bob].has_usable_password()
    assert not accounts[bob].is_staff


@pytest.mark.parametrize("changes", [{"user_type": "Guest"}, {"is_active": False}])
def test_others_get_none(
    world: World, visitor: Client, settings: Settings, changes: dict[str, object]
) -> None:
    settings.SALESFORCE_LOGIN_CREATES_ACCOUNTS = True
    bob = world.user("Bob")
    world.pull()
    SalesforceUser.objects.filter(pk=bob).update(**changes)

    assert "Accounts are for active people" in come_back(visitor, world, bob)
    assert not User.objects.filter(salesforce_id=bob).exists()


def test_a_name_that_is_taken_is_not_taken_over(world: World, visitor: Client, settings: Settings) -> None:
    settings.SALESFORCE_LOGIN_CREATES_ACCOUNTS = True
    User.objects.create_user("bob@desk.example", role=Role.OPS)
    bob = world.user("Bob")
    world.pull()

    assert "Another account here is called bob@desk.example" in come_back(visitor, world, bob)
    assert logged_in(visitor) == ""


@pytest.mark.django_db
def test_roles_below_make_a_manager() -> None:
    SalesforceRole.objects.create(id="00E000000000001AAA", name="Sales")
    SalesforceRole.objects.create(id="00E000000000002AAA", name="Desk", parent_id="00E000000000001AAA")

    assert role_of(SalesforceUser(id="005000000000001AAA", role_id="00E000000000001AAA")) is Role.MANAGER
    assert role_of(SalesforceUser(id="005000000000002AAA", role_id="00E000000000002AAA")) is Role.REP


@pytest.mark.parametrize("changes", [{"connected_at": None}, {"flow": "jwt"}, {"broken": "gone"}])
def test_it_is_offered_only_where_it_works(world: World, visitor: Client, changes: dict[str, object]) -> None:
    Connection.objects.update(**changes)

    assert "Log in with Salesforce" not in visitor.get("/login/").content.decode()
    assert visitor.post("/login/salesforce/").status_code == 404


def test_a_get_begins_nothing(visitor: Client) -> None:
    assert visitor.get("/login/salesforce/").status_code == 405


def test_one_browsers_answer_logs_no_other_browser_in(world: World, visitor: Client) -> None:
    alice = world.user("Alice")
    User.objects.create_user("alice", salesforce_id=alice)
    sent = visitor.post("/login/salesforce/", headers=HTMX)
    answered = approve(world, sent.headers["HX-Redirect"], as_user=alice)
    victim = Client()
    victim.post("/login/salesforce/", headers=HTMX)

    assert victim.get("/salesforce/callback/", answered).status_code == 400
    assert logged_in(victim) == ""


# -- the identity token ---------------------------------------------------------------------------


def claims(world: World, asked: Asked, **changes: object) -> dict[str, object]:
    now = int(time.time())
    usual = {
        "iss": world.url,
        "aud": "sandbox",
        "sub": f"{world.url}/id/00D000000000001AAA/005000000000001AAA",
        "iat": now,
        "exp": now + 120,
        "nonce": asked.nonce,
    }
    return usual | changes


@pytest.fixture
def asked(world: World, visitor: Client) -> Asked:
    connection = log_in.offered()
    assert connection is not None
    return log_in.ask(connection, callback=CALLBACK, following="", now=timezone.now())


def test_a_token_that_fits_is_believed(world: World, asked: Asked) -> None:
    token = SigningKey(world.org).signed(claims(world, asked))

    assert log_in._checked(token, asked)["iss"] == world.url


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://login.salesforce.com"},
        {"aud": "another app"},
        {"exp": int(time.time()) - 3_600},
        {"nonce": "another"},
        {"nonce": None},
    ],
)
def test_a_token_that_does_not_fit_is_not_believed(
    world: World, asked: Asked, changes: dict[str, object]
) -> None:
    told = {name: value for name, value in claims(world, asked, **changes).items() if value is not None}

    with pytest.raises(log_in.NotProven):
        log_in._checked(SigningKey(world.org).signed(told), asked)


@pytest.mark.parametrize("how", ["another key", "no signature", "nonsense"])
def test_a_token_of_another_hand_is_not_believed(world: World, asked: Asked, how: str) -> None:
    token = SigningKey(world.org).signed(claims(world, asked))
    head, body, signature = token.split(".")
    forged = {
        "another key": f"{head}.{body}.{signature[::-1]}",
        "no signature": f"eyJhbGciOiJub25lIn0.{body}.",
        "nonsense": "nonsense",
    }

    with pytest.raises(log_in.NotProven):
        log_in._checked(forged[how], asked)


def test_somebody_of_another_organisation_is_refused(world: World, visitor: Client) -> None:
    User.objects.create_user("alice", salesforce_id=world.user("Alice"))
    Connection.objects.update(organisation_id="00D000000000999AAA")

    page = come_back(visitor, world, world.user("Alice"))

    assert "another organisation" in page
    assert logged_in(visitor) == ""
