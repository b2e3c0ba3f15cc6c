"""What people write into Salesforce is text: no markup on a page, no formula in a spreadsheet."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.pages.reading import csv_lines, get
from tests.pages.world import ALICE, FORMULA, NASTY_NAME, World

PAGES = [
    "/team/?figure=open",
    "/team/?tile=outside_sla",
    f"/queue/?rep={ALICE}",
    "/people/?q=HYPERLINK",
    "{waiting}",
]
FILES = ["/team/rows.csv?figure=open", "/team/now.csv?tile=outside_sla", f"/queue/rows.csv?rep={ALICE}"]


@pytest.mark.parametrize("address", PAGES)
def test_a_name_that_is_markup_is_shown_as_written(world: World, otto: Client, address: str) -> None:
    page = get(otto, world.person("waiting") if address.startswith("{") else address).content.decode()

    assert NASTY_NAME not in page
    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in page


@pytest.mark.parametrize("address", FILES)
def test_a_company_that_is_a_formula_is_text_in_a_csv(world: World, otto: Client, address: str) -> None:
    companies = [line["company"] for line in csv_lines(otto, address)]

    assert f"'{FORMULA}" in companies
    assert not [company for company in companies if company.startswith("=")]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (f"/team/rows.csv?figure=open&rep={ALICE}&from=2026-01-01&through=2026-01-31",
         "open-alice-2026-01-01-through-2026-01-31.csv"),
        ("/team/grid.csv?from=2026-01-01&through=2026-01-31&as_of=2026-01-20T10:00:00Z",
         "team-2026-01-01-through-2026-01-31-as-of-2026-01-20t1000.csv"),
    ],
)  # fmt: skip
def test_a_files_name_says_what_and_when(world: World, otto: Client, address: str, name: str) -> None:
    assert otto.get(address).headers["Content-Disposition"] == f'attachment; filename="{name}"'
