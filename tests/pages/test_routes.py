"""Every address × every role: what is there for whom. Anything else is 404, never 403; strangers log in first.

One desk is made for all addresses, as none of them changes it; what is wrong is told of all at once.
"""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from tests.api.test_each_role_acts import ACTIONS
from tests.pages.conftest import LogIn
from tests.pages.test_forms import FORMS
from tests.pages.world import ALICE, BOB, EVE, World

NO_ACCOUNT = "001999999999999AAA"
ACTION = 405
"""What operations and strangers get for looking at what can only be done."""

# address → what alice (rep), mona (her manager), eve (another team's rep) and otto (operations) get
TABLE: dict[str, tuple[int, int, int, int]] = {
    "/": (302, 302, 302, 302),
    "/team/": (200, 200, 200, 200),
    "/team/?figure=assigned": (200, 200, 200, 200),
    f"/team/?figure=assigned&rep={ALICE}": (200, 200, 404, 200),
    f"/team/?figure=assigned&rep={BOB}": (404, 200, 404, 200),
    f"/team/?figure=assigned&rep={EVE}": (404, 404, 200, 200),
    "/team/?figure=assigned&rep=005000000000000AAA": (404, 404, 404, 404),
    "/team/?figure=assigned&rep=queue": (404, 404, 404, 200),
    "/team/?left_out=yes": (200, 200, 200, 200),
    f"/team/rows.csv?left_out=yes&rep={ALICE}": (200, 200, 404, 200),
    "/team/?known_by=2026-01-01T00:00:00Z": (200, 200, 200, 200),
    "/team/?tile=outside_sla": (200, 200, 200, 200),
    "/team/?tile=nobodys": (404, 200, 404, 200),
    f"/team/?tile=outside_sla&rep={BOB}": (404, 200, 404, 200),
    f"/team/now.csv?tile=outside_sla&rep={BOB}": (404, 200, 404, 200),
    "/team/?tile=outside_sla&as_of=2026-01-01T00:00:00Z&known_by=2026-01-01T00:00:00Z": (200, 200, 200, 200),
    "/team/grid.csv": (200, 200, 200, 200),
    f"/team/rows.csv?figure=assigned&rep={ALICE}": (200, 200, 404, 200),
    "/team/rows.csv": (400, 400, 400, 400),
    "/team/now.csv?tile=outside_sla": (200, 200, 200, 200),
    "/team/now.csv?tile=nobodys": (404, 200, 404, 200),
    "/team/now.csv": (400, 400, 400, 400),
    "/team/since/": (200, 200, 200, 200),
    "/team/since/?since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&news=all": (200, 200, 200, 200),
    "/team/since/?known_by=2026-01-01T00:00:00Z": (400, 400, 400, 400),
    "/team/since/rows.csv?figure=touched": (200, 200, 200, 200),
    "/reasons/": (200, 200, 200, 200),
    "/reasons/?kind=nurture&reason=No+time": (200, 200, 200, 200),
    "/reasons/?untouched=yes": (200, 200, 200, 200),
    f"/reasons/?kind=nurture&rep={ALICE}": (200, 200, 404, 200),
    f"/reasons/?kind=nurture&rep={BOB}": (404, 200, 404, 200),
    f"/reasons/?show=vague&rep={EVE}": (404, 404, 200, 200),
    "/reasons/mix.csv": (200, 200, 200, 200),
    f"/reasons/rows.csv?kind=nurture&rep={BOB}": (404, 200, 404, 200),
    "/reasons/rows.csv?show=vague": (200, 200, 200, 200),
    "/reasons/rows.csv": (400, 400, 400, 400),
    "/response/": (200, 200, 200, 200),
    "/response/?by=team&part=waiting": (200, 200, 200, 200),
    f"/response/?by=rep&figure=assigned&group={ALICE}": (200, 200, 404, 200),
    f"/response/?by=rep&figure=assigned&group={BOB}": (404, 200, 404, 200),
    "/response/?by=rep&figure=assigned&nameless=yes": (404, 404, 404, 200),
    "/response/split.csv?by=rep": (200, 200, 200, 200),
    f"/response/rows.csv?by=rep&figure=assigned&group={EVE}": (404, 404, 200, 200),
    "/response/rows.csv": (400, 400, 400, 400),
    "/pick-up/": (200, 200, 200, 200),
    f"/pick-up/?pick=touchless&rep={BOB}&of_source=Web": (404, 200, 404, 200),
    f"/pick-up/?by=rep&figure=bypassed&group={ALICE}": (200, 200, 404, 200),
    "/pick-up/?by=rep&figure=assigned&nameless=yes": (404, 404, 404, 200),
    "/pick-up/?pick=automatic": (200, 200, 200, 200),
    "/pick-up/rows.csv?pick=automatic": (200, 200, 200, 200),
    "/pick-up/?pick=bulk": (400, 400, 400, 400),
    "/pick-up/split.csv": (200, 200, 200, 200),
    f"/pick-up/rows.csv?pick=left&rep={EVE}&of_source=Web": (404, 404, 200, 200),
    "/pick-up/rows.csv": (400, 400, 400, 400),
    "/pulls/": (200, 200, 200, 200),
    "/pulls/?part=pulls": (200, 200, 200, 200),
    f"/pulls/?part=under&rep={ALICE}": (200, 200, 404, 200),
    f"/pulls/?rep={BOB}&day=2026-01-05": (404, 200, 404, 200),
    "/pulls/?left_out=yes": (200, 200, 200, 200),
    "/pulls/days.csv": (200, 200, 200, 200),
    f"/pulls/rows.csv?part=pulls&rep={EVE}": (404, 404, 200, 200),
    "/pulls/rows.csv": (400, 400, 400, 400),
    "/rep/": (200, 200, 200, 200),
    f"/rep/?rep={ALICE}&habit=habit.once": (200, 200, 404, 200),
    f"/rep/?rep={BOB}&figure=touched": (404, 200, 404, 200),
    f"/rep/?rep={EVE}": (404, 404, 200, 200),
    "/rep/?rep=005000000000000AAA": (404, 404, 404, 404),
    f"/rep/steps.csv?rep={ALICE}": (200, 200, 404, 200),
    "/rep/steps.csv": (200, 400, 200, 400),
    f"/rep/rows.csv?rep={ALICE}": (400, 400, 404, 400),
    f"/rep/rows.csv?rep={BOB}&habit=ended.open": (404, 200, 404, 200),
    "/queue/": (200, 200, 200, 200),
    "/queue/?show=near_limit&as_of=2026-01-01T00:00:00Z&known_by=2026-01-01T00:00:00Z": (200, 200, 200, 200),
    f"/queue/?rep={ALICE}": (200, 200, 404, 200),
    f"/queue/?rep={EVE}": (404, 404, 200, 200),
    "/queue/?rep=nobody": (404, 404, 404, 404),
    f"/queue/rows.csv?rep={BOB}": (404, 200, 404, 200),
    "/people/": (200, 200, 200, 200),
    "/people/?q=fjord": (200, 200, 200, 200),
    "{answered}": (200, 200, 404, 200),
    "{eves_waiting}": (404, 404, 200, 200),
    "{in_queue}": (404, 200, 404, 200),
    "{loser}": (302, 302, 404, 302),
    "{answered}act/": (200, 200, 404, 200),
    "{answered}marks/": (200, 200, 404, 200),
    "/people/00Q999999999999AAA/": (404, 404, 404, 404),
    "/figures/": (200, 200, 200, 200),
    "/styleguide/": (200, 200, 200, 200),
    "/settings/salesforce/": (404, 404, 404, 200),
    "/settings/salesforce/connect/": (404, 404, 404, 405),
    "/settings/salesforce/disconnect/": (404, 404, 404, 405),
    "/settings/map/": (404, 404, 404, 200),
    "/settings/map/try/": (404, 404, 404, 405),
    "/settings/map/save/": (404, 404, 404, 405),
    "/settings/model/": (404, 404, 404, 200),
    "/settings/model/?after=1": (404, 404, 404, 200),
    "/settings/model/versions.csv": (404, 404, 404, 200),
    "/settings/model/{number}/": (404, 404, 404, 404),
    "/settings/model/edit/": (404, 404, 404, 200),
    "/settings/model/check/": (404, 404, 404, 405),
    "/settings/model/try/": (404, 404, 404, 405),
    "/settings/model/apply/": (404, 404, 404, 405),
    "/settings/lead-types/": (404, 404, 404, 200),
    "/settings/lead-types/{place}/": (404, 404, 404, 200),
    "/settings/lead-types/{place}/count/?field=LeadSource&operator=is&value=Web": (404, 404, 404, 200),
    "/settings/lead-types/{place}/try/": (404, 404, 404, 405),
    "/settings/lead-types/P5/": (404, 404, 404, 404),
    "/settings/salesforce/check-up/": (404, 404, 404, 200),
    "/settings/salesforce/check-up/result/": (404, 404, 404, 200),
    "/settings/salesforce/check-up/ask/": (404, 404, 404, 405),
    "/settings/salesforce/health/": (404, 404, 404, 200),
    "/settings/salesforce/health/runs/": (404, 404, 404, 200),
    "/settings/salesforce/health/runs/?object=Lead&show=badly": (404, 404, 404, 200),
    "/settings/salesforce/health/runs/rows.csv": (404, 404, 404, 200),
    "/settings/salesforce/reading/": (404, 404, 404, 200),
    "/settings/salesforce/reading/start/": (404, 404, 404, 405),
    "/settings/salesforce/reading/pause/": (404, 404, 404, 405),
    "/settings/salesforce/write-back/": (404, 404, 404, 200),
    "/settings/salesforce/write-back/?show=refused&kind=salesforce.task.touch": (404, 404, 404, 200),
    "/settings/salesforce/write-back/rows.csv": (404, 404, 404, 200),
    "/settings/salesforce/write-back/switches.csv": (404, 404, 404, 200),
    "/settings/automation/": (404, 404, 404, 200),
    "/settings/slack/": (404, 404, 404, 200),
    "/settings/slack/connect/": (404, 404, 404, 405),
    "/settings/slack/test/": (404, 404, 404, 405),
    "/settings/slack/disconnect/": (404, 404, 404, 405),
    "/requests/": (404, 200, 404, 200),
    "/exceptions/": (200, 200, 200, 200),
    "/exceptions/?state=in_force&q=left&who=otto": (200, 200, 200, 200),
    "/exceptions/?after=exception-1": (200, 200, 200, 200),
    "/exceptions/?after=exception-x": (400, 400, 400, 400),
    "/exceptions/rows.csv": (200, 200, 200, 200),
    "/account/tokens/": (200, 200, 200, 200),
    "/told/": (200, 200, 200, 200),
    "/told/?after=1": (200, 200, 200, 200),
    "/told/?after=x": (400, 400, 400, 400),
    "/told/bell/": (302, 302, 302, 302),
    "/told/messages/": (404, 404, 404, 200),
    "/told/messages/?show=failed": (404, 404, 404, 200),
    "/told/messages/rows.csv?show=failed": (404, 404, 404, 200),
    "/told/choices/": (200, 200, 200, 200),
    "/target-accounts/": (200, 200, 200, 200),
    f"/target-accounts/?show=all&rep={BOB}": (404, 200, 404, 200),
    "/target-accounts/?show=none": (400, 400, 400, 400),
    "/target-accounts/rows.csv": (200, 200, 200, 200),
    f"/target-accounts/rows.csv?rep={EVE}": (404, 404, 200, 200),
    "/target-accounts/{account}/": (404, 404, 404, 404),
    "/assignments/": (404, 200, 404, 200),
    "/assignments/?show=could_not&rule=otherwise&q=left": (404, 200, 404, 200),
    f"/assignments/?rep={BOB}": (404, 200, 404, 200),
    f"/assignments/?rep={EVE}": (404, 404, 404, 200),
    "/assignments/rows.csv": (404, 200, 404, 200),
    "/escalations/": (404, 200, 404, 200),
    "/escalations/?show=waiting&act=reassign&q=left": (404, 200, 404, 200),
    "/escalations/?show=next": (404, 200, 404, 200),
    f"/escalations/?rep={BOB}": (404, 200, 404, 200),
    f"/escalations/?rep={EVE}": (404, 404, 404, 200),
    "/escalations/rows.csv": (404, 200, 404, 200),
    "/replay/": (404, 200, 404, 200),
    "/replay/?days=7&what=reassign": (404, 200, 404, 200),
    f"/replay/?rep={BOB}": (404, 200, 404, 200),
    f"/replay/?rep={EVE}": (404, 404, 404, 200),
    "/replay/?rep=queue": (404, 404, 404, 200),
    f"/replay/rows.csv?rep={BOB}": (404, 200, 404, 200),
    "/audit/": (404, 200, 404, 200),
    "/audit/?what=writes&who=alice&q=left&day=2026-01-05": (404, 200, 404, 200),
    "/audit/?what=nothing": (404, 400, 404, 400),
    "/audit/auditor/": (404, 404, 404, 200),
    "/audit/rows.csv": (404, 200, 404, 200),
    "/automation/": (200, 200, 200, 200),
    "/automation/?show=given_up&since=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z": (200, 200, 200, 200),
    "/automation/?show=letters": (400, 400, 400, 200),
    f"/automation/?rep={BOB}": (404, 200, 404, 200),
    "/automation/rows.csv": (200, 200, 200, 200),
    "/automation/rows.csv?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z": (400, 400, 400, 400),
    "/mails/": (200, 200, 200, 200),
    "/mails/?to=999999999": (404, 404, 404, 404),
    "/mails/?to=one": (400, 400, 400, 400),
    "/mails/preview.html": (200, 200, 200, 200),
    "/mails/preview.html?to=999999999": (404, 404, 404, 404),
    "/mails/sent/": (404, 404, 404, 200),
    "/mails/sent/?show=failed": (404, 404, 404, 200),
    "/mails/sent/rows.csv": (404, 404, 404, 200),
    "/mails/{number}/": (404, 404, 404, 404),
    "/mails/{number}/body.html": (404, 404, 404, 404),
    "/api/schema/": (200, 200, 200, 200),
    "/api/v1/people/": (200, 200, 200, 200),
    "/api/v1{answered}": (200, 200, 404, 200),
    "/api/v1{eves_waiting}": (404, 404, 200, 200),
    "/api/v1{in_queue}": (404, 200, 404, 200),
    "/api/v1{answered}touches/": (200, 200, 404, 200),
    "/api/v1{answered}explanation/": (200, 200, 404, 200),
    "/api/v1/cycles/": (200, 200, 200, 200),
    "/api/v1/spans/": (200, 200, 200, 200),
    "/api/v1/pulls/?from=2026-01-01&to=2026-02-01": (200, 200, 200, 200),
    "/api/v1/pulls/": (400, 400, 400, 400),
    "/api/v1/reasons/": (200, 200, 200, 200),
    "/api/v1/exceptions/": (200, 200, 200, 200),
    "/api/v1/requests/": (200, 200, 200, 200),
    "/api/v1/requests/{number}/": (404, 404, 404, 404),
    "/api/v1/figures/?from=2026-01-01&to=2026-02-01": (200, 200, 200, 200),
    "/api/v1/figures/": (400, 400, 400, 400),
    "/api/v1/figures/{figure}/rows/?from=2026-01-01&to=2026-02-01": (200, 200, 200, 200),
    f"/api/v1/figures/assigned/rows/?from=2026-01-01&to=2026-02-01&by=rep&group={ALICE}": (
        200,
        200,
        404,
        200,
    ),
    "/api/v1/figures/left_out/rows/?from=2026-01-01&to=2026-02-01": (200, 200, 200, 200),
    "/api/v1/settings/": (404, 404, 404, 200),
    "/api/v1/settings/{number}/": (404, 404, 404, 404),
    "/api/v1/settings/in-force/": (404, 404, 404, 200),
    "/api/v1/{rest}": (404, 404, 404, 404),
    "/salesforce/callback/": (400, 400, 400, 400),
    "/admin/": (404, 404, 404, 200),
    "/admin/leadmodel/exclusion/": (404, 404, 404, 200),
    "/admin/leadmodel/exclusion/add/": (404, 404, 404, 200),
    "/admin/leadmodel/teammembership/": (404, 404, 404, 200),
    "/admin/leadmodel/settingsversion/": (404, 404, 404, 200),
    "/admin/sync/objectstate/": (404, 404, 404, 200),
    "/admin/axes/accessattempt/": (404, 404, 404, 200),
    "/admin/base/user/": (404, 404, 404, 200),
    "/nothing/here": (404, 404, 404, 404),
}
OPEN_TO_STRANGERS = {"login/", "login/salesforce/", "healthz", "health/", "metrics"}
ANSWERS_STRANGERS = {"/salesforce/callback/"}


