"""`python -m sandbox` as a program of its own."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from sandbox.org.ids import make_id
from sandbox.org.store import Store
from tests.sandbox.conftest import TIMEOUT_S

PATIENCE_S = 30
READY = re.compile(r"sandbox ready: (http://127\.0\.0\.1:\d+)(?: (https://localhost:\d+))?\n")


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "sandbox", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    with start(*arguments) as program:
        out, err = program.communicate(timeout=PATIENCE_S)
    return program.returncode, out, err


@pytest.fixture
def data(tmp_path: Path) -> Path:
    store = Store.create(tmp_path / "org.db")
    store.insert_many("User", [{"Id": make_id("005", 1), "LastName": "Otto", "IsActive": True}])
    store.close()
    return tmp_path / "org.db"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_stop(data: Path, number: signal.Signals) -> None:
    authority = data.parent / "ca.pem"
    with start(
        "serve", "--data", data, "--https-port", "0", "--ca-out", authority, "--token", "t"
    ) as program:
        assert program.stdout is not None
        ready = READY.match(program.stdout.readline())
        assert ready is not None
        answers = [
            requests.get(
                f"{url}/services/data/v62.0/limits",
                headers={"Authorization": "Bearer t"},
                verify=str(authority),
                timeout=TIMEOUT_S,
            ).status_code
            for url in ready.groups()
        ]
        program.send_signal(number)
        _, err = program.communicate(timeout=PATIENCE_S)

    assert answers == [200, 200]
    assert (program.returncode, err) == (0, "")


def test_a_taken_port_is_said(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        status, _, err = run("serve", "--data", data, "--port", str(port))

    assert status == 1
    assert err == f"sandbox: Port {port} is taken by another program: choose another one, or 0 for any.\n"


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    status, _, err = run("serve", "--data", tmp_path / "nowhere.db")

    assert status == 1
    assert "nowhere.db does not exist: make it with" in err


@pytest.mark.parametrize("content", [b"", b"not a database, though long enough to look at" * 100])
def test_a_foreign_file_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "org.db").write_bytes(content)

    status, _, err = run("serve", "--data", tmp_path / "org.db")

    assert status == 1
    assert "is not a sandbox organisation, or is damaged" in err
    assert "Traceback" not in err


def test_an_organisation_that_is_no_company_cannot_live(data: Path) -> None:
    status, _, err = run("serve", "--data", data, "--live", "1")

    assert status == 1
    assert "is not the example company" in err


def test_a_load_tells_what_it_did(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "User.csv").write_text(f"Id,LastName\n{make_id('005', 1)},Alice\nnonsense,Bob\n")

    status, out, err = run("load", export, "--data", tmp_path / "org.db")

    assert (status, out) == (0, "User: 1 records\n1 records rejected.\n")
    assert (
        err == "rejected User.csv, line 3: Id 'nonsense' is not a record Id (15 or 18 letters and digits)\n"
    )


def test_an_export_that_cannot_be_loaded_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    export = tmp_path / "export"
    export.mkdir()
    (export / "Lead.csv").write_text("LastName\nLovelace\n")

    status, _, err = run("load", export, "--data", tmp_path / "org.db")

    assert status == 1
    assert err == "sandbox: Lead.csv has no column Id: export the object again with it. Nothing was loaded.\n"
    assert not (tmp_path / "org.db").exists()
