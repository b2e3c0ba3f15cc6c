"""Otto writes the rules of lead types on a form, sees whom they catch, and saves them as a version of the model."""

from __future__ import annotations

import pytest
from django.test import Client

from leadmodel.lifecycle.lead_types import Priority
from leadmodel.models import Cycle, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_file import parse
from leadmodel.settings_store import enter, settings_in_force
from sync.models import Mark
from tests.pages.conftest import LogIn
from tests.pages.reading import get
from tests.pages.world import MODEL, NASTY_NAME, World

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/settings/lead-types/"
TYPED = """
# our types
lead_types:
  priorities:
    P1: {any: [{field: LeadSource, operator: is one of, value: [Chat, "Web, paid"]}]}
    P2: {all: [{field: path, operator: is, value: outbound}]}
    P3: {all: [{field: Company, operator: is, value: Nowhere}]}
    P4:
      any:
        - {field: LeadSource, operator: is, value: List}
        - all: [{field: Email, operator: is empty}, {field: Never__c, operator: is, value: 1}]
"""
ROWS = {"joined": "any", "field": ["LeadSource", "Company", ""], "operator": ["is", "contains", "is"],
        "value": ["chat", "QUEUE", ""]}  # fmt: skip


def latest() -> SettingsVersion:
    return SettingsVersion.objects.latest("pk")


def kept() -> tuple[int, int]:
    return SettingsVersion.objects.count(), Mark.objects.count()


def form(**more: object) -> dict[str, object]:
    return {**ROWS, "based_on": str(latest().pk), **more}


def test_each_rule_is_told_in_words_with_whom_it_catches_and_what_conflicts(
    world: World, otto: Client
) -> None:
    enter(MODEL + TYPED)

    view = get(otto, PAGE).context["view"]

    told = {rule.place: (rule.words, rule.people) for rule in view.rules}
    assert told["P1"] == ("LeadSource is one of Chat, Web, paid", 1)
    assert told["P2"] == ("path is outbound", 1)
    assert told["target_account"] == ("", None)
    warnings = {rule.place: rule.warnings for rule in view.rules}
    assert warnings["P3"] == ["Catches nobody."]
    assert "Never__c was never read" not in " ".join(warnings["P1"])
    # P2 and P4 both catch the outbound lead
    assert view.overlaps == ["1 person meets P2 and P4: P2 counts."]


def test_a_rule_is_counted_as_it_is_entered_and_nothing_is_kept(world: World, otto: Client) -> None:
    before = kept()

    answer = otto.get(f"{PAGE}P1/count/", ROWS, headers={"HX-Request": "true"})

    assert answer.context["catches"].words == "Catches 2 people of 24 now."
    wrong = otto.get(f"{PAGE}customer/count/", {"field": "path", "operator": "is", "value": "inbound"})
    assert wrong.context["catches"].problem.startswith("Row 1: only priorities can ask “path”")
    assert kept() == before


def test_a_new_rule_is_seen_to_move_people_then_applied_and_told_by_the_model(
    world: World, otto: Client
) -> None:
    enter("# ours\n" + MODEL)
    rebuild_all()
    before = kept()

    answer = otto.post(f"{PAGE}P1/try/", form())

    assert kept() == before
    moves = {(m.what, m.before, m.after): m.people for m in answer.context["moving"].moves}
    assert moves == {("Priority", "none", "P1"): 2}
    draft = answer.context["view"].draft
    assert draft.text.startswith("# ours\n")
    sent = {"text": draft.text, "based_on": draft.based_on, "tried": draft.digest, "why": draft.why}
    assert otto.post("/settings/model/apply/", sent).status_code == 302
    rebuild_all()
    assert (
        str(settings_in_force().lead_types.priorities[Priority.P1])
        == "LeadSource is chat or Company contains QUEUE"
    )
    assert Cycle.objects.filter(priority="P1").count() == 2
    assert latest().why == "Priority P1: rule changed"


def test_the_form_shows_a_rule_and_gives_it_back_unchanged(world: World, otto: Client) -> None:
    enter(MODEL + TYPED)
    shown = get(otto, f"{PAGE}P1/").context["view"].form
    assert [(row.field, row.operator, row.value) for row in shown.rows] == [
        ("LeadSource", "is one of", 'Chat, "Web, paid"')
    ]

    answer = otto.post(
        f"{PAGE}P1/try/",
        form(
            joined=shown.joined,
            **{name: [getattr(row, name) for row in shown.rows] for name in ("field", "operator", "value")},
        ),
    )

    assert parse(answer.context["view"].draft.text) == settings_in_force()


