"""A long list asks the database as often as a short one."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from base.models import User
from leadmodel.models import Exclusion
from tests.api.conftest import Program
from tests.pages.world import DAY, World


def leave_out(world: World, called: str, *, granted_by: str, ended_by: str | None) -> None:
    ended = {"ended_by": User.objects.get(username=ended_by), "ended_at": world.now} if ended_by else {}
    Exclusion.objects.create(
        record_id=world.ids[called],
        starts_at=world.now - DAY,
        expires_at=world.now + DAY,
        reason="a test",
        owner=User.objects.get(username=granted_by),
        **ended,
    )


def statements(program: Program, address: str, rows: int) -> int:
    """How many statements a list of so many rows takes."""
    with CaptureQueriesContext(connection) as asked:
        found = program.read(address)["results"]
    assert len(found) == rows
    return len(asked)


def test_exceptions_with_who_granted_and_who_ended_them(world: World, otto: Program) -> None:
    leave_out(world, "answered", granted_by="mona", ended_by="otto")
    otto.read("exceptions/")  # what a token's first use notes
    few = statements(otto, "exceptions/", rows=2)

    for called in ("waiting", "won", "bypassed", "due_soon"):
        leave_out(world, called, granted_by="mona", ended_by=None)
        leave_out(world, called, granted_by="max", ended_by="mona")

    assert statements(otto, "exceptions/", rows=10) == few
    told = [(one["owner"], one["ended_by"]) for one in otto.read("exceptions/")["results"]]
    assert told == [("max", "mona"), ("mona", None)] * 4 + [("mona", "otto"), ("otto", None)]
