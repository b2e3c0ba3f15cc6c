"""Private PostgreSQL and Redis for machines that have none (Linux x86-64).

Real server binaries from PyPI wheels run from a folder the app owns, under a supervisor process of our own.
Every process that needs them holds a shared lock on one lease file for as long as it lives; the supervisor
stops the servers when nobody holds it any more. A lock ends with its process, however that ends, so a killed
command leaves no servers behind. Nothing here imports Django: `manage.py` calls it before the settings are
read.
"""

from __future__ import annotations

from base.servers.errors import ServersError
from base.servers.home import Home, Purpose, home_for
from base.servers.lease import Lease, hold

__all__ = ["Home", "Lease", "Purpose", "ServersError", "hold", "home_for"]
