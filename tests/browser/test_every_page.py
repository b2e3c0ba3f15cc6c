"""Every page in a real browser: nothing against the content security policy, nothing wider than the screen."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit
from tests.pages.world import ALICE, World

pytestmark = pytest.mark.browser
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


OPERATIONS = [
    f"/settings/salesforce/{page}" for page in ("", "check-up/", "health/", "health/runs/", "write-back/")
]
OPERATIONS += [
    f"/settings/{page}"
    for page in ("map/", "model/", "model/edit/", "lead-types/", "lead-types/P1/", "slack/", "automation/")
]


def addresses(world: World, name: str) -> list[str]:
    pages = [
        "/team/",
        "/team/?figure=sla_attainment",
        "/team/?tile=outside_sla",
        "/reasons/?untouched=yes",
        "/rep/",
        f"/rep/?rep={ALICE}&period=90&figure=touched",
        "/pick-up/?by=rep&figure=bypassed",
        "/pulls/?part=pulls",
        "/response/?by=rep&map=answered&part=waiting",
        "/team/since/?news=all",
        f"/queue/?rep={ALICE}",
        "/queue/",
        "/people/?q=person",
        world.person("back_again"),
        world.person("waiting"),
        "/figures/",
        "/exceptions/",
        "/team/?left_out=yes",
        "/told/",
        "/told/choices/",
        "/mails/",
        "/automation/",
        "/target-accounts/?show=all",
        "/account/tokens/",
        "/styleguide/",
    ]
    if name != "alice":
        pages += ["/requests/", "/assignments/", "/escalations/", "/replay/", "/audit/"]
    if name == "otto":
        pages += ["/mails/sent/", "/told/messages/"]
    return pages + OPERATIONS if name == "otto" else pages


@pytest.mark.soak  # the same of fewer pages: operations, who see all, look at them on a phone
@pytest.mark.parametrize("name", ["alice", "mona"])
def test_the_browser_has_nothing_to_complain_about(visit: Visit, world: World, name: str) -> None:
    visitor = visit(name)

    for path in addresses(world, name):
        visitor.open(path)


def test_no_page_is_wider_than_a_phone(visit: Visit, world: World) -> None:
    """Nor has the browser anything to complain about them."""
    visitor = visit("otto", viewport={"width": 360, "height": 740}, color_scheme="dark")

    for path in addresses(world, "otto"):
        page = visitor.open(path)
        assert page.evaluate(WIDER) <= 0, path
    page = visitor.open("/team/")
    grid = page.locator(".scroll").first
    assert grid.evaluate("box => box.scrollWidth > box.clientWidth")
    grid.evaluate("box => box.scrollTo(400, 0)")
    assert page.locator(".grid tbody th").first.evaluate("th => th.getBoundingClientRect().left") < 20


def test_the_admin_keeps_to_the_policy_too(visit: Visit) -> None:
    visitor = visit("otto")

    for path in (
        "",
        "leadmodel/exclusion/",
        "leadmodel/exclusion/add/",
        "base/user/",
        "sync/objectstate/",
        "axes/accessattempt/",
    ):
        visitor.open(f"/admin/{path}")
