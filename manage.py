#!/usr/bin/env python
"""Leadmodel's commands. Those that need a database start the private servers where none are configured."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run one command; a problem the user can solve is one sentence and status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - after the settings' name

    from base.servers import ServersError  # noqa: PLC0415
    from config.servers import ensure_servers, needs_servers  # noqa: PLC0415

    try:
        if needs_servers(sys.argv[1:]):
            ensure_servers()
    except ServersError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    execute_from_command_line(sys.argv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
