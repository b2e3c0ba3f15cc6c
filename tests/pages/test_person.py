"""The Person page: what happened, why the stage is what it is, what counts where."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.test import Client, override_settings

from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync import models as mirror
from tests.pages.reading import get
from tests.pages.world import ALICE, BOB, DAY, EVE, HOUR, MODEL, World, closed


def _iso(world: World, ago: timedelta) -> str:
    return (world.now - ago).isoformat().replace("+00:00", "Z")


def test_the_story_is_told_in_bands(world: World, alice: Client) -> None:
    page = get(alice, world.person("back_again"))
    person = page.context["person"]

    assert [(band.title, band.is_cycle) for band in person.bands] == [
        ("Cycle 2 · inbound · Alice · open 2 h 00 min", True),
        ("Nurture for 18 days", False),
        ("Cycle 1 · inbound · Alice · 48 h", True),
    ]
    assert [moment.mark for moment in person.bands[2].moments] == ["end", "touch", "quiet", "start"]


def test_m08_an_amended_end_stays_told_as_it_was(world: World, alice: Client) -> None:
    amended = (2 * DAY, "Status", "Qualified", "Nurture")
    world.add_lead("lost", ALICE, 5 * DAY, closed(4 * DAY, "Qualified"), amended)
    rebuild_all()

    after, cycle = get(alice, world.person("lost")).context["person"].bands

    assert (after.title, [one.text for one in after.moments]) == (
        "Qualified → Nurture for 4 days",
        ["Nurture"],
    )
    assert cycle.moments[0].text == "Qualified"
    (early,) = get(alice, f"{world.person('lost')}?as_of={_iso(world, 3 * DAY)}").context["person"].bands[-1:]
    assert early.moments[0].text == "Qualified"


def test_k06_what_ran_beside_another_cycle_is_told_beside_it(world: World, alice: Client) -> None:
    """Bob's ran while Alice's did, until a merge; where the person stands is what Alice's says."""
    kept = world.add_lead("kept", ALICE, 30 * DAY, closed(4 * DAY, "Nurture"))
    beside = world.add_lead("beside", BOB, 20 * DAY, is_deleted=True, master_record_id=kept)
    merged_at = world.now - 10 * DAY
    mirror.Lead.objects.filter(pk=beside).update(system_modstamp=merged_at, last_modified_at=merged_at)
    world.add_touch("kept", ALICE, 2 * DAY)
    rebuild_all()

    page = get(alice, world.person("kept"))
    person = page.context["person"]

    assert [band.title for band in person.bands] == [
        "Nurture for 4 days",
        "Cycle 2 · inbound · Bob · 10 days",
        "Cycle 1 · inbound · Alice · 26 days",
    ]
    assert "Cycle 1 began" in person.why[0].text
    assert [why.title for why in person.earlier] == ["Why was cycle 2 withdrawn?"]


def test_the_stage_is_explained_in_sentences(world: World, alice: Client) -> None:
    page = get(alice, world.person("answered"))
    body = page.content.decode()

    assert "Why Working?" in body
    (touch,) = [one for one in page.context["person"].why if one.text.startswith("Alice's touch on")]
    assert (touch.rule, [fact.what for fact in touch.facts]) == ("M6", ["Task CreatedDate: Call: no answer"])
    assert f'id="{touch.facts[0].mark}"' in body
    assert "response 30 min, in time" in body
    assert "Call: no answer" in body
    (counting,) = page.context["counting"]
    assert {"Assigned", "Touched", "Response, median", "In time", "Open"} <= set(counting.counted)
    assert [(group.why, group.labels) for group in counting.out][:1] == [
        ("touched", ["Bypassed", "Touchless, pre-qualification"])
    ]


def test_the_original_owner_of_a_role_is_told(world: World, alice: Client) -> None:
    enter(MODEL + "role_owners: {sales_development: {field: SDR_Owner__c, teams: [Mona]}}\n")

    (told,) = [one for one in get(alice, world.person("answered")).context["person"].why if one.rule == "M14"]

    assert told.text.startswith("Alice is the original owner of sales development: the first of it to hold")
    assert told.facts, "the event that gave the person away"


def test_as_known_by_an_instant_later_exceptions_are_not_told(world: World, alice: Client) -> None:
    def rules(address: str) -> list[str]:
        return [one.rule for one in get(alice, address).context["person"].why]

    assert "M16" in rules(world.person("left_out"))
    known_by = _iso(world, HOUR)  # the exception was entered just now, for three days ago
    assert "M16" not in rules(f"{world.person('left_out')}?known_by={known_by}")


def test_an_exception_that_was_ended_is_told_only_of_before(world: World, alice: Client) -> None:
    Exclusion.objects.update(entered_at=world.now - 3 * DAY, ended_at=world.now - DAY)
    page, told = world.person("left_out"), "Left out of every figure"

    def says_so(query: str) -> bool:
        return told in get(alice, page + query).content.decode()

    before = _iso(world, 2 * DAY)
    assert [says_so(query) for query in ("", f"?as_of={before}", f"?known_by={before}")] == [
        False,
        True,
        True,
    ]


