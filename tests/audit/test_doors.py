"""Through every door: what changes something leaves an entry that names who did it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from alerts.audit_words import WHAT
from alerts.mails.recipients import ASKED_FOR, DAILY
from base.models import Effect, User
from leadmodel.models import Exclusion, Request
from tests.api.conftest import Act
from tests.api.test_each_role_acts import ACTIONS, filled
from tests.audit.entries import latest, since
from tests.pages.conftest import LogIn
from tests.pages.test_forms import FORMS, address_of
from tests.pages.test_routes import ACTION, TABLE
from tests.pages.world import World

NAMES = ("alice", "mona", "eve", "otto")
CHANGE_NOTHING = {
    "/told/read/": "that a line behind the bell was read is no act about anybody",
    "/told/{told}/read/": "likewise",
    "/api/v1/settings/check/": "only says what is wrong with a text",
    "/settings/map/try/": "only counts",
    "/settings/model/check/": "only says what is wrong with a text",
    "/settings/model/try/": "only counts",
    "/settings/lead-types/{place}/try/": "only counts",
    "/settings/salesforce/check-up/ask/": "only looks at Salesforce",
}
BY_THEIR_TABLE = {
    "/settings/salesforce/connect/": "sync_connection",
    "/settings/map/save/": "leadmodel_settingsversion",
    "/settings/model/apply/": "leadmodel_settingsversion",
}
"""Doors that need an organisation or a whole settings file to go through; their tables' triggers are tested below."""
OPS: dict[str, tuple[dict[str, str], tuple[str, str]]] = {
    "/settings/salesforce/disconnect/": ({}, ("connection", "removed")),
    "/settings/salesforce/reading/pause/": ({}, ("reading", "paused")),
    "/settings/salesforce/reading/start/": ({}, ("reading", "resumed")),
    "/settings/slack/connect/": ({"address": "https://hooks.slack.com/services/T/B/x"}, ("slack", "made")),
    "/settings/slack/disconnect/": ({}, ("slack", "removed")),
    "/settings/slack/test/": ({}, ("slack", "tested")),
}
UNWATCHED = {
    "base_auditentry": "the log itself",
    "base_apiwrite": "a word by which a program's act is done once; the act has its own entry",
    "alerts_auditrun": "what the auditor found, which acts on nothing",
    "leadmodel_person": "derived", "leadmodel_personrecord": "derived", "leadmodel_cycle": "derived",
    "leadmodel_span": "derived", "leadmodel_clock": "derived", "leadmodel_rung": "derived",
    "leadmodel_accountclock": "derived",
    "sync_echo": "whose doing a write was, beside the write's own entry",
    "sync_checkup": "what a look at Salesforce found",
    "auth_group": "not used", "auth_group_permissions": "not used", "auth_permission": "the framework's",
    "base_user_groups": "not used", "base_user_user_permissions": "not used",
    "django_content_type": "the framework's", "django_session": "log-ins have their own entries",
    "django_admin_log": "the admin's own log, beside ours, where operations unlocking somebody stand too",
    "axes_accessattempt": "wrong passwords, which have their own entries", "axes_accesslog": "not used",
    "axes_accessattemptexpiration": "until when a name is shut", "axes_accessfailurelog": "not used",
}  # fmt: skip
"""Tables of ours without a trigger, and why; all others of `sync` mirror Salesforce or say how far it was read."""
OF_SYNC_WATCHED = {"sync_connection", "sync_readingpause", "sync_writeswitch"}


def who_may(statuses: tuple[int, ...], *done: int) -> str:
    """The first for whom it is done."""
    return next(name for name, status in zip(NAMES, statuses, strict=True) if status in done)


@pytest.mark.parametrize("address", [one for one in FORMS if one not in CHANGE_NOTHING])
def test_each_form_leaves_an_entry_of_who_sent_it(
    world: World, numbers: dict[str, int], log_in: LogIn, address: str
) -> None:
    form, statuses = FORMS[address]
    name = who_may(statuses, 200, 302)
    sent = {key: world.ids.get(value, value) if key == "record_id" else value for key, value in form.items()}
    client, before = log_in(name), latest()

    client.post(address_of(world, address, numbers), sent | {"once": str(uuid4())})

    assert name in {who for who, _, _ in since(before)}


