#!/usr/bin/env python
"""Leadmodel's commands. Those that need a database start the private servers where none are configured."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from base.env import ConfigurationError
from base.servers import ServersError
from config.servers import ensure_servers, needs_servers


def main() -> int:
    """Run one command; a problem of configuration is one sentence and status 1."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        if needs_servers(sys.argv[1:]):
            ensure_servers()
        execute_from_command_line(sys.argv)
    except (ServersError, ConfigurationError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
