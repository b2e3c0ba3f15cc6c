"""Which processes need the private servers, and holding them for the life of the process."""

from __future__ import annotations

import os
from collections.abc import Sequence

from base.env import env_str
from base.servers import Home, Lease, Purpose, ServersError, hold, home_for

# These read no database and send no message, so they work where no server can run.
COMMANDS_WITHOUT_SERVERS = frozenset(
    {
        "help", "version", "check", "collectstatic", "findstatic", "diffsettings", "spectacular",
        "startapp", "startproject", "makemessages", "compilemessages", "--help", "-h", "--version",
    }
)  # fmt: skip

_leases: list[Lease] = []


def purpose() -> Purpose:
    """Whose data this process works on: LEADMODEL_PURPOSE, by default the app's."""
    return Purpose(os.environ.get("LEADMODEL_PURPOSE", Purpose.APP))


def home() -> Home:
    """The folder this process's private servers and private files live in."""
    return home_for(purpose())


def uses_private_servers() -> bool:
    """Whether no servers are configured. Raises ServersError when only one of the two is."""
    database, redis = env_str("DATABASE_URL"), env_str("REDIS_URL")
    if bool(database) != bool(redis):
        have, lack = ("DATABASE_URL", "REDIS_URL") if database else ("REDIS_URL", "DATABASE_URL")
        message = (
            f"{have} is set and {lack} is not: set both to use your servers, or neither to use private ones."
        )
        raise ServersError(message)
    return not database


def needs_servers(arguments: Sequence[str]) -> bool:
    """Whether the manage.py command of these arguments works with the database or Redis."""
    if not arguments or arguments[0] in COMMANDS_WITHOUT_SERVERS:
        return arguments[:1] == ["check"] and "--database" in arguments
    if {"--help", "-h"} & set(arguments):
        return False
    return list(arguments[:2]) != ["model", "check"]


def ensure_servers() -> None:
    """Hold the private servers until this process ends, unless others are configured."""
    if not _leases and uses_private_servers():
        _leases.append(hold(home()))