def _routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    found: list[str] = []
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            found.append(route)
        elif not route.startswith("admin/"):
            found += _routes(pattern, route)
    return found


def address_in(world: World, address: str) -> str:
    """An address of the table with the people of this world."""
    people = {called: world.person(called) for called in world.ids}
    return address.format(
        number=999_999_999, figure="assigned", rest="nothing/", place="P1", account=NO_ACCOUNT, **people
    )


def _as_route(address: str) -> str:
    """What an address of the tables and the route that answers it have in common."""
    route = re.sub(r"(^|/v1){\w+}", r"\1/people/*/", address)
    route = re.sub(r"\(\?P<.*?\)|<.*?>|{\w+}", "*", route).replace("^", "")
    return route.split("?")[0].strip("^/$")


@pytest.mark.parametrize(("column", "name"), [*enumerate(("alice", "mona", "eve", "otto"))])
def test_each_role_gets_what_is_theirs(world: World, log_in: LogIn, column: int, name: str) -> None:
    client = log_in(name)

    got = {address: client.get(address_in(world, address)).status_code for address in TABLE}

    assert got == {address: statuses[column] for address, statuses in TABLE.items()}


@pytest.mark.parametrize("name", ["alice", "mona", "eve"])
def test_an_action_exists_for_operations_only(world: World, log_in: LogIn, name: str) -> None:
    client, actions = log_in(name), [address for address in TABLE if TABLE[address][3] == ACTION]

    got = {address: client.post(address_in(world, address)).status_code for address in actions}

    assert got == dict.fromkeys(actions, 404)


