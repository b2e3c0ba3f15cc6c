"""Alice makes a token, sees it once, uses it, and takes it back."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from pytest_django import Settings

from base.models import ApiToken, AuditEntry, User
from tests.api.conftest import Act, Program
from tests.pages.world import ALICE, World

PAGE = "/account/tokens/"


@pytest.fixture
def browser(world: World) -> Client:
    client = Client()
    client.force_login(User.objects.get(username="alice"))
    return client


def shown(answer: object) -> str:
    """The text of a token on a page; none: empty."""
    found = re.search(r"lead_[\w-]{43}", html.unescape(str(getattr(answer, "content", b""))))
    return found.group() if found else ""


def test_a_token_is_shown_once_and_acts_until_it_is_taken_back(browser: Client) -> None:
    made = browser.post(f"{PAGE}make/", {"label": "My sheet", "days": "30"})
    program = Program(shown(made), Client())

    assert program.get("people/").status_code == 200
    page = browser.get(PAGE)
    assert "My sheet" in page.content.decode()
    assert shown(page) == ""
    token = ApiToken.objects.get()
    assert (token.expires_at - token.created_at).days == 30

    browser.post(f"{PAGE}{token.pk}/revoke/")

    assert program.get("people/").status_code == 401
    assert "revoked" in browser.get(PAGE).content.decode()


@pytest.mark.parametrize(("form", "status"), [({}, 403), ({"can_write": "on"}, 201)])
def test_it_acts_only_where_one_says_so(
    browser: Client, world: World, form: dict[str, str], status: int
) -> None:
    program = Program(shown(browser.post(f"{PAGE}make/", {"label": "x", **form})), Client())

    assert program.post(f"people/{world.ids['answered']}/log/", {"how": "Call"}).status_code == status


@pytest.mark.parametrize(
    ("form", "status"),
    [({"label": ""}, 422), ({"label": "x" * 81}, 422), ({"label": "x", "days": "9999"}, 400)],
)
def test_what_makes_no_sense_makes_no_token(browser: Client, form: dict[str, str], status: int) -> None:
    answer = browser.post(f"{PAGE}make/", form)

    assert answer.status_code == status
    assert not ApiToken.objects.exists()


def test_a_new_password_or_a_log_in_switched_off_ends_her_tokens_and_nobody_elses(
    world: World, act_as: Act
) -> None:
    alice, otto, bobs = User.objects.get(username="alice"), Client(), act_as("bob")
    otto.force_login(User.objects.get(username="otto"))
    address = f"/admin/base/user/{alice.pk}/"
    another = {"usable_password": "true", "password1": "quite another 7", "password2": "quite another 7"}
    form = {"username": "alice", "role": "rep", "salesforce_id": ALICE, "time_zone": "UTC"}
    on = form | {"is_active": "on"}

    for where, sent in (
        ("password/", another),
        ("password/", {"usable_password": "false", "unset-password": "1"}),
        ("change/", form),
    ):
        hers = act_as("alice")
        assert hers.get("people/").status_code == 200
        assert otto.post(address + where, sent).status_code == 302
        assert hers.get("people/").status_code == 401
        assert otto.post(f"{address}change/", on).status_code == 302
        assert hers.get("people/").status_code == 401, "also once she is back"
    assert bobs.get("people/").status_code == 200
    revoked = AuditEntry.objects.filter(what="token", became="revoked", user_id=alice.pk)
    assert {str(entry.actor) for entry in revoked} == {"Otto"}


def test_the_same_password_in_a_newer_hash_ends_nothing(
    world: World, act_as: Act, settings: Settings
) -> None:
    hers = act_as("alice")
    newer = "django.contrib.auth.hashers.PBKDF2PasswordHasher"
    settings.PASSWORD_HASHERS = [newer, *settings.PASSWORD_HASHERS]

    assert Client().post("/login/", {"username": "alice", "password": "open sesame"}).status_code == 302

    assert User.objects.get(username="alice").password.startswith("pbkdf2")
    assert hers.get("people/").status_code == 200


def test_otto_revokes_whose_ever_it_is(world: World, act_as: Act) -> None:
    hers, otto = act_as("alice"), Client()
    otto.force_login(User.objects.get(username="otto"))
    tokens, token = "/admin/base/apitoken/", ApiToken.objects.get()
    page = otto.get(f"{tokens}{token.pk}/change/").content.decode()
    assert "a test" in page
    assert token.digest not in page
    assert [otto.post(f"{tokens}{what}/").status_code for what in ("add", f"{token.pk}/delete")] == [403, 403]

    answer = otto.post(tokens, {"action": "revoke", "_selected_action": token.pk}, follow=True)

    assert "Revoked 1 token." in answer.content.decode()
    assert hers.get("people/").status_code == 401
