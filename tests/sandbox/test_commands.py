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
from tests.sandbox.signing_in import assertion, certificate

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
    store.insert_many(
        "User",
        [{"Id": make_id("005", 1), "Username": "otto@desk.example", "LastName": "Otto", "IsActive": True}],
    )
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


def test_a_proxy_is_told_of(data: Path) -> None:
    authority = data.parent / "ca.pem"
    with start(
        "serve", "--data", data, "--https-port", "0", "--ca-out", authority, "--proxy-port", "0"
    ) as program:
        assert program.stdout is not None
        ready = program.stdout.readline()
        program.terminate()
        program.communicate(timeout=PATIENCE_S)

    assert re.fullmatch(r"sandbox ready: http://\S+ https://\S+ proxy http://127\.0\.0\.1:\d+\n", ready)


def test_a_proxy_must_have_somewhere_to_lead_to(data: Path) -> None:
    status, _, err = run("serve", "--data", data, "--proxy-port", "0")

    assert status == 1
    assert err == "sandbox: --proxy-port needs --https-port: that is where the proxy leads to.\n"


def test_a_certificate_lets_a_client_sign_for_users(data: Path) -> None:
    path = data.parent / "robot.crt"
    path.write_text(certificate())
    with start("serve", "--data", data, "--jwt-certificate", path) as program:
        assert program.stdout is not None
        ready = READY.match(program.stdout.readline())
        assert ready is not None
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer",
            "assertion": assertion(iss="sandbox", sub="otto@desk.example"),
        }
        answer = requests.post(f"{ready[1]}/services/oauth2/token", data=form, timeout=TIMEOUT_S)
        program.terminate()
        program.communicate(timeout=PATIENCE_S)

    assert answer.json()["id"].endswith(make_id("005", 1))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(None, "cannot be read: No such file"), (b"x", "is no certificate"), (b"\xff", "is no certificate")],
)
def test_a_certificate_that_is_none_is_said(data: Path, content: bytes | None, sentence: str) -> None:
    path = data.parent / "robot.crt"
    if content is not None:
        path.write_bytes(content)

    status, _, err = run("serve", "--data", data, "--jwt-certificate", path)

    assert status == 1
    assert sentence in err
    assert "Traceback" not in err


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
