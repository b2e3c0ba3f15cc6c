"""The address the demo's pages are served on."""

from __future__ import annotations

import errno
import socket

from config.demo.errors import DemoError

FIRST = 8000
TRIES = 100


def listen(port: int | None) -> socket.socket:
    """A listening socket on this machine only: on the port asked for, else on the first free one from 8000.

    Raises DemoError when the port asked for cannot be had.
    """
    for candidate in [port] if port is not None else range(FIRST, FIRST + TRIES):
        listener = socket.socket(socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", candidate))
            listener.listen()
        except OSError as error:
            listener.close()
            if port is not None:
                why = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be had ({error.strerror})"
                message = f"Port {port} {why}: name another one, or none for the first free one from {FIRST}."
                raise DemoError(message) from error
        else:
            return listener
    message = f"No port from {FIRST} to {FIRST + TRIES - 1} is free: name one with --port."
    raise DemoError(message)
