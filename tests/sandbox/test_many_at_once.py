"""Clients that write and read at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.conftest import SandboxServer

WRITERS, EACH = 6, 15


def test_writers_take_turns_and_readers_do_not_wait(sandbox_server: SandboxServer) -> None:
    def write(writer: int) -> list[int]:
        values = {"LastName": f"Writer {writer}", "Company": "x"}
        return [sandbox_server.post("sobjects/Lead", values).status_code for _ in range(EACH)]

    def read(_reader: int) -> list[int]:
        return [sandbox_server.get("query?q=SELECT+COUNT()+FROM+Lead").status_code for _ in range(EACH)]

    with ThreadPoolExecutor(2 * WRITERS) as pool:
        written = list(pool.map(write, range(WRITERS)))
        seen = list(pool.map(read, range(WRITERS)))

    assert written == [[201] * EACH] * WRITERS
    assert seen == [[200] * EACH] * WRITERS
    assert sandbox_server.query("SELECT COUNT() FROM Lead")["totalSize"] == WRITERS * EACH