def test_a_stranger_logs_in_first(world: World) -> None:
    wrong = []
    for address in TABLE:
        path = address_in(world, address)
        response = Client().get(path, follow=True)
        if path.startswith("/api/"):
            is_refused = response.status_code == 401
        elif path in ANSWERS_STRANGERS:
            is_refused = response.status_code == 400
        else:
            asked_for = response.redirect_chain[-1][0] if response.redirect_chain else ""
            is_refused = response.status_code in {404, ACTION} or asked_for.startswith("/login/?next=")
        if not is_refused:
            wrong.append((path, response.status_code))

    assert wrong == []


def test_no_address_is_missing_from_the_table() -> None:
    asked = {_as_route(address) for address in (*TABLE, *FORMS, *ACTIONS)}

    for route in _routes(get_resolver()):
        if route in OPEN_TO_STRANGERS or route == "logout/":
            continue
        assert _as_route(route) in asked, f"say in TABLE, FORMS or ACTIONS who may see {route}"


def test_looking_writes_nothing(world: World, otto: Client) -> None:
    wrong = {}
    for address in TABLE:
        if address.startswith("/admin"):
            continue
        with CaptureQueriesContext(connection) as queries:
            answer = otto.get(address_in(world, address))
        written = [
            query["sql"]
            for query in queries.captured_queries
            if query["sql"].split()[0].upper() not in {"SELECT", "WITH", "SAVEPOINT", "RELEASE", "ROLLBACK"}
        ]
        # who takes a list with them is noted, and nothing else
        is_list = answer.get("Content-Disposition", "").startswith("attachment")
        noted = [one for one in written if one.startswith('INSERT INTO "base_auditentry" ')]
        if len(noted) != is_list or len(written) != len(noted):
            wrong[address] = written

    assert wrong == {}


def test_pages_are_only_read(world: World, otto: Client) -> None:
    others = ("/admin", "/api", "{", "/nothing", "/settings/lead-types/P5")
    pages = [a for a in TABLE if not a.startswith(others) and TABLE[a][3] != ACTION]

    got = {address: otto.post(address_in(world, address)).status_code for address in pages}

    assert got == dict.fromkeys(pages, 405)


def test_a_part_of_a_page_goes_to_the_log_in_whole(world: World) -> None:
    response = Client().get("/team/?figure=open", headers={"HX-Request": "true", "HX-Target": "behind"})

    assert response.headers["HX-Redirect"] == "/login/?next=/team/%3Ffigure%3Dopen"
    assert response.content == b""
