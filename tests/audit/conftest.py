"""The small desk, and whoever is logged in."""

from __future__ import annotations

from tests.api.conftest import act_as
from tests.pages.conftest import alice, log_in, mona, otto, world
from tests.pages.test_forms import numbers

__all__ = ["act_as", "alice", "log_in", "mona", "numbers", "otto", "world"]
