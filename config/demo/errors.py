"""The demo's one error, and how it is asked to end."""

from __future__ import annotations


class DemoError(Exception):
    """The demo cannot go on. The text says to the user what, where, and what to do."""


class Stopped(BaseException):
    """Ctrl-C or SIGTERM. Not an Exception: no handler on the way may take it for a failure."""
