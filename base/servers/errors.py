"""The one error of the private servers, and its words."""

from __future__ import annotations


class ServersError(Exception):
    """The private servers cannot run. The text says to the user what, where, and what to do."""


FULL = "{what}: the disk is full. Make room, or set LEADMODEL_HOME to a folder on another disk."
NO_SPACE = "No space left on device"


def explain(what: str, said: str) -> str:
    """One sentence for a server's failure, with its own last words; a full disk is named as such."""
    if NO_SPACE in said:
        return FULL.format(what=what)
    return f"{what}. It said: {said.strip() or 'nothing'}"
