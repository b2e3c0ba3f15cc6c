"""Alice makes a token, sees it once, uses it, and takes it back."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client

from base.models import ApiToken, User
from tests.api.conftest import Program
from tests.pages.world import World

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
