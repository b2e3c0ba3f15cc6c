"""R126: each sees the idle target accounts of those whose people they see, from the strip to the people on one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from alerts.models import AccountWord
from base.models import User
from leadmodel.models import AccountClock, SettingsVersion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from metrics import cursors
from sync import models as mirror
from tests.pages.conftest import LogIn
from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, BOB, DAY, EVE, MAX, MODEL, World

TARGETS = "{all: [{field: Account.Industry, operator: is, value: Energy}]}"
PROMISING = MODEL + f"lead_types: {{target_account: {TARGETS}}}\nidle_accounts: {{}}\n"


def account_id(number: int) -> str:
    return f"001{number:012}AAA"


FJORD, SOLAR, WIND, FRESH, OTHERS = map(account_id, range(1, 6))


def add_account(
    world: World, record_id: str, name: str, owner: str, days: float, industry: str = "Energy"
) -> None:
    mirror.Account.objects.create(
        id=record_id, name=name, owner_id=owner, industry=industry, is_deleted=False,
        created_at=world.now - days * DAY, system_modstamp=world.now - days * DAY,
    )  # fmt: skip
    mirror.AccountMark.objects.create(account_id=record_id)


def add_contact(world: World, number: int, name: str, account: str, owner: str) -> str:
    record_id = f"003{number:012}AAA"
    mirror.Contact.objects.create(
        id=record_id, last_name=name, account_id=account, owner_id=owner, is_deleted=False,
        created_at=world.now - 100 * DAY, system_modstamp=world.now - 100 * DAY,
    )  # fmt: skip
    mirror.Mark.objects.create(record_id=record_id)
    return record_id


@pytest.fixture
def accounts(world: World) -> World:
    """Alice has one that is idle for 10 days, one that will be in 3 days and one she called lately; Bob and Eve one."""
    enter(PROMISING)
    SettingsVersion.objects.update(entered_at=world.now - 400 * DAY)
    add_account(world, FJORD, "Fjord Energy", ALICE, 40)
    add_account(world, SOLAR, "Solar", ALICE, 27)
    add_account(world, FRESH, "Fresh", ALICE, 60)
    add_account(world, WIND, "Wind", BOB, 50)
    add_account(world, OTHERS, "Others'", EVE, 90)
    add_account(world, account_id(6), "A bank", ALICE, 90, industry="Banking")
    add_contact(world, 1, "Babbage", FJORD, ALICE)
    add_contact(world, 2, "Hopper", FJORD, EVE)
    world.ids["fresh"] = add_contact(world, 3, "Lovelace", FRESH, ALICE)
    world.add_touch("fresh", ALICE, DAY)
    rebuild_all()
    return world


def listed(client: Client, query: str = "") -> list[str]:
    return [row.row.name for row in get(client, f"/target-accounts/{query}").context["view"].rows]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("alice", ["Fjord Energy"]),
        ("bob", ["Wind"]),
        ("mona", ["Wind", "Fjord Energy"]),
        ("eve", ["Others'"]),
        ("otto", ["Others'", "Wind", "Fjord Energy"]),
    ],
)
def test_each_sees_those_of_whom_they_look_after_the_longest_idle_first(
    accounts: World, log_in: LogIn, name: str, seen: list[str]
) -> None:
    assert listed(log_in(name)) == seen


def test_who_is_nobody_in_salesforce_sees_none(accounts: World, log_in: LogIn) -> None:
    User.objects.filter(username="eve").update(salesforce_id=None)
    assert listed(log_in("eve"), "?show=all") == []


def test_the_lists_are_told_apart_by_when_they_are_idle(accounts: World, alice: Client) -> None:
    view = get(alice, "/target-accounts/").context["view"]
    assert [(tile.label, tile.count) for tile in view.tiles] == [
        ("Idle", 1),
        ("Idle within 7 days", 1),
        ("All", 3),
    ]
    assert listed(alice, "?show=soon") == ["Solar"]
    assert listed(alice, "?show=all") == ["Fjord Energy", "Solar", "Fresh"]


def test_a_row_says_whose_since_when_and_who_was_told(accounts: World, mona: Client) -> None:
    clock = AccountClock.objects.get(pk=FJORD)
    AccountWord.objects.create(
        account_id=FJORD, owner_id=ALICE, act="remind_rep", due_at=clock.due_at, state="done", said="Told 1 person.",
        decided_at=accounts.now - 9 * DAY,
    )  # fmt: skip
    AccountWord.objects.create(
        account_id=FJORD, owner_id=ALICE, act="tell_manager", due_at=clock.due_at, state="done", said="Before.",
        decided_at=accounts.now - 99 * DAY,
    )  # fmt: skip
    row = next(
        one for one in get(mona, "/target-accounts/").context["view"].rows if one.row.name == "Fjord Energy"
    )
    assert (row.row.owner, row.is_idle, row.touched, row.people) == ("Alice", True, None, 2)
    assert row.row.due_at == accounts.now - 10 * DAY
    assert [(one.who, one.state) for one in row.told] == [("Owner", "done")]


def test_a_manager_narrows_it_to_an_owner_and_pages_through_it(accounts: World, mona: Client) -> None:
    assert [name for _, name in get(mona, "/target-accounts/").context["view"].owners] == ["Alice", "Bob"]
    assert listed(mona, f"?rep={BOB}") == ["Wind"]
    for number in range(10, 70):
        add_account(accounts, account_id(number), f"Number {number}", BOB, 200)
    rebuild_all()
    first = get(mona, f"/target-accounts/?rep={BOB}").context["view"]
    assert len(first.rows) == 50
    assert len(listed(mona, first.next_href)) == 11
    assert len(set(listed(mona, first.next_href)) | {row.row.name for row in first.rows}) == 61


@pytest.mark.parametrize("at", ["x", "2026-01-01", "0001-01-01T00:00:00+23:59"])
def test_a_place_that_is_none_is_refused(accounts: World, mona: Client, at: str) -> None:
    assert mona.get("/target-accounts/", {"after": cursors.write([at, "001"])}).status_code == 400


def test_a_place_may_be_told_of_any_zone(accounts: World, mona: Client) -> None:
    after = cursors.write(["2026-01-01T00:00:00+23:59", "001"])
    assert mona.get("/target-accounts/", {"after": after}).status_code == 200


def test_the_file_has_the_whole_list(accounts: World, otto: Client) -> None:
    rows = csv_lines(otto, "/target-accounts/rows.csv?show=all")
    assert [row["account"] for row in rows] == ["Others'", "Wind", "Fjord Energy", "Solar", "Fresh"]
    assert rows[2]["people"] == "2"
    assert [bool(row["idle_since"]) for row in rows] == [True, True, True, False, False]
    assert rows[4]["last_touch_at"] != ""


def test_an_account_opens_to_those_of_its_people_whom_one_may_see(accounts: World, log_in: LogIn) -> None:
    view = get(log_in("alice"), f"/target-accounts/{FJORD}/").context["view"]
    assert [(one.name, one.holder) for one in view.people] == [("Babbage", "Alice")]
    assert view.unseen == "1 other person"
    everybody = get(log_in("otto"), f"/target-accounts/{FJORD}/").context["view"]
    assert [one.name for one in everybody.people] == ["Babbage", "Hopper"]
    assert everybody.unseen == ""


@pytest.mark.parametrize(
    ("name", "status"), [("alice", 200), ("mona", 200), ("otto", 200), ("bob", 404), ("eve", 404)]
)
def test_an_account_is_there_for_whoever_sees_its_owner_s_people(
    accounts: World, log_in: LogIn, name: str, status: int
) -> None:
    assert log_in(name).get(f"/target-accounts/{FJORD}/").status_code == status


def test_the_strip_and_the_queue_lead_to_it_with_the_same_number(
    accounts: World, mona: Client, alice: Client
) -> None:
    tile = get(mona, "/team/").context["tiles"][-1]
    assert (tile.label, tile.count, tile.href) == ("Idle accounts", 2, "/target-accounts/")
    queue = get(alice, "/queue/").context["queue"].tiles[-1]
    assert (queue.label, queue.count, queue.href) == ("Idle accounts", 1, "/target-accounts/")
    bobs = get(mona, f"/queue/?rep={BOB}").context["queue"].tiles[-1]
    assert len(listed(mona, bobs.href.removeprefix("/target-accounts/"))) == bobs.count == 1
    past = (accounts.now - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert "Idle accounts" not in [
        one.label for one in get(alice, f"/queue/?as_of={past}").context["queue"].tiles
    ]


def test_what_the_tile_counts_is_said_where_all_tiles_are(accounts: World, alice: Client) -> None:
    assert get(alice, "/figures/").context["tiles"][-1].label == "Idle accounts"


def test_where_nothing_is_promised_there_is_no_tile_and_the_page_says_so(world: World, mona: Client) -> None:
    assert "Idle accounts" not in [tile.label for tile in get(mona, "/team/").context["tiles"]]
    assert (
        "Nothing is promised of target accounts" in get(mona, "/target-accounts/?show=all").content.decode()
    )


def test_a_leaver_s_account_is_in_no_list(accounts: World, otto: Client) -> None:
    mirror.User.objects.filter(pk=BOB).update(is_active=False)
    assert listed(otto) == ["Others'", "Fjord Energy"]
    assert MAX not in dict(get(otto, "/target-accounts/").context["view"].owners)
