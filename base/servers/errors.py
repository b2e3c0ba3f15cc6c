"""The one error of the private servers."""

from __future__ import annotations


class ServersError(Exception):
    """The private servers cannot run. The text is one sentence or two for the user: what, where, what to do."""
