"""Activities with several people, as organisations with Shared Activities have them."""

from __future__ import annotations

from tests.sandbox.conftest import SandboxServer, lead


def people(server: SandboxServer, object_name: str = "TaskRelation") -> list[tuple[str, bool]]:
    """Whom the activities are also about, and whether that is a thing."""
    told = server.query(f"SELECT RelationId, IsWhat FROM {object_name} ORDER BY CreatedDate", "query")
    return [(row["RelationId"], row["IsWhat"]) for row in told["records"]]


def test_a_task_with_a_second_person(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    first, second = lead(org), lead(org)
    task = org.create("Task", {"WhoId": first, "Subject": "Call"})
    org.create("TaskRelation", {"TaskId": task, "RelationId": second})
    assert people(sandbox_server) == [(second, False)]

    org.delete("Task", task)
    assert people(sandbox_server) == []


def test_it_follows_conversions_and_merges(sandbox_server: SandboxServer) -> None:
    org = sandbox_server.org
    first, second, third = lead(org), lead(org), lead(org)
    task = org.create("Task", {"WhoId": first, "Subject": "Call"})
    for who in (second, third):
        org.create("TaskRelation", {"TaskId": task, "RelationId": who})

    org.merge(second, [third])
    assert people(sandbox_server) == [(second, False)]  # nobody is in it twice
    contact = org.convert(second).contact_id
    assert people(sandbox_server) == [(contact, False)]
