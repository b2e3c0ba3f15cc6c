"""`python -m sandbox.post`: take mails by SMTP, and messages to Slack, and show them, on this machine only."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sqlite3
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox.post.mailbox import Mailbox
from sandbox.post.serving import Post
from sandbox.server.listening import PortTaken, listen, port_number


def main(arguments: Sequence[str]) -> int:
    """Serves until Ctrl-C or SIGTERM; answers the exit status. What went wrong is one sentence on standard error."""
    options = _parser().parse_args(arguments)
    try:
        with contextlib.closing(Mailbox(options.data)) as mailbox:
            post = Post(mailbox, listen(options.smtp_port), listen(options.port))
            asyncio.run(_run(post))
    except PortTaken as error:
        sys.stderr.write(f"sandbox.post: {error}\n")
        return 1
    except sqlite3.Error as error:
        sys.stderr.write(f"sandbox.post: {options.data} cannot be used: {error}.\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.post", description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FILE", help="the file the mails are kept in"
    )
    parser.add_argument(
        "--smtp-port", type=port_number, default=0, help="where mails are taken; 0 takes a free one"
    )
    parser.add_argument(
        "--port", type=port_number, default=0, help="http port of the pages; 0 takes a free one"
    )
    return parser


async def _run(post: Post) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, post.stop)
    # to whoever waits for it, at once
    sys.stdout.write(f"mail ready: {post.url} smtp {post.smtp_address} slack {post.slack_url}\n")
    sys.stdout.flush()
    await post.run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
