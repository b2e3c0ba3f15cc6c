"""Log-in, log-out, where the day begins, and what is shown where nothing can be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from base.models import Role, User
from sync.models import ObjectState
from tests.pages.conftest import LogIn
from tests.pages.reading import get
from tests.pages.world import World


@pytest.mark.parametrize(("name", "home"), [("alice", "/queue/"), ("mona", "/team/"), ("otto", "/team/")])
def test_everybody_begins_where_their_work_is(world: World, name: str, home: str) -> None:
    client = Client()

    response = client.post("/login/", {"username": name, "password": "open sesame"}, follow=True)

    assert response.redirect_chain[-1][0] == home
    assert client.post("/logout/").headers["Location"] == "/login/"
    assert client.get("/team/").status_code == 302


def test_a_wrong_password_is_told_and_lets_nobody_in(world: World) -> None:
    client = Client()

    response = client.post("/login/", {"username": "alice", "password": "guess"})

    assert "do not fit together" in response.content.decode()
    assert client.get("/team/").status_code == 302


def test_a_log_in_of_no_salesforce_user_is_told_what_to_ask(world: World, log_in: LogIn) -> None:
    User.objects.create_user("newcomer", role=Role.REP)
    client = log_in("newcomer")

    for address in ("/team/", "/queue/"):
        body = get(client, address).content.decode()
        assert "Your log-in belongs to no Salesforce user" in body
        assert "“newcomer”" in body


def test_before_anything_was_read_the_page_says_what_to_do(db: None) -> None:
    client = Client()
    client.force_login(User.objects.create_user("otto", role=Role.OPS))

    body = get(client, "/team/").content.decode()

    assert "No data yet" in body
    assert "manage.py pull" in body


@pytest.mark.parametrize(
    ("changes", "words", "tone"),
    [
        ({}, "", "good"),
        ({"read_at_before": timedelta(hours=3)}, "3 h 00 min ago", "near"),
        ({"state": "failing", "error": "INVALID_FIELD"}, "1 object fails", "bad"),
    ],
)
def test_how_fresh_the_data_are_stands_on_every_page(
    world: World, mona: Client, changes: dict[str, object], words: str, tone: str
) -> None:
    before = changes.pop("read_at_before", timedelta(seconds=13))
    assert isinstance(before, timedelta)
    ObjectState.objects.update(read_at=timezone.now() - before, **changes)

    for address in ("/team/", "/queue/", "/people/", "/figures/"):
        freshness = get(mona, address).context["shell"].freshness
        assert freshness.tone == tone
        assert freshness.words == words or tone == "good"


def test_what_was_read_is_shown_and_what_was_not_is_said(world: World, mona: Client) -> None:
    """During a first read, or where one object's fails again and again."""
    ObjectState.objects.create(name="Task")

    page = get(mona, "/team/")

    assert (page.context["shell"].freshness.words, page.context["shell"].is_empty) == (
        "1 object not read yet",
        False,
    )
    assert "No data yet" not in page.content.decode()
    assert page.context["grid"].total.cells[0].value != "0"
    ObjectState.objects.filter(name="Task").update(state="failing")
    assert get(mona, "/team/").context["shell"].freshness.words == "1 object fails"
    ObjectState.objects.filter(name="Task").update(state="absent")
    assert get(mona, "/team/").context["shell"].freshness.tone == "good"


def test_the_style_guide_is_for_development_only(world: World, otto: Client) -> None:
    with override_settings(LOCAL=False, DEBUG=False):
        assert otto.get("/styleguide/").status_code == 404


@pytest.mark.parametrize("template", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_a_refusal_says_what_to_do(template: str) -> None:
    page = render_to_string(template)

    assert "To your start page" in page
    assert "<script" not in page


def test_a_rep_s_figures_are_their_own(world: World, alice: Client) -> None:
    grid = get(alice, "/team/").context["grid"]

    assert grid.total.name == "Me"
    assert [row.name for row in grid.rows] == ["Alice"]


def test_a_manager_s_figures_are_the_team_s(world: World, mona: Client) -> None:
    page = get(mona, "/team/")

    assert [row.name for row in page.context["grid"].rows] == ["Alice", "Bob"]
    assert "Nobody&#x27;s" in page.content.decode()


def test_the_trend_is_against_the_period_before(world: World, alice: Client) -> None:
    cells = get(alice, "/team/").context["grid"].total.cells

    assert cells[0].trend is not None
    assert cells[0].trend.mark == "▲"
    assert "from 4 in the period before" in cells[0].trend.words


def test_a_page_costs_a_handful_of_queries(
    world: World, otto: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    get(otto, "/team/")
    with django_assert_max_num_queries(24):
        get(otto, "/team/")
