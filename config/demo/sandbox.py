"""Serving the sandbox organisation, and telling the app how to reach it."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path

from config.demo.children import Children

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
        "SALESFORCE_URL": f"https://localhost:{children.wait_for_words(log, ADDRESS)[1]}",
        "SALESFORCE_CLIENT_ID": "sandbox",
        "SALESFORCE_CLIENT_SECRET": "sandbox",
        "SALESFORCE_CA_FILE": str(authority),
        "SALESFORCE_ALLOW_LOCAL": "true",
    }