@pytest.mark.parametrize("address", [one for one in ACTIONS if one not in CHANGE_NOTHING])
def test_each_act_of_a_program_leaves_an_entry_of_whose_token_it_is(
    world: World, act_as: Act, address: str
) -> None:
    body, statuses = ACTIONS[address]
    act_as("alice").post("requests/", {"record_id": world.ids["answered"], "why": "a test"})
    name = who_may(statuses, 201)
    program, before = act_as(name), latest()
    path, sent = filled(world, address, body, Request.objects.get().pk)

    assert program.post(path, sent).status_code == 201

    assert {who for who, _, _ in since(before)} == {name}


@pytest.mark.parametrize("address", OPS)
def test_each_action_of_operations_leaves_an_entry(world: World, otto: Client, address: str) -> None:
    form, (what, became) = OPS[address]
    _connected()
    if became in {"resumed", "removed", "tested"}:
        otto.post("/settings/salesforce/reading/pause/")
        otto.post("/settings/slack/connect/", OPS["/settings/slack/connect/"][0])
    before = latest()

    otto.post(address, form)

    assert since(before) == [("otto", what, became)]


def _connected() -> None:
    """As if somebody had connected an organisation, whose tokens nothing here can read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_connection (id, url, flow, client_id, sealed_secret, username, user_id,"
            " organisation_id, instance_url, sealed_access_token, sealed_refresh_token, renewed_at, renewals,"
            " broken, connected_at) VALUES (1, '', 'web', '', '', '', '', '00D000000000001AAA', '', '', '', now(),"
            " 0, '', now())"
        )


def test_no_door_is_forgotten() -> None:
    doors = {*FORMS, *ACTIONS, *(address for address in TABLE if TABLE[address][3] == ACTION)}

    assert set(OPS) | set(BY_THEIR_TABLE) <= doors
    tried = {*FORMS, *ACTIONS, *OPS, *BY_THEIR_TABLE, *CHANGE_NOTHING}
    assert doors - tried == set(), "say in OPS what it leaves, or in CHANGE_NOTHING why it leaves nothing"


@pytest.mark.django_db
def test_whatever_people_or_automation_write_to_is_watched() -> None:
    """By any door, also that of raw SQL: a table is watched, or it is said why it is not."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE 'audit_%'")
        watched = {name for (name,) in cursor.fetchall()} - {"base_auditentry"}
    ours = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    of_sync = {name for name in ours if name.startswith("sync_")}

    assert watched & of_sync == OF_SYNC_WATCHED
    missing = ours - of_sync - watched - UNWATCHED.keys()
    assert missing == set(), "watch it in a migration (base.watching), or say in UNWATCHED why not"
    assert set(BY_THEIR_TABLE.values()) <= watched


def test_every_mail_has_words_also_where_somebody_asked_for_it() -> None:
    assert {f"{kind}{end}" for kind in DAILY.values() for end in ("", ASKED_FOR)} <= WHAT.keys()


@pytest.mark.django_db
def test_of_every_kind_of_effect_deciding_and_ending_leave_entries(world: World) -> None:
    kinds = [kind for kind in WHAT if kind.startswith(("salesforce.", "mail.", "notice."))]
    before = latest()
    effects = [
        Effect.objects.create(key=kind, kind=kind, payload={}, due_at=world.now, created_at=world.now)
        for kind in kinds
    ]
    Effect.objects.filter(pk__in=[one.pk for one in effects]).update(state="done", ended_at=world.now)

    told = since(before)
    assert [(what, became) for _, what, became in told] == [
        *((kind, "decided") for kind in kinds),
        *((kind, "done") for kind in kinds),
    ]
    assert all(who for who, _, _ in told), "which automation"


@pytest.mark.parametrize("name", ["alice", "mona"])
def test_a_role_changed_in_the_admin_is_told_with_who_did_it(
    world: World, otto: Client, name: str, log_in: LogIn
) -> None:
    user, before = User.objects.get(username=name), latest()
    form: dict[str, Any] = {"username": name, "role": "ops", "is_active": "on", "time_zone": "UTC"}

    assert otto.post(f"/admin/base/user/{user.pk}/change/", form).status_code == 302

    assert ("otto", "user", "changed") in since(before)


def test_an_exception_entered_in_the_admin_is_told(world: World, otto: Client) -> None:
    before, user = latest(), User.objects.get(username="otto")
    form: dict[str, Any] = {
        "record_id": world.ids["answered"], "starts_at_0": "2026-01-01", "starts_at_1": "00:00",
        "expires_at_0": "2099-01-01", "expires_at_1": "00:00", "reason": "a test", "owner": user.pk,
    }  # fmt: skip

    assert otto.post("/admin/leadmodel/exclusion/add/", form).status_code == 302

    assert since(before) == [("otto", "exception", "granted")]
    assert Exclusion.objects.filter(reason="a test").exists()
