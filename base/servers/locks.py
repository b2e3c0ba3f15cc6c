"""File locks that end with their process, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

POLL = 0.05


def open_lock(path: Path) -> int:
    """Open (and create) a lock file; the caller closes the descriptor, which gives the lock back."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int, *, exclusive: bool) -> bool:
    """Take the lock if nobody is in the way; False otherwise."""
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_lock(descriptor: int, *, exclusive: bool, seconds: float) -> bool:
    """Take the lock, waiting up to so many seconds; False if it could not be had in that time."""
    deadline = time.monotonic() + seconds
    while not try_lock(descriptor, exclusive=exclusive):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL)
    return True


def unlock(descriptor: int) -> None:
    """Give the lock back and keep the file open."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


def is_locked(path: Path) -> bool:
    """Whether some process holds the file's lock for itself."""
    descriptor = open_lock(path)
    try:
        return not try_lock(descriptor, exclusive=True)
    finally:
        os.close(descriptor)
