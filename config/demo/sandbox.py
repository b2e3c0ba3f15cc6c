"""Serving the sandbox organisation, and telling the app how to reach it."""

from __future__ import annotations

import re
import secrets
import sys
import time
from pathlib import Path

from config.demo.children import Children
from config.demo.errors import DemoError

READY_SECONDS = 60.0
POLL = 0.05
ADDRESS = re.compile(r"https://(?:127\.0\.0\.1|localhost):(\d+)\s")


def serve(children: Children, data: Path, folder: Path, *, speed: float | None) -> None:
    """Start the sandbox on free ports and put its address and credentials into the children's environment.

    `speed` lets the company live, in company-minutes per second; None serves the data as they are.
    """
    authority = folder / "sandbox-ca.pem"
    log = children.start(
        "sandbox",
        [
            sys.executable, "-m", "sandbox", "serve",
            "--data", str(data),
            "--port", "0",
            "--https-port", "0",
            "--ca-out", str(authority),
            "--token", secrets.token_hex(24),
            *(["--live", str(speed)] if speed is not None else []),
        ],
    )  # fmt: skip
    children.environment |= {
        "SALESFORCE_URL": f"https://localhost:{_wait_for_port(children, log)}",
        "SALESFORCE_CLIENT_ID": "sandbox",
        "SALESFORCE_CLIENT_SECRET": "sandbox",
        "SALESFORCE_CA_FILE": str(authority),
        "SALESFORCE_ALLOW_LOCAL": "true",
    }


def _wait_for_port(children: Children, log: Path) -> int:
    deadline = time.monotonic() + READY_SECONDS
    while not (found := ADDRESS.search(log.read_text(errors="replace"))):
        children.check()
        if time.monotonic() > deadline:
            message = f"The sandbox organisation does not get ready within {READY_SECONDS:.0f} s: see {log}."
            raise DemoError(message)
        time.sleep(POLL)
    return int(found[1])
