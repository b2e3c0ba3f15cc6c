"""Otto maps an organisation: proposals, a try, one save. Nobody else finds the page."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.models import SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter, settings_in_force
from sync.models import Mark
from tests.pages.conftest import LogIn
from tests.pages.reading import get
from tests.pages.world import MODEL, World

pytestmark = pytest.mark.django_db(transaction=True)
MAP = "/settings/map/"


def answers(client: Client) -> dict[str, str]:
    """The page's form as the browser would send it untouched."""
    view = get(client, MAP).context["map"]
    choices = [*view.statuses, *view.sources, *view.programs, *view.subjects, *view.fields]
    chosen = {choice.name: next(o.value for o in choice.options if o.is_chosen) for choice in choices}
    return chosen | {"based_on": view.based_on}


def test_saving_the_proposals_puts_them_in_force_and_derives_everybody(world: World, log_in: LogIn) -> None:
    otto = log_in("otto")
    form = answers(otto)
    assert form["stage:Assigned"] == "assigned"
    assert otto.post(MAP + "save/", form).status_code == 302
    assert "Assigned" in settings_in_force().stages.assigned
    assert SettingsVersion.objects.latest("pk").why == "Map page"
    assert Mark.objects.filter(record_id="*").exists()
    rebuild_all()
    assert "Saved." in otto.get(MAP).content.decode()


def test_a_try_tells_the_figures_before_and_after_and_keeps_nothing(world: World, log_in: LogIn) -> None:
    otto = log_in("otto")
    form = answers(otto) | {"stage:Assigned": ""}
    versions = SettingsVersion.objects.count()
    answer = otto.post(MAP + "try/", form, headers={"HX-Request": "true"})
    moving = answer.context["moving"]
    assert [one.label for one in moving.figures][:2] == ["Assigned", "Picked up"]
    assert any(one.is_moved for one in moving.figures)
    assert ("Stage", "assigned", "raw") in [(move.what, move.before, move.after) for move in moving.moves]
    assert (SettingsVersion.objects.count(), Mark.objects.count()) == (versions, 0)


def test_an_answer_that_is_none_is_told_and_nothing_is_kept(world: World, log_in: LogIn) -> None:
    otto = log_in("otto")
    versions = SettingsVersion.objects.count()
    answer = otto.post(MAP + "save/", {"stage:Working": "done"})
    assert answer.status_code == 400
    assert "“done” is no answer for Working" in answer.content.decode()
    assert SettingsVersion.objects.count() == versions


def test_what_nobody_touched_stays_as_it_was_entered(world: World, log_in: LogIn) -> None:
    otto = log_in("otto")
    said = MODEL.replace("{status: true, owner: false}", "{status: false, owner: true}")
    enter(said.replace("{source: manager}", "{source: app}"))
    before = settings_in_force()

    assert otto.post(MAP + "save/", answers(otto)).status_code == 302

    now = settings_in_force()
    assert (now.teams, now.assignment) == (before.teams, before.assignment)


def test_answers_that_began_before_a_newer_version_are_kept_and_not_entered(
    world: World, log_in: LogIn
) -> None:
    otto = log_in("otto")
    form = answers(otto) | {"stage:Nurture": "working"}
    enter(MODEL.replace("few: 3", "few: 4"))
    version = SettingsVersion.objects.latest("pk")

    for _ in range(2):
        answer = otto.post(MAP + "save/", form)
        body = answer.content.decode()
        assert (answer.status_code, f"Version {version.pk} was entered" in body) == (422, True)
        (nurture,) = [one for one in answer.context["map"].statuses if one.name == "stage:Nurture"]
        assert [option.value for option in nurture.options if option.is_chosen] == ["working"]
        assert f"version {version.pk}</a>, which is in force now" in body
    assert SettingsVersion.objects.latest("pk") == version
    assert otto.post(MAP + "save/", {**form, "based_on": "new"}).status_code == 400

    assert otto.post(MAP + "save/", answers(otto)).status_code == 302
    assert settings_in_force().few == 4


@pytest.mark.parametrize("who", ["alice", "mona"])
def test_for_others_it_is_not_there(world: World, log_in: LogIn, who: str) -> None:
    client = log_in(who)
    assert client.get(MAP).status_code == 404
    assert client.post(MAP + "save/", {}).status_code == 404