def test_a_rule_is_removed(world: World, otto: Client) -> None:
    enter(MODEL + TYPED)

    answer = otto.post(f"{PAGE}P3/try/", form(remove="1"))

    draft = answer.context["view"].draft
    assert draft.why == "Priority P3: rule removed"
    assert "Nowhere" not in draft.text
    assert "LeadSource" in draft.text
    assert "# our types" in draft.text


def test_a_rule_within_a_rule_is_shown_as_text(world: World, otto: Client) -> None:
    enter(MODEL + TYPED)

    page = get(otto, f"{PAGE}P4/").content.decode()

    assert "LeadSource is List or (Email is empty and Never__c is 1)" in page
    assert "change it in the text" in page


def test_another_row_without_a_script(world: World, otto: Client) -> None:
    answer = otto.post(f"{PAGE}P1/try/", form(more="1"))

    assert [row.field for _, row in answer.context["view"].form.numbered] == ["LeadSource", "Company", ""]
    assert "Catches 2 people of 24 now." in answer.content.decode()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"field": ["", "", ""]}, "Name a field in the first row"),
        ({"field": ["1; DROP", "", ""]}, "Row 1: “1; DROP” is no field"),
        ({"operator": ["like", "is", "is"]}, "Row 1: “like” is no operator"),
        ({"operator": ["is at least", "is", "is"]}, "Row 1: “is at least” takes a number"),
        ({"operator": ["is at least"], "field": ["A"], "value": ["nan"]}, "takes a number that ends"),
        ({"operator": ["is at least"], "field": ["A"], "value": ["9" * 1999 + "x"]}, "takes a number"),
        ({"operator": ["is at least"], "field": ["A"], "value": ["1e5000"]}, "takes a number that ends"),
        ({"operator": ["is"], "field": ["A"], "value": [" "]}, "“is” takes one value"),
        ({"operator": ["is one of"], "field": ["A"], "value": [", ,"]}, "“is one of” takes a list"),
        ({"operator": ["is empty"], "field": ["A"], "value": ["x"]}, "“is empty” takes no value"),
        ({"operator": ["is"], "field": ["A"], "value": ["x" * 2001]}, "2,001 letters"),
        ({"operator": ["is"] * 21, "field": ["A"] * 21, "value": ["x"] * 21}, "room for 20 rows"),
        ({"based_on": "0"}, "Somebody entered another version"),
    ],
)
def test_what_cannot_be_is_told_by_its_row_and_nothing_is_kept(
    world: World, otto: Client, change: dict[str, object], sentence: str
) -> None:
    before = kept()

    answer = otto.post(f"{PAGE}P1/try/", form(**change))

    assert answer.status_code == 422
    assert sentence in answer.context["catches"].problem
    assert kept() == before


@pytest.mark.parametrize(
    "value", [NASTY_NAME, "%(rule_0)s", "'; DROP TABLE sync_lead; --", '"unended', "a\nb", "ß%_\\"]
)
@pytest.mark.parametrize("operator", ["is", "is one of", "contains"])
def test_a_hostile_value_is_a_value(world: World, otto: Client, value: str, operator: str) -> None:
    entered = {"field": "Company", "operator": operator, "value": f"zzq{value}"}

    counted = otto.post(f"{PAGE}P1/try/", form(**entered, more="1"))
    tried = otto.post(f"{PAGE}P1/try/", form(**entered))

    assert "Catches 0 people" in counted.content.decode()
    assert tried.status_code == 200
    assert tried.context["moving"].moves == []
    for page in (counted, tried):
        assert NASTY_NAME not in page.content.decode()


@pytest.mark.parametrize("who", ["alice", "mona", "eve"])
def test_for_others_it_is_not_there(world: World, log_in: LogIn, who: str) -> None:
    client = log_in(who)
    before = kept()

    for page in ("", "P1/", "P1/count/?field=Company&operator=is&value=x"):
        assert client.get(PAGE + page).status_code == 404
    assert client.post(f"{PAGE}P1/try/", form()).status_code == 404
    assert kept() == before
