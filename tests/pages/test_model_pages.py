"""Otto looks at the model's versions, edits the text, sees what would move, applies it, and takes it back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from base.models import User
from leadmodel.models import Person, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter, settings_in_force
from sync.models import CustomField, Mark
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import MODEL, NASTY_NAME, World

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/model/"
NURTURE_IS_OVER = MODEL.replace("nurture: [Nurture]", "nurture: []").replace(
    "unqualified: [Unqualified]", "unqualified: [Unqualified, Nurture]"
)


def latest() -> SettingsVersion:
    return SettingsVersion.objects.latest("pk")


def kept() -> tuple[int, int, int]:
    return SettingsVersion.objects.count(), Mark.objects.count(), CustomField.objects.count()


def form(text: str, **more: str) -> dict[str, str]:
    """The page's form as a browser sends it, which ends lines in its own way."""
    return {"text": text.replace("\n", "\r\n"), "based_on": str(latest().pk), **more}


def tried(otto: Client, text: str) -> dict[str, str]:
    """The form after a look at what would move."""
    answer = otto.post(f"{PAGE}try/", form(text))
    assert answer.status_code == 200
    return form(text, tried=answer.context["view"].draft.digest)


def moves_of(answer: Any) -> dict[tuple[str, str, str], int]:
    return {(move.what, move.before, move.after): move.people for move in answer.context["moving"].moves}


def test_what_would_move_names_the_people_and_keeps_nothing(world: World, otto: Client) -> None:
    before = kept()

    answer = otto.post(f"{PAGE}try/", form(NURTURE_IS_OVER))

    nurtured = Person.objects.filter(stage="nurture").count()
    assert nurtured == 1
    assert moves_of(answer)["Stage", "nurture", "unqualified"] == nurtured
    page = answer.content.decode()
    assert f'href="{world.person("bypassed")}"' in page
    assert "nurture: [Nurture]" in page
    assert answer.context["view"].difference.removed == 2
    assert kept() == before


def test_what_was_told_to_move_moves_once_it_is_applied_and_back_by_the_version_before(
    world: World, otto: Client
) -> None:
    first = latest()
    told = moves_of(otto.post(f"{PAGE}try/", form(NURTURE_IS_OVER)))

    assert otto.post(f"{PAGE}apply/", tried(otto, NURTURE_IS_OVER) | {"why": "No nurture"}).status_code == 302
    rebuild_all()

    assert Person.objects.filter(stage="nurture").count() == 0
    second = latest()
    assert (second.text, second.why, str(second.entered_by)) == (NURTURE_IS_OVER, "No nurture", "Otto")
    # nothing is left to move
    assert moves_of(otto.post(f"{PAGE}try/", form(NURTURE_IS_OVER))) == {}

    back = get(otto, f"{PAGE}edit/?version={first.pk}").context["view"].draft
    assert (back.text, back.why, back.based_on) == (first.text, f"Back to version {first.pk}", second.pk)
    undone = moves_of(otto.post(f"{PAGE}try/", form(back.text)))
    assert undone["Stage", "unqualified", "nurture"] == told["Stage", "nurture", "unqualified"]
    assert otto.post(f"{PAGE}apply/", tried(otto, back.text) | {"why": back.why}).status_code == 302
    rebuild_all()
    assert Person.objects.filter(stage="nurture").count() == 1
    assert latest().pk > second.pk


def test_a_version_tells_what_it_changed_in_words(world: World, otto: Client) -> None:
    enter(NURTURE_IS_OVER, by=User.objects.get(username="otto"), why="No nurture")

    page = get(otto, f"{PAGE}{latest().pk}/").content.decode()

    assert '<span class="hidden">removed: </span>  nurture: [Nurture]' in page
    assert '<span class="hidden">added: </span>  nurture: []' in page
    assert "No nurture" in page
    assert [line["why"] for line in csv_lines(otto, f"{PAGE}versions.csv")] == ["No nurture", ""]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"why": ""}, "Say why"),
        ({"why": " "}, "Say why"),
        ({"tried": "somebody else's"}, "not the one you saw the effects of"),
        ({"text": MODEL}, "not the one you saw the effects of"),
        ({"based_on": "x"}, "which version it began with"),
        ({"based_on": "9" * 40}, "which version it began with"),
        ({"why": "x" * 1001}, "1,001 letters"),
        ({"text": "x" * 200_001}, "200,001 letters"),
    ],
)
def test_what_cannot_be_applied_is_told_and_nothing_is_kept(
    world: World, otto: Client, change: dict[str, str], sentence: str
) -> None:
    sent = tried(otto, NURTURE_IS_OVER) | {"why": "No nurture"} | change
    before = kept()

    answer = otto.post(f"{PAGE}apply/", sent)

    assert answer.status_code == 422
    assert sentence in answer.context["draft_problem"]
    assert kept() == before


def test_a_newer_version_of_somebody_else_is_not_overwritten(world: World, otto: Client) -> None:
    sent = tried(otto, NURTURE_IS_OVER) | {"why": "No nurture"}
    enter(MODEL.replace("few: 3", "few: 4"), by=User.objects.get(username="mona"), why="Fewer")
    before = kept()

    answer = otto.post(f"{PAGE}apply/", sent)

    assert answer.status_code == 422
    assert f"Version {latest().pk} was entered by Mona since you began" in answer.content.decode()
    assert answer.context["view"].draft.text == NURTURE_IS_OVER
    assert kept() == before


