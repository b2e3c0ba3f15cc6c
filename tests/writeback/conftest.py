"""A synced desk whose reps write back."""

from __future__ import annotations

from tests.sync.conftest import new_world, world

__all__ = ["new_world", "world"]
