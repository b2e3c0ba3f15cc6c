"""Changes that become visible some time after their stamp, as those of long transactions do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import NOON, SandboxServer, lead, user
from tests.sandbox.test_bulk import done

SOQL = "SELECT LastName FROM Lead ORDER BY LastName"


def late(server: SandboxServer, seconds: float) -> None:
    assert server.call("PUT", "/__sandbox__/late", json={"seconds": seconds}).json() == {"seconds": seconds}


def clock(server: SandboxServer, **delta: float) -> None:
    server.org.clock.fix(NOON + timedelta(**delta))


def names(server: SandboxServer, resource: str = "query") -> str:
    return "".join(record["LastName"] for record in server.query(SOQL, resource)["records"])


def test_a_new_record_is_seen_when_its_time_has_come(sandbox_server: SandboxServer) -> None:
    late(sandbox_server, 300)
    made = lead(sandbox_server.org, "A")

    clock(sandbox_server, seconds=299)
    assert names(sandbox_server) == ""
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
    assert sandbox_server.query("SELECT Id FROM LeadHistory")["records"] == []
    assert sandbox_server.get(f"sobjects/Lead/{made}").status_code == 404

    clock(sandbox_server, seconds=300)
    assert names(sandbox_server) == "A"
    [record] = sandbox_server.query("SELECT SystemModstamp FROM Lead")["records"]
    assert record["SystemModstamp"] == "2026-03-02T12:00:00.000+0000"


def test_a_changed_record_is_seen_as_it_was_before(sandbox_server: SandboxServer) -> None:
    changed = lead(sandbox_server.org, "A")
    gone = lead(sandbox_server.org, "B")
    late(sandbox_server, 60)

    clock(sandbox_server, seconds=10)
    sandbox_server.org.update("Lead", changed, {"LastName": "C"})
    clock(sandbox_server, seconds=40)
    sandbox_server.org.update("Lead", changed, {"LastName": "D"})
    sandbox_server.org.delete("Lead", gone)

    seen = {}
    for second in (69, 70, 99, 100):
        clock(sandbox_server, seconds=second)
        seen[second] = names(sandbox_server), names(sandbox_server, "queryAll")
    assert seen == {69: ("AB", "AB"), 70: ("BC", "BC"), 99: ("BC", "BC"), 100: ("D", "BD")}


def test_a_former_state_can_be_asked_for_like_any_other(sandbox_server: SandboxServer) -> None:
    alice = user(sandbox_server.org, "Alice")
    changed = lead(sandbox_server.org, "A", OwnerId=alice)
    late(sandbox_server, 60)
    sandbox_server.org.update("Lead", changed, {"LastName": "B"})
    sandbox_server.org.update("User", alice, {"LastName": "Alicia"})

    [record] = sandbox_server.query("SELECT LastName, Owner.Name FROM Lead WHERE LastName = 'a'")["records"]

    assert record["Owner"]["Name"] == "Alice"
    assert sandbox_server.query("SELECT Id FROM Lead WHERE LastName = 'B'")["records"] == []
    job = done(sandbox_server, SOQL)
    assert sandbox_server.get(f"jobs/query/{job}/results").text == '"LastName"\n"A"\n'


def test_what_is_not_yet_visible_holds_back_how_far_an_answer_covers(sandbox_server: SandboxServer) -> None:
    kept, gone = lead(sandbox_server.org), lead(sandbox_server.org)
    late(sandbox_server, 300)
    clock(sandbox_server, minutes=2, seconds=30)
    sandbox_server.org.update("Lead", kept, {"Rating": "Hot"})
    sandbox_server.org.delete("Lead", gone)

    def asked(which: str) -> Any:
        period = {"start": "2026-03-02T12:02:00Z", "end": "2026-03-02T13:00:00Z"}
        return sandbox_server.get(f"sobjects/Lead/{which}", params=period).json()

    clock(sandbox_server, minutes=5)
    updated, deleted = asked("updated"), asked("deleted")
    assert (updated["ids"], deleted["deletedRecords"]) == ([], [])
    assert updated["latestDateCovered"] == deleted["latestDateCovered"] == "2026-03-02T12:02:00.000+0000"

    clock(sandbox_server, minutes=8)
    updated, deleted = asked("updated"), asked("deleted")
    assert set(updated["ids"]) == {kept, gone}
    assert [one["id"] for one in deleted["deletedRecords"]] == [gone]
    assert updated["latestDateCovered"] == "2026-03-02T12:08:00.000+0000"


def test_a_record_deleted_for_good_is_gone_at_once(sandbox_server: SandboxServer) -> None:
    gone = lead(sandbox_server.org, "A")
    late(sandbox_server, 300)
    sandbox_server.org.hard_delete("Lead", gone)

    assert names(sandbox_server, "queryAll") == ""
    lead(sandbox_server.org, "B")
    assert names(sandbox_server, "queryAll") == ""
    clock(sandbox_server, seconds=301)
    assert names(sandbox_server, "queryAll") == "B"


def test_when_nothing_is_late_any_more_everything_is_seen(sandbox_server: SandboxServer) -> None:
    late(sandbox_server, 300)
    lead(sandbox_server.org, "A")

    late(sandbox_server, 0)
    lead(sandbox_server.org, "B")

    assert names(sandbox_server) == "AB"


@pytest.mark.parametrize("seconds", [-1, "soon", None, True])
def test_a_delay_that_cannot_be_is_refused(sandbox_server: SandboxServer, seconds: object) -> None:
    answer = sandbox_server.call("PUT", "/__sandbox__/late", json={"seconds": seconds})

    assert answer.status_code == 400
