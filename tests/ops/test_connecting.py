"""Otto connects, looks and disconnects on Settings → Salesforce."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from base.models import Role, User
from sync.connection.store import connected, session_of
from sync.models import Connection
from sync.salesforce.access import configured_access
from sync.salesforce.client import Organisation
from tests.sync.connecting import approve
from tests.sync.test_connection import certified, private_key
from tests.sync.world import World

PAGE = "/settings/salesforce/"
CONNECT = f"{PAGE}connect/"
HTMX = {"HX-Request": "true"}


def entries(world: World, **changes: str) -> dict[str, str]:
    return {
        "place": "my_domain",
        "my_domain": world.url,
        "flow": "web",
        "client_id": "sandbox",
        "client_secret": "sandbox",
    } | changes


def body(client: Client, path: str = PAGE) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def come_back(client: Client, answered: dict[str, str]) -> str:
    """The page that Salesforce's answer leads to."""
    response = client.get("/salesforce/callback/", answered, follow=True)
    assert response.redirect_chain == [(PAGE, 302)], response.content.decode()
    return str(response.content.decode())


def send_to_salesforce(client: Client, world: World) -> str:
    usual = {"id": "sandbox", "secret": "sandbox", "pkce_required": True}
    callbacks = ["http://testserver/salesforce/callback/"]
    world.control("PUT", "clients", {"clients": [usual | {"callbacks": callbacks}]})
    response = client.post(CONNECT, entries(world), headers=HTMX)
    return str(response.headers["HX-Redirect"])


def test_in_the_browser(world: World, otto: Client) -> None:
    address = send_to_salesforce(otto, world)
    asked = parse_qs(urlsplit(address).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://testserver/salesforce/callback/"]
    page = come_back(otto, approve(world, address))

    assert "Connected as otto@desk.example." in page
    assert world.url in page
    assert Organisation(configured_access()).describe("Lead").types


def test_without_scripts_a_link_leads_to_salesforce(world: World, otto: Client) -> None:
    response = otto.post(CONNECT, entries(world))

    assert response.status_code == 200
    assert f'href="{world.url}/services/oauth2/authorize?' in response.content.decode()


@pytest.mark.parametrize("flow", ["jwt", "credentials"])
def test_from_server_to_server(world: World, otto: Client, flow: str) -> None:
    certified(world)
    told = entries(world, flow=flow)
    if flow == "jwt":
        told |= {"client_id": "robot", "private_key": private_key(), "username": "otto@desk.example"}

    response = otto.post(CONNECT, told, follow=True)

    assert "Connected." in response.content.decode()
    assert connected() is not None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"my_domain": "crm.example"}, "is no My Domain of Salesforce: write it like"),
        ({"client_id": ""}, "The consumer key is missing"),
        ({"client_secret": ""}, "The consumer secret is missing"),
        ({"flow": "jwt"}, "The private key is missing"),
        ({"flow": "jwt"}, "The username is missing"),
        ({"flow": "credentials", "place": "production"}, "works at the My Domain only"),
        ({"flow": "luck"}, "Select a valid choice"),
        ({"flow": "credentials", "client_secret": "wrong"}, "invalid_client"),
    ],
)
def test_a_mistake_stands_at_its_field(
    world: World, otto: Client, changes: dict[str, str], said: str
) -> None:
    response = otto.post(CONNECT, entries(world, **changes))

    assert response.status_code == 200
    assert said in response.content.decode()
    assert connected() is None


def test_a_refusal_in_salesforce_is_told(world: World, otto: Client) -> None:
    state = parse_qs(urlsplit(send_to_salesforce(otto, world)).query)["state"][0]

    page = come_back(
        otto, {"error": "access_denied", "error_description": "end-user denied authorization", "state": state}
    )

    assert "end-user denied authorization" in page
    assert connected() is None


def test_an_answer_somebody_else_asked_for_is_worth_nothing(world: World, otto: Client) -> None:
    answered = approve(world, send_to_salesforce(otto, world))
    mallory = Client()
    mallory.force_login(User.objects.create_user("second", role=Role.OPS))

    assert mallory.get("/salesforce/callback/", answered).status_code == 400
    assert Client().get("/salesforce/callback/", answered).status_code == 400
    assert connected() is None
    # and Otto's own question is still open
    come_back(otto, answered)
    assert connected() is not None


def test_who_is_no_longer_operations_connects_nothing(world: World, otto: Client) -> None:
    answered = approve(world, send_to_salesforce(otto, world))
    User.objects.update(role=Role.REP)

    assert otto.get("/salesforce/callback/", answered).status_code == 404
    assert connected() is None


def test_no_secret_is_on_a_page(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    found = connected()
    assert found is not None

    page = (
        body(otto) + otto.post(CONNECT, entries(world, client_id="", client_secret="s3cret")).content.decode()
    )

    assert session_of(found).access_token not in page
    assert "s3cret" not in page


def test_connecting_again_keeps_the_secret_of_the_same_app(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))

    otto.post(CONNECT, entries(world, flow="credentials", client_secret=""))
    other_app = otto.post(CONNECT, entries(world, flow="credentials", client_secret="", client_id="other"))

    assert Connection.objects.get().client_id == "sandbox"
    assert "The consumer secret is missing" in other_app.content.decode()


def test_a_disconnect_ends_it(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))

    page = otto.post(f"{PAGE}disconnect/", follow=True).content.decode()

    assert "revoked and forgotten" in page
    assert connected() is None


def test_a_consent_that_died_is_told_with_the_way_back(world: World, otto: Client) -> None:
    otto.post(CONNECT, entries(world, flow="credentials"))
    Connection.objects.update(broken="The consent was withdrawn.")

    page = body(otto)

    assert "Salesforce no longer lets us in" in page
    assert "The consent was withdrawn." in page
    assert "Connect again" in page


def test_what_the_environment_connects_is_told_as_such(
    world: World, otto: Client, settings: Settings
) -> None:
    settings.SALESFORCE_URL = world.url

    page = body(otto)

    assert "Connected by the environment" in page
    assert world.url in page
    assert "Disconnect now" not in page


def test_without_a_key_nothing_can_be_entered(otto: Client, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = []

    assert "ENCRYPTION_KEYS is not set" in body(otto)
