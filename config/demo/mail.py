"""A mail server for the demo that keeps what the app sends and shows it, and the first mail to see there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from config.demo.children import Children

NAME = "mails.data"
READY = re.compile(r"mail ready: (http://\S+) smtp (127\.0\.0\.1):(\d+)\n")


def serve(children: Children, folder: Path) -> str:
    """Start it on free ports and make it the children's mail server; the address of its pages.

    Whatever mail server the environment names is left out: a demo writes to nobody.
    """
    data = str(folder / NAME)
    log = children.start("mail-viewer", [sys.executable, "-m", "sandbox.post", "--data", data])
    ready = children.wait_for_words(log, READY)
    for name in [name for name in children.environment if name.startswith("EMAIL_")]:
        del children.environment[name]
    children.environment |= {"EMAIL_HOST": ready[2], "EMAIL_PORT": ready[3]}
    return ready[1]


def forget(folder: Path) -> None:
    """Remove the mails of an earlier demo."""
    for file in folder.glob(f"{NAME}*"):
        file.unlink()
