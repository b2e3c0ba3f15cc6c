"""The private servers by hand: `python -m base.servers where|reset [app|test|bench]`."""

from __future__ import annotations

import argparse
import sys

from base.servers.errors import ServersError
from base.servers.home import Purpose, home_for
from base.servers.reset import reset


def main() -> int:
    """Say where a purpose's servers live, or throw their data away."""
    parser = argparse.ArgumentParser(prog="python -m base.servers", description=__doc__)
    parser.add_argument("action", choices=["where", "reset"])
    parser.add_argument("purpose", nargs="?", type=Purpose, default=Purpose.APP, choices=list(Purpose))
    arguments = parser.parse_args()
    home = home_for(arguments.purpose)
    if arguments.action == "where":
        sys.stdout.write(f"{home.folder}\n")
        return 0
    try:
        removed = reset(home)
    except ServersError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        f"Removed {home.folder}.\n" if removed else f"Nothing to remove: {home.folder} is not there.\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
