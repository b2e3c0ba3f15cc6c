"""The one error of the private servers."""

from __future__ import annotations


class ServersError(Exception):
    """The private servers cannot run. The text says to the user what, where, and what to do."""
