"""From the page to Salesforce and back: Alice disposes, it is there, it is hers; a newer change of Bob's wins."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from base.models import Effect
from base.outbox import do_after_all
from leadmodel.actions import DISPOSE
from sync.models import WriteSwitch
from sync.tasks import write_back
from tests.sync.world import World
from tests.writeback.test_actions import lead
from tests.writeback.writing import rep

__all__ = ["lead"]


@pytest.fixture
def alice(world: World) -> Client:
    client = Client()
    client.force_login(rep(world))
    return client


def click(client: Client, lead: str, what: str, **form: str) -> None:
    """One click on a person's page."""
    assert client.post(f"/people/{lead}/{what}/", {"once": str(uuid4()), **form}).status_code == 302


def page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def test_what_alice_closes_on_the_page_is_in_salesforce_and_comes_back_as_hers(
    world: World, lead: str, alice: Client
) -> None:
    click(alice, lead, "log", how="Call", words="left a message")
    click(alice, lead, "close", kind="nurture", reason="No time")
    assert page(alice, f"/people/{lead}/").count(">waiting</span>") == 2

    write_back()
    world.catch_up()

    row = world.org.live_row("Lead", lead)
    assert (row["Status"], row["Nurture_Reason__c"]) == ("Nurture", "No time")
    told = page(alice, f"/people/{lead}/")
    assert told.count(">accepted</span>") == 2
    assert "First touch · Alice" in told
    assert "Nurture" in told
    assert "by Alice" in told
    assert world.org.live_row("Lead", lead)["LastModifiedById"] == world.org.api_user_id()


def test_a_newer_change_by_bob_wins_and_alice_sees_it_in_her_queue(
    world: World, lead: str, alice: Client
) -> None:
    click(alice, lead, "close", kind="nurture", reason="No time")
    world.org.update("Lead", lead, {"Status": "Working"}, user_id=world.user("Bob"))

    write_back()
    world.catch_up()

    assert world.org.live_row("Lead", lead)["Status"] == "Working"
    queue = page(alice, "/queue/")
    assert "Salesforce did not take" in queue
    assert "Status is “Working” in Salesforce, no longer “Assigned”" in queue


def test_a_dry_run_leaves_everything_where_it_is_also_what_is_taken_back(
    world: World, lead: str, alice: Client
) -> None:
    click(alice, lead, "log", how="Call")
    write_back()
    WriteSwitch.objects.create(kind="salesforce.", mode="dry")

    assert alice.post(f"/writes/{Effect.objects.get().pk}/undo/").status_code == 302
    write_back()

    assert Effect.objects.get(key__startswith="undo:").said == "Would take the Task away again."
    assert [task["IsDeleted"] for task in world.org.store.rows("Task")] == [False]


def test_what_a_dry_run_told_is_compared_afresh_when_it_is_done_after_all(
    world: World, lead: str, alice: Client
) -> None:
    other = world.lead("Hopper", Status="Assigned")
    world.catch_up()
    world.pass_time(hours=1)
    WriteSwitch.objects.create(kind=DISPOSE, mode="dry")
    for one in (lead, other):
        click(alice, one, "close", kind="nurture", reason="No time")
    write_back()
    assert {effect.state for effect in Effect.objects.all()} == {"dry"}
    world.org.update("Lead", other, {"Status": "Working"}, user_id=world.user("Bob"))
    WriteSwitch.objects.create(kind=DISPOSE, mode="on")

    assert do_after_all(Effect.objects.all(), now=timezone.now()) == 2
    write_back()

    assert [effect.state for effect in Effect.objects.order_by("pk")] == ["done", "conflict"]
    statuses = [world.org.live_row("Lead", one)["Status"] for one in (lead, other)]
    assert statuses == ["Nurture", "Working"]


def test_out_of_reach_it_stays_due_and_with_nothing_due_nobody_asks(
    world: World, lead: str, alice: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.SALESFORCE_URL = ""
    write_back()
    assert "write_back_failed" not in caplog.text

    click(alice, lead, "log", how="Call")
    write_back()

    assert "write_back_failed" in caplog.text
    assert Effect.objects.get().state == Effect.State.READY
