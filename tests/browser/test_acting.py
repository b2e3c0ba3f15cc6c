"""Alice works her queue by mouse and by keyboard: two clicks, one decision, shown at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from base.models import Effect
from tests.browser.conftest import Visit
from tests.pages.world import World

pytestmark = pytest.mark.browser
T = TypeVar("T")


def aside(ask: Callable[[], T]) -> T:
    """Ask the database beside the browser, whose loop holds this thread."""

    def asked() -> T:
        try:
            return ask()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def decided() -> list[str]:
    return aside(lambda: list(Effect.objects.order_by("pk").values_list("why", flat=True)))


def row_of(page: Page, world: World, called: str) -> Locator:
    """Somebody's row of the queue."""
    return page.locator(f"tr:has([data-row][href='{world.person(called)}'])")


def marks_of(page: Page, world: World, called: str) -> Locator:
    """What stands below somebody's row."""
    return row_of(page, world, called).locator("xpath=following-sibling::tr[1]").locator(".mark")


def to(page: Page, called: str) -> None:
    """The keyboard at somebody of the queue."""
    page.get_by_role("link", name=f"Person {called}", exact=True).focus()


def test_two_clicks_close_a_person_with_a_reason(visit: Visit, world: World) -> None:
    page = visit("alice").page
    row = row_of(page, world, "answered")

    row.get_by_role("link", name="Act on").click()
    page.get_by_role("button", name="No budget").click()

    expect(marks_of(page, world, "answered")).to_contain_text("waiting Nurture: No budget")
    expect(page.locator(".acting")).to_have_count(0)
    expect(page.locator("#said")).to_contain_text("waiting Nurture: No budget")
    assert decided() == ["nurture: No budget"]
    aside(lambda: Effect.objects.update(state="conflict", said="Bob was faster."))
    expect(marks_of(page, world, "answered")).to_contain_text("conflict")
    expect(marks_of(page, world, "answered")).to_contain_text("Bob was faster.")
    expect(page.locator(".marks[hx-get]")).to_have_count(0)


def test_a_mark_is_asked_for_again_after_the_server_was_away(visit: Visit, world: World) -> None:
    visitor = visit("alice")
    page = visitor.page
    to(page, "answered")
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Log a call")).to_be_focused()
    page.route("**/marks/**", lambda route: route.fulfill(status=502), times=1)
    with page.expect_console_message(lambda message: "502 from" in message.text):
        page.keyboard.press("Enter")
    aside(lambda: Effect.objects.update(state="conflict", said="Bob was faster."))

    expect(marks_of(page, world, "answered")).to_contain_text("conflict")
    visitor.complaints = [told for told in visitor.complaints if "502" not in told]


def test_a_double_click_decides_once(visit: Visit, world: World) -> None:
    for scripting in (True, False):
        page = visit("alice", java_script_enabled=scripting).page
        row_of(page, world, "answered").get_by_role("link", name="Act on").click()
        page.get_by_role("button", name="Log a call").dblclick()
        expect(marks_of(page, world, "answered").first).to_contain_text("Call")
    assert decided() == ["Call", "Call"], "one for each of the two pages"


def test_letters_and_digits_do_it_all(visit: Visit, world: World) -> None:
    page = visit("alice").page
    to(page, "answered")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="No time")).to_be_focused()
    page.keyboard.press("2")
    expect(page.get_by_role("link", name="Person answered", exact=True)).to_be_focused()
    page.keyboard.press("c")
    expect(page.get_by_role("button", name="Log a call")).to_be_focused()
    page.keyboard.press("m")
    page.keyboard.press("Enter")
    expect(marks_of(page, world, "answered")).to_have_count(2)
    expect(page.get_by_role("link", name="Person answered", exact=True)).to_be_focused()
    page.keyboard.press("f")
    expect(page.get_by_label("Day")).to_be_focused()
    page.keyboard.press("Enter")
    expect(marks_of(page, world, "answered")).to_have_count(3)
    to(page, "due soon")
    page.keyboard.press("u")
    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Qualified", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(marks_of(page, world, "due_soon")).to_have_count(1)
    assert decided() == ["nurture: No budget", "Email", "Follow up", "qualified"]


# Of the forms alone: the bell comes by the same way, and sometimes only now.
TYPE_Q_BEFORE_IT_SETTLES = """() => {
  const ofForms = (tell) => (event) => { if (event.detail.target.matches(".acting-place")) tell(); };
  addEventListener("htmx:afterSwap", ofForms(() => document.activeElement.dispatchEvent(
    new KeyboardEvent("keydown", { key: "q", bubbles: true, cancelable: true }))));
  addEventListener("htmx:afterSettle", ofForms(() => { document.body.dataset.settled = "yes"; }));
}"""


