"""Bodies that make no sense: one clear sentence each, and nothing done."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from base.models import ApiWrite, Effect
from leadmodel.models import Request
from tests.api.conftest import Program, problem
from tests.pages.world import World


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"{", "body"),
        (b"\xff\xfe", "body"),
        (b"[]", "body"),
        (b"null", "body"),
        (b"[" * 100_000, "body"),
        (b'{"how": ' + b"1" * 5000 + b"}", "body"),
        (b'{"how": NaN}', "body.how"),
        (b"{}", "body.how"),
        (b'{"how": "Fax"}', "body.how"),
        (b'{"how": null}', "body.how"),
        (b'{"how": ["Call"]}', "body.how"),
        (b'{"how": "Call", "words": 5}', "body.words"),
        (b'{"how": "Call", "words": true}', "body.words"),
        (b'{"how": "Call", "words": "\\ud800"}', "body"),
        (b'{"how": "Call", "words": "a\\u0000b"}', "body.words"),
        (json.dumps({"how": "Call", "words": "x" * 1001}).encode(), "body.words"),
        (b'{"how": "Call", "when": "now"}', "body.when"),
    ],
    ids=lambda value: str(value[:24]),
)
def test_a_body_that_makes_no_sense_is_told_where(
    world: World, alice: Program, body: bytes, where: str
) -> None:
    answer = alice.client.post(
        f"/api/v1/people/{world.ids['answered']}/log/",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {alice.token}", "Idempotency-Key": str(uuid4())},
    )

    assert answer.status_code == 400, answer.content
    assert problem(answer)["where"] == where
    assert Effect.objects.count() == ApiWrite.objects.count() == 0


@pytest.mark.parametrize(
    ("what", "body", "where"),
    [
        ("follow-up/", {"day": "2026-13-01"}, "body.day"),
        ("follow-up/", {"day": 20260101}, "body.day"),
        ("follow-up/", {"day": "9999-12-31"}, "body.day"),
        ("close/", {"kind": "raw"}, "body.kind"),
        ("close/", {"kind": "nurture", "reason": "  "}, "body.reason"),
    ],
)
def test_values_of_another_kind_are_told_where(
    world: World, alice: Program, what: str, body: dict[str, object], where: str
) -> None:
    answer = alice.post(f"people/{world.ids['answered']}/{what}", body)

    assert answer.status_code == 400, answer.content
    assert problem(answer)["where"] == where


@pytest.mark.parametrize(
    "at", ["2099-01-01", "2099-01-01T00:00:00", "9999-12-31T23:59:59Z", "soon", 4070908800]
)
def test_an_exception_ends_at_an_instant(world: World, mona: Program, at: object) -> None:
    body = {"record_id": world.ids["answered"], "expires_at": at, "reason": "a test"}

    answer = mona.post("exceptions/", body)

    assert answer.status_code == 400
    assert problem(answer)["where"] == "body.expires_at"


def test_too_large_another_type_and_no_json_wanted(world: World, alice: Program) -> None:
    headers = {"Authorization": f"Bearer {alice.token}", "Idempotency-Key": "1"}
    address = "/api/v1/requests/"

    large = alice.client.post(address, b" " * (1 << 21), content_type="application/json", headers=headers)
    form = alice.client.post(address, {"why": "a test"}, headers=headers)
    html = alice.client.get(address, headers=headers | {"Accept": "text/html"})
    put = alice.client.put(address, headers=headers)

    assert [one.status_code for one in (large, form, html, put)] == [413, 415, 406, 405]
    assert [problem(one)["where"] for one in (large, form, html, put)] == [
        "body",
        "header.Content-Type",
        "header.Accept",
        "method",
    ]
    assert put.headers["Allow"] == "GET, HEAD, POST"
    assert Request.objects.count() == 0


@pytest.mark.parametrize("address", ["people", "", "people/%0A/", "requests/x/"])
def test_an_address_of_nowhere_is_told_as_json(world: World, alice: Program, address: str) -> None:
    answer = alice.get(address)

    assert answer.status_code == 404
    assert "end with a slash" in problem(answer)["what"]