def test_a_merged_record_leads_to_the_person(world: World, mona: Client) -> None:
    response = mona.get(world.person("loser"))

    assert response.status_code == 302
    assert response.headers["Location"] == world.person("winner")


def test_as_of_an_instant_the_person_is_as_they_were(world: World, alice: Client) -> None:
    # assigned four days ago, touched half an hour later
    before = get(alice, f"{world.person('answered')}?as_of={_iso(world, 4 * DAY - HOUR / 3)}")
    after = get(alice, f"{world.person('answered')}?as_of={_iso(world, 4 * DAY - HOUR)}")

    assert before.context["person"].stage == "Assigned"
    assert "No activity since then counts as a touch" in before.content.decode()
    assert after.context["person"].stage == "Working"


def test_before_they_were_known_the_page_says_so(world: World, alice: Client) -> None:
    body = get(alice, f"{world.person('answered')}?as_of={_iso(world, 10 * DAY)}").content.decode()

    assert "was not yet known in Salesforce" in body


def test_the_record_opens_in_salesforce_where_one_is_connected(world: World, alice: Client) -> None:
    with override_settings(SALESFORCE_URL="https://desk.example/"):
        body = get(alice, world.person("answered")).content.decode()

    assert f'href="https://desk.example/{world.ids["answered"]}"' in body


def test_people_are_found_by_name_company_address_and_id_within_what_one_sees(
    world: World, alice: Client, mona: Client
) -> None:
    def found(client: Client, words: str) -> set[str]:
        return {person.href for person in get(client, f"/people/?q={words}").context["found"].people}

    assert found(alice, "Queue+%26+Sons") == {world.person("from_queue")}
    assert found(alice, world.ids["loser"]) == {world.person("winner")}
    assert found(alice, "answered@customers.example") == {world.person("answered")}
    assert found(mona, "in+queue") == {world.person("in_queue")}
    assert found(alice, "in+queue") == set()
    assert found(alice, "eves") == set()
    assert found(mona, "bobs+q") == {world.person("bobs_quick")}
    assert found(mona, "%25%25") == set()


def test_m18_the_clocks_that_run_are_told_with_their_time(world: World, alice: Client) -> None:
    """`from_queue` is another's first and then Alice's: each owes the answer for itself."""

    def since(iso: str) -> timedelta:
        return timedelta(minutes=round((world.now - datetime.fromisoformat(iso)) / timedelta(minutes=1)))

    def clocks(name: str, ago: timedelta = timedelta(0)) -> list[tuple[str, str, timedelta, bool]]:
        page = get(alice, world.person(name) + (f"?as_of={_iso(world, ago)}" if ago else ""))
        told = [
            (clock.label, clock.whose, since(clock.due.iso), clock.is_over)
            for clock in page.context["person"].clocks
        ]
        assert all(f">{label}" in page.content.decode() for label, *_ in told)
        return told

    limit = 4 * DAY - HOUR / 2 - 30 * DAY
    assert clocks("answered") == [("Given up by automation", "", limit, False)]
    assert clocks("waiting") == [
        ("Answer due", "", HOUR, True),
        ("Answer at the latest", "", 3 * HOUR - DAY, False),
    ]
    assert clocks("from_queue", 2 * DAY - 1.5 * HOUR) == [
        ("Answer due", "", 2 * DAY - 2 * HOUR, False),
        ("Answer at the latest", "", DAY, False),
        ("Answer due", "Alice", 2 * DAY - 3 * HOUR, False),
        ("Answer at the latest", "Alice", DAY - HOUR, False),
    ]
    assert clocks("won") == []


def test_m18_a_hand_off_is_told_with_its_clock_and_its_steps(world: World, mona: Client) -> None:
    """Alice qualified them and gave them to Eve, of Max's team, two days ago; also Alice's manager looks."""
    ago = 2 * DAY
    world.add_lead("handed", EVE, 5 * DAY, closed(3 * DAY, "Qualified"), (ago, "Owner", ALICE, EVE))
    world.add_touch("handed", ALICE, 4 * DAY)
    mirror.LeadHistory.objects.filter(lead_id=world.ids["handed"]).update(created_by_id=ALICE)
    rebuild_all()

    page = get(mona, world.person("handed"))

    (clock,) = page.context["person"].clocks
    assert (clock.label, clock.whose, clock.is_over) == ("To be taken up", "Eve", False)
    assert abs(datetime.fromisoformat(clock.due.iso) - (world.now - ago + 3 * DAY)) < timedelta(seconds=1)
    assert [(step.words, step.state) for step in page.context["steps"]] == [
        ("Reminder to Eve", "due"),
        ("Word to Eve's manager", ""),
    ]
    assert ">To be taken up, Eve" in page.content.decode()
    (why,) = [one for one in page.context["person"].why if one.rule == "M18"]
    assert why.text.startswith("Eve, who got the person from Alice on ")
    assert [fact.what for fact in why.facts] == ["LeadHistory Owner: Alice → Eve"]

    before = get(mona, world.person("handed") + f"?as_of={_iso(world, ago + HOUR)}")
    assert before.context["person"].clocks == []
    assert before.context["steps"] == []
