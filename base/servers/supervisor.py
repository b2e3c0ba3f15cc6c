"""The process that runs the private servers of one home for as long as somebody uses them.

Started by `base.servers.lease`, never by hand: `python -m base.servers.supervisor FOLDER PURPOSE`.
"""

from __future__ import annotations

import os
import signal
import stat
import sys
import time
from pathlib import Path
from types import FrameType

from base.servers import binaries
from base.servers.errors import ServersError, explain
from base.servers.home import Home, Purpose, servers_user
from base.servers.locks import open_lock, try_lock, unlock
from base.servers.postgres import Postgres
from base.servers.redis import Redis

LOOK_EVERY = 0.1


class Stop(Exception):
    """A signal asked the supervisor to end."""


def supervise(home: Home) -> int:
    """Run both servers until nobody holds the lease, one dies, or a signal comes. Returns the exit status."""
    supervised = open_lock(home.supervised)
    if not try_lock(supervised, exclusive=True):
        return 0  # another supervisor was quicker
    lease = open_lock(home.lease)
    for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(name, _stop)
    servers: list[Postgres | Redis] = []
    status = 0
    try:
        home.ready.unlink(missing_ok=True)
        home.failed.unlink(missing_ok=True)
        home.postgres_log.write_bytes(b"")
        _make_socket_folder(home.sockets)
        programs = binaries.install(home)
        for server in (Postgres(home, programs), Redis(home, programs)):
            servers.append(server)
            server.start()
        home.ready.write_text(str(os.getpid()))
        _wait_for_the_last_client(lease, servers, home.grace_seconds)
    except Stop:
        pass
    except ServersError as error:
        home.failed.write_text(str(error))
        status = 1
    except OSError as error:
        home.failed.write_text(explain("The private servers cannot be set up", str(error)))
        status = 1
    finally:
        home.ready.unlink(missing_ok=True)
        for server in reversed(servers):
            server.stop()
        # In this order: a client waiting for the lease finds the supervisor gone, and starts another.
        os.close(supervised)
        os.close(lease)
    return status


def _wait_for_the_last_client(lease: int, servers: list[Postgres | Redis], grace_seconds: float) -> None:
    """Return, holding the lease alone, when nobody has used the servers for the grace period."""
    idle_since: float | None = None
    while True:
        for server in servers:
            if server.died():
                message = f"{type(server).__name__} ended unexpectedly."
                raise ServersError(message)
        if try_lock(lease, exclusive=True):
            idle_since = idle_since or time.monotonic()
            if time.monotonic() - idle_since >= grace_seconds:
                return
            unlock(lease)
        else:
            idle_since = None
        time.sleep(LOOK_EVERY)


def _make_socket_folder(folder: Path) -> None:
    user = servers_user()
    owner = user.pw_uid if user else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.geteuid()):
        message = (
            f"{folder} belongs to somebody else: "
            "remove it, or set LEADMODEL_HOME to a folder with a shorter path."
        )
        raise ServersError(message)
    if user:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stop


if __name__ == "__main__":
    sys.exit(supervise(Home(Path(sys.argv[1]), Purpose(sys.argv[2]))))