def test_a_double_click_applies_once(world: World, otto: Client) -> None:
    sent = tried(otto, NURTURE_IS_OVER) | {"why": "No nurture"}

    assert [otto.post(f"{PAGE}apply/", sent).status_code for _ in range(2)] == [302, 302]

    assert SettingsVersion.objects.count() == 2
    assert "in force already" in otto.get(PAGE).content.decode()


HOSTILE = [
    "few: 3\n",
    "a: [\n",
    "[" * 5000,
    "stages: &a [*a]\n",
    "few: 2026-02-30\n",
    "few: " + "9" * 5000,
    MODEL + "paths: {otherwise: up}\n",
    "\x01",
    f"{NASTY_NAME}: {NASTY_NAME}\n",
    "! @ % &",
    "? [a, b]\n: c\n",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("what", ["check", "try", "apply"])
def test_a_hostile_text_is_told_by_its_mistakes(world: World, otto: Client, text: str, what: str) -> None:
    before = kept()

    answer = otto.post(f"{PAGE}{what}/", form(text, why="x", tried="x"))

    assert answer.status_code == (200 if what == "check" else 422)
    if what != "apply":  # which looks at other things first
        assert answer.context["view"].problems
    assert NASTY_NAME not in answer.content.decode()
    assert kept() == before


def test_mistakes_stand_beside_their_lines(world: World, otto: Client) -> None:
    text = MODEL.replace("few: 3", "fewer: 3")

    answer = otto.post(f"{PAGE}check/", form(text), headers={"HX-Request": "true"})

    (problem,) = answer.context["view"].problems
    assert (text.splitlines()[problem.line - 1], problem.text) == ("fewer: 3", "fewer: 3")
    assert "there is no such setting" in problem.words
    assert "<html" not in answer.content.decode()


def test_a_field_that_was_never_read_is_said_to_show_later(world: World, otto: Client) -> None:
    text = MODEL + "lead_types: {priorities: {P1: {all: [{field: Heat__c, operator: is, value: hot}]}}}\n"

    answer = otto.post(f"{PAGE}try/", form(text))

    assert "Lead.Heat__c" in answer.context["moving"].unread
    assert "Not read from Salesforce yet" in answer.content.decode()


def test_a_reason_that_is_markup_or_a_formula_is_text(world: World, otto: Client) -> None:
    otto.post(f"{PAGE}apply/", tried(otto, NURTURE_IS_OVER) | {"why": f"={NASTY_NAME}"})

    assert NASTY_NAME not in get(otto, PAGE).content.decode()
    assert csv_lines(otto, f"{PAGE}versions.csv")[0]["why"] == f"'={NASTY_NAME}"


def test_versions_come_page_by_page(world: World, otto: Client) -> None:
    for number in range(60):
        SettingsVersion.objects.create(text=MODEL, why=f"change {number}")

    first = get(otto, PAGE).context["view"]
    second = get(otto, PAGE + first.next_href).context["view"]

    told = [row.number for row in (*first.rows, *second.rows)]
    assert told == sorted(SettingsVersion.objects.values_list("pk", flat=True), reverse=True)
    assert len(first.rows) == 50
    assert not second.next_href


@pytest.mark.parametrize(
    "address", [f"{PAGE}?after=x", f"{PAGE}edit/?version=-1", f"{PAGE}edit/?version=" + "9" * 30]
)
def test_an_address_that_is_none_is_told(world: World, otto: Client, address: str) -> None:
    assert otto.get(address).status_code == 400


def test_a_version_that_is_not_there(world: World, otto: Client) -> None:
    assert otto.get(f"{PAGE}edit/?version=999999").status_code == 404
    assert otto.get(f"{PAGE}{'9' * 30}/").status_code == 404


def test_before_the_first_version_what_is_shipped_is_edited(world: World, otto: Client) -> None:
    SettingsVersion.objects.all().delete()
    draft = get(otto, f"{PAGE}edit/").context["view"].draft
    assert "Nothing was entered so far" in get(otto, PAGE).content.decode()

    text = draft.text.replace("few: 10", "few: 11")
    sent = {"text": text, "based_on": "0", "why": "More"}
    digest = otto.post(f"{PAGE}try/", sent).context["view"].draft.digest

    assert otto.post(f"{PAGE}apply/", sent | {"tried": digest}).status_code == 302
    assert settings_in_force().few == 11


@pytest.mark.parametrize("who", ["alice", "mona", "eve"])
def test_for_others_it_is_not_there(world: World, log_in: LogIn, who: str) -> None:
    client = log_in(who)
    before = kept()

    for page in ("", "versions.csv", "edit/", f"{latest().pk}/"):
        assert client.get(PAGE + page).status_code == 404
    for action in ("check/", "try/", "apply/"):
        assert client.post(PAGE + action, form(NURTURE_IS_OVER)).status_code == 404
    assert kept() == before
