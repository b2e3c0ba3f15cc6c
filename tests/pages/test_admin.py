"""Operations enter exceptions, teams and users; mistakes are told, and figures follow."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from base.models import Role, User
from leadmodel.access import sees_all
from leadmodel.models import Absence, Exclusion
from sync.models import Mark
from tests.pages.reading import get
from tests.pages.world import BOB, DAY, World


def _exception(world: World, **changes: str) -> dict[str, str]:
    at = world.now - timedelta(days=5)
    until = world.now + timedelta(days=5)
    return {
        "record_id": world.ids["bobs_quick"],
        "starts_at_0": f"{at:%Y-%m-%d}",
        "starts_at_1": f"{at:%H:%M:%S}",
        "expires_at_0": f"{until:%Y-%m-%d}",
        "expires_at_1": f"{until:%H:%M:%S}",
        "reason": "A duplicate of a partner's",
        "owner": str(User.objects.get(username="otto").pk),
    } | changes


def test_an_exception_leaves_its_person_out_of_every_figure(world: World, otto: Client) -> None:
    before = int(get(otto, "/team/").context["grid"].total.cells[0].value)
    form = get(otto, "/admin/leadmodel/exclusion/add/").context["adminform"].form
    assert form.initial["owner"] == User.objects.get(username="otto").pk

    response = otto.post("/admin/leadmodel/exclusion/add/", _exception(world))

    assert response.status_code == 302
    grid = get(otto, "/team/").context["grid"]
    assert int(grid.total.cells[0].value) == before - 1
    assert grid.left_out == 2


def test_an_exception_for_nobody_or_that_ends_before_it_begins_is_refused(world: World, otto: Client) -> None:
    wrong = _exception(world, record_id="00Q999999999999AAA", expires_at_0="2001-01-01")

    body = otto.post("/admin/leadmodel/exclusion/add/", wrong).content.decode()

    assert "There is no Lead or Contact 00Q999999999999AAA" in body
    assert "ends before it begins" in body
    assert Exclusion.objects.count() == 1


def test_exceptions_are_neither_deleted_nor_changed(world: World, otto: Client) -> None:
    before = Exclusion.objects.values().get()
    address = f"/admin/leadmodel/exclusion/{before['id']}/"

    assert otto.post(f"{address}delete/", {"post": "yes"}).status_code == 403
    assert otto.get(f"{address}change/").status_code == 200
    assert otto.post(f"{address}change/", _exception(world, reason="another")).status_code == 403
    assert Exclusion.objects.values().get() == before


@pytest.mark.parametrize(
    ("begins", "ends", "form", "is_changed"),
    [
        (-2, -1, {"ends": 3}, False),
        (-2, 2, {"ends": 3}, True),
        (-2, 2, {"ends": -1}, False),
        (-2, 2, {"begins": 1}, False),
        (1, 2, {"begins": 1.5}, True),
        (1, 2, {"begins": -1}, False),
    ],
)
def test_of_an_absence_nothing_changes_that_is_over(
    world: World, otto: Client, begins: float, ends: float, form: dict[str, float], is_changed: bool
) -> None:
    at, now = {"begins": begins, "ends": ends}, world.now.replace(microsecond=0)
    known = Absence.objects.create(user_id=BOB, starts_at=now + begins * DAY, ends_at=now + ends * DAY)
    meant = {name: now + days * DAY for name, days in (at | form).items()}
    told = {
        "user_id": BOB, "starts_at_0": f"{meant['begins']:%Y-%m-%d}", "starts_at_1": f"{meant['begins']:%H:%M:%S}",
        "ends_at_0": f"{meant['ends']:%Y-%m-%d}", "ends_at_1": f"{meant['ends']:%H:%M:%S}",
    }  # fmt: skip

    otto.post(f"/admin/leadmodel/absence/{known.pk}/change/", told)

    kept = Absence.objects.get()
    assert ((kept.starts_at, kept.ends_at) != (known.starts_at, known.ends_at)) == is_changed


def test_a_membership_has_everybody_derived_anew(world: World, otto: Client) -> None:
    values = {"user_id": BOB, "team": "West", "since_0": "2026-01-01", "since_1": "00:00:00"}

    assert otto.post("/admin/leadmodel/teammembership/add/", values).status_code == 302

    assert Mark.objects.filter(record_id="*").exists()


def test_a_wrong_salesforce_id_of_a_user_is_told(world: World, otto: Client) -> None:
    number = User.objects.get(username="alice").pk
    values = {"username": "alice", "role": "rep", "salesforce_id": "00Q1", "time_zone": "Mars/Olympus"}

    body = otto.post(f"/admin/base/user/{number}/change/", values).content.decode()

    assert "is no Salesforce user Id" in body
    assert "is no time zone" in body


def test_the_first_account_is_operations_whatever_the_flags(world: World) -> None:
    first = User.objects.create_superuser("ada", password="open sesame")
    eve = User.objects.get(username="eve")
    eve.is_superuser = True

    assert (first.role, sees_all(first), sees_all(eve)) == (Role.OPS, True, False)
    client = Client()
    client.force_login(first)
    assert get(client, "/admin/").status_code == 200


def test_the_last_of_operations_stays(world: World, otto: Client) -> None:
    user = User.objects.get(username="otto")
    address = f"/admin/base/user/{user.pk}/change/"
    stays = {"username": "otto", "role": "ops", "is_active": "on", "time_zone": "UTC"}
    off = {name: value for name, value in stays.items() if name != "is_active"}

    for form in (stays | {"role": "rep"}, off):
        body = otto.post(address, form).content.decode()
        assert "Otto is the last active account of operations" in body
    assert User.objects.filter(username="otto", role="ops", is_active=True).exists()
    assert otto.post(address, stays).status_code == 302

    User.objects.create_superuser("ada")
    assert otto.post(address, off).status_code == 302
