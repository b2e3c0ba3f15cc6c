"""What is deleted for good, what skips the recycle bin, and what is archived."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.org.ids import make_id
from tests.sandbox.conftest import NOON, SandboxServer, lead


def control(server: SandboxServer, name: str, told: object) -> Any:
    answer = server.post(f"/__sandbox__/{name}", told)
    assert answer.ok, answer.text
    return answer.json() if answer.content else None


def ids(server: SandboxServer, soql: str, resource: str = "queryAll") -> list[str]:
    return [record["Id"] for record in server.query(f"{soql} ORDER BY Id", resource)["records"]]


def later(server: SandboxServer, **delta: float) -> None:
    server.org.clock.fix(server.org.clock.now() + timedelta(**delta))


def deleted(server: SandboxServer, name: str) -> list[str]:
    later(server, minutes=1)
    now = server.org.clock.now()
    period = {"start": f"{now - timedelta(days=14):%Y-%m-%dT%H:%MZ}", "end": f"{now:%Y-%m-%dT%H:%MZ}"}
    told = server.get(f"sobjects/{name}/deleted", params=period).json()
    return [one["id"] for one in told["deletedRecords"]]


def test_a_record_in_the_bin_can_be_deleted_for_good(sandbox_server: SandboxServer) -> None:
    kept, gone = lead(sandbox_server.org), lead(sandbox_server.org)
    sandbox_server.call("DELETE", f"sobjects/Lead/{gone}")

    control(sandbox_server, "purge", {"ids": [gone]})

    assert ids(sandbox_server, "SELECT Id FROM Lead") == [kept]
    assert sandbox_server.get(f"sobjects/Lead/{gone}").json()[0]["errorCode"] == "NOT_FOUND"
    assert deleted(sandbox_server, "Lead") == [gone]


def test_a_record_deleted_past_the_bin_takes_its_activities_and_its_history_with_it(
    sandbox_server: SandboxServer,
) -> None:
    org = sandbox_server.org
    kept, gone = lead(org), lead(org)
    task = org.create("Task", {"Subject": "Call", "WhoId": gone})
    org.update("Lead", gone, {"Rating": "Hot"})

    control(sandbox_server, "purge", {"ids": [gone]})

    assert ids(sandbox_server, "SELECT Id FROM Lead") == [kept]
    assert ids(sandbox_server, "SELECT Id FROM Task") == []
    assert {row["LeadId"] for row in org.store.rows("LeadHistory")} == {kept}
    assert deleted(sandbox_server, "Task") == [task]


def test_an_id_is_given_out_once(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    first = lead(org)
    org.update("Lead", first, {"Rating": "Hot"})
    past = [row["Id"] for row in org.store.rows("LeadHistory")]
    member = org.create(
        "CampaignMember", {"CampaignId": org.create("Campaign", {"Name": "Fair"}), "LeadId": first}
    )
    org.delete("CampaignMember", member)
    control(sandbox_server, "purge", {"ids": [first]})

    second = lead(org)
    org.update("Lead", second, {"Rating": "Hot"})
    again = org.create(
        "CampaignMember", {"CampaignId": org.create("Campaign", {"Name": "Fair"}), "LeadId": second}
    )

    assert second > first
    assert again > member
    assert min(str(row["Id"]) for row in org.store.rows("LeadHistory")) > max(map(str, past))


def test_what_was_deleted_before_its_parent_stays_in_the_bin(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    gone = lead(org)
    task = org.create("Task", {"Subject": "Call", "WhoId": gone})
    org.delete("Task", task)
    later(sandbox_server, minutes=1)
    org.delete("Lead", gone)

    control(sandbox_server, "purge", {"ids": [gone]})

    assert ids(sandbox_server, "SELECT Id FROM Task") == [task]


def test_what_cannot_be_undeleted_never_sees_the_bin(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    campaign = org.create("Campaign", {"Name": "Fair"})
    member = org.create("CampaignMember", {"CampaignId": campaign, "LeadId": lead(org)})

    sandbox_server.call("DELETE", f"sobjects/CampaignMember/{member}")

    assert ids(sandbox_server, "SELECT Id FROM CampaignMember") == []
    assert deleted(sandbox_server, "CampaignMember") == [member]


def test_the_bin_is_emptied_of_what_lies_there_long(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    winner, loser, old, fresh = (lead(org) for _ in range(4))
    org.delete("Lead", old)
    org.merge(winner, [loser])
    later(sandbox_server, days=16)
    org.delete("Lead", fresh)

    emptied = control(sandbox_server, "empty-bin", {"days": 15})

    assert emptied == {"Lead": 2}
    assert ids(sandbox_server, "SELECT Id FROM Lead") == [winner, fresh]
    assert control(sandbox_server, "empty-bin", {}) == {"Lead": 1}
    assert ids(sandbox_server, "SELECT Id FROM Lead") == [winner]


def test_history_that_goes_is_not_told(sandbox_server: SandboxServer) -> None:
    lead(sandbox_server.org)
    [row] = sandbox_server.org.store.rows("LeadHistory")

    gone = sandbox_server.call("DELETE", f"sobjects/LeadHistory/{row['Id']}")

    assert gone.status_code == 204
    assert ids(sandbox_server, "SELECT Id FROM LeadHistory") == []
    assert deleted(sandbox_server, "LeadHistory") == []


def test_only_what_exists_can_be_purged_or_touched(sandbox_server: SandboxServer) -> None:
    for name in ("purge", "touch"):
        for told in ({}, {"ids": "x"}, {"ids": ["nonsense"]}, {"ids": [make_id("00Q", 99)]}):
            assert sandbox_server.post(f"/__sandbox__/{name}", told).status_code in (400, 404)
    assert sandbox_server.post("/__sandbox__/empty-bin", {"days": "x"}).status_code == 400


def test_a_touched_record_has_a_new_stamp_and_nothing_else(sandbox_server: SandboxServer) -> None:
    lead_id = lead(sandbox_server.org)
    later(sandbox_server, hours=1)

    control(sandbox_server, "touch", {"ids": [lead_id]})

    read = sandbox_server.get(f"sobjects/Lead/{lead_id}").json()
    assert read["SystemModstamp"] == "2026-03-02T13:00:00.000+0000"
    assert read["LastModifiedDate"] == "2026-03-02T12:00:00.000+0000"


def test_a_call_of_a_year_ago_is_archived(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    day = {days: (NOON - timedelta(days=days)).date().isoformat() for days in (365, 366)}
    done = {"Subject": "Call", "Status": "Completed"}
    kept = [
        org.create("Task", done | {"ActivityDate": day[365]}),
        org.create("Task", {"Subject": "Call", "ActivityDate": day[366]}),
        org.create("Task", done),
    ]
    old = org.create("Task", done | {"ActivityDate": day[366]})
    event = org.create("Event", {"Subject": "Demo", "StartDateTime": f"{day[366]}T09:00:00Z"})

    assert control(sandbox_server, "archive", {}) == {"Task": 1, "Event": 1}
    assert ids(sandbox_server, "SELECT Id FROM Task", "query") == kept
    assert ids(sandbox_server, "SELECT Id FROM Event", "query") == []
    assert ids(sandbox_server, "SELECT Id FROM Task WHERE IsArchived = true") == [old]
    assert ids(sandbox_server, "SELECT Id FROM Event WHERE IsArchived = true") == [event]


def test_tasks_without_a_day_are_archived_by_their_creation(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    org.create("Task", {"Subject": "Call", "Status": "Completed"})
    later(sandbox_server, days=400)

    assert control(sandbox_server, "archive", {})["Task"] == 1