def test_the_last_letter_wins_however_fast_it_follows(visit: Visit, world: World) -> None:
    page = visit("alice").page
    to(page, "due soon")
    page.evaluate(TYPE_Q_BEFORE_IT_SETTLES)
    page.keyboard.press("u")
    expect(page.locator("body[data-settled]")).to_have_count(1)
    expect(page.get_by_role("button", name="Qualified", exact=True)).to_be_focused()


def test_a_letter_asks_again_for_what_did_not_come(visit: Visit, world: World) -> None:
    alice = visit("alice")
    page = alice.page
    to(page, "due soon")
    page.route("**/act/**", lambda route: route.abort(), times=1)
    with page.expect_console_message(lambda message: message.text.startswith("htmx:sendError")):
        page.keyboard.press("u")
    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Qualified", exact=True)).to_be_focused()
    assert len(alice.complaints) == 2, "the browser and htmx say that the server was out of reach"
    alice.complaints.clear()


def test_escape_closes_and_j_goes_on_from_there(visit: Visit, world: World) -> None:
    page = visit("alice").page
    to(page, "answered")
    page.keyboard.press("c")
    page.get_by_label("What came of it").fill("c")
    page.keyboard.press("Escape")
    expect(page.locator(".acting")).to_have_count(0)
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Person from queue", exact=True)).to_be_focused()
    act = row_of(page, world, "answered").get_by_role("link", name="Act on")
    act.click()
    expect(page.locator(".acting")).to_have_count(1)
    act.click()
    expect(page.locator(".acting")).to_have_count(0)
    assert decided() == []


def test_on_the_persons_page_the_forms_stand_and_stand_again(visit: Visit, world: World) -> None:
    visitor = visit("alice")
    page = visitor.open(world.person("answered"))
    once = page.locator("[name=once]").first.input_value()
    page.keyboard.press("n")
    page.keyboard.press("1")
    expect(page.locator(".mark")).to_contain_text("Nurture: No time")
    expect(page.locator("[name=once]").first).not_to_have_value(once)
    page.keyboard.press("q")
    expect(page.get_by_role("button", name="Qualified", exact=True)).to_be_focused()
    page.get_by_label("Day").evaluate("field => { field.min = ''; field.value = '2020-01-01' }")
    page.get_by_label("What to do then").fill("ask again")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("alert")).to_contain_text("01 January 2020 is over")
    expect(page.get_by_label("What to do then")).to_have_value("ask again")
    visitor.complaints = [told for told in visitor.complaints if "422" not in told]


def test_mona_assigns_from_the_list_of_whom_nobody_holds(visit: Visit, world: World) -> None:
    page = visit("mona").open("/team/?tile=nobodys")
    page.get_by_role("link", name="Act on Person in queue").click()
    expect(page.locator(".acting")).to_have_count(1)
    to(page, "in queue")
    page.keyboard.press("a")
    expect(page.get_by_label("Assign to")).to_be_focused()
    page.get_by_label("Assign to").select_option("Bob")
    page.get_by_role("button", name="Assign", exact=True).click()
    expect(marks_of(page, world, "in_queue")).to_contain_text("waiting Assign to Bob")
    expect(page.locator(".acting")).to_have_count(0)
    expect(page.get_by_role("heading", name="Now · Nobody's")).to_be_visible()
    assert decided() == ["assign to Bob"]


def test_it_works_without_javascript(visit: Visit, world: World) -> None:
    page = visit("alice", java_script_enabled=False).page
    row_of(page, world, "answered").get_by_role("link", name="Act on").click()
    day = timezone.now().replace(year=timezone.now().year + 1, day=1).date().isoformat()
    page.get_by_label("Day").fill(day)
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url("**/queue/**")
    expect(marks_of(page, world, "answered")).to_contain_text("waiting Follow up")


def test_a_form_that_is_too_old_says_so_and_keeps_what_was_written(visit: Visit, world: World) -> None:
    visitor = visit("alice")
    page = visitor.open(world.person("answered"))
    page.get_by_label("What came of it").fill("left a message")
    visitor.context.add_cookies([{"name": "csrftoken", "value": "x" * 32, "url": visitor.address}])
    page.get_by_role("button", name="Log a call").click()
    expect(page.get_by_role("alert")).to_contain_text("The page is too old")
    expect(page.get_by_label("What came of it")).to_have_value("left a message")
    assert decided() == []
    visitor.complaints = [told for told in visitor.complaints if "403" not in told]
