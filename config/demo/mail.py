"""A mail server and a Slack for the demo, which keep what the app sends and show it."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from config.demo.children import Children

NAME = "mails.data"
READY = re.compile(r"mail ready: (http://\S+) smtp (127\.0\.0\.1):(\d+) slack (http://\S+)\n")


def serve(children: Children, folder: Path) -> tuple[str, str]:
    """Start it on free ports and make it the children's mail server; the addresses of its pages and of its webhook.

    Whatever mail server the environment names is left out: a demo writes to nobody.
    """
    data = str(folder / NAME)
    log = children.start("mail-viewer", [sys.executable, "-m", "sandbox.post", "--data", data])
    ready = children.wait_for_words(log, READY)
    for name in [name for name in children.environment if name.startswith("EMAIL_")]:
        del children.environment[name]
    children.environment |= {"EMAIL_HOST": ready[2], "EMAIL_PORT": ready[3]}
    return ready[1], ready[4]


def forget(folder: Path) -> None:
    """Remove the mails of an earlier demo."""
    for file in folder.glob(f"{NAME}*"):
        file.unlink()
