"""Throwing a home away: the database, the sandbox organisation's data, the key. `make demo-reset` does it."""

from __future__ import annotations

import os
import shutil

from base.servers.errors import ServersError
from base.servers.home import Home
from base.servers.locks import open_lock, wait_lock

# The supervisor needs its grace period and a clean stop of both servers before it lets go.
WAIT_SECONDS = 15.0


def reset(home: Home) -> bool:
    """Remove everything in the home. False if there was nothing.

    Raises ServersError while a command still uses it.
    """
    if not home.folder.exists():
        return False
    lease = open_lock(home.lease)
    try:
        if not wait_lock(lease, exclusive=True, seconds=WAIT_SECONDS):
            message = f"A demo or another command still uses {home.folder}: stop it (Ctrl-C) and try again."
            raise ServersError(message)
        shutil.rmtree(home.folder)
        # Outside of the home where its path is too long for a socket.
        shutil.rmtree(home.sockets, ignore_errors=True)
    except OSError as error:
        message = f"{error.filename} cannot be removed ({error.strerror}): remove {home.folder} by hand."
        raise ServersError(message) from error
    finally:
        os.close(lease)
    return True
