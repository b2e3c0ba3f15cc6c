"""What every app stands on: users with their roles, and the one outbox."""

from __future__ import annotations

from base.models.outbox import Effect
from base.models.users import Role, User

__all__ = ["Effect", "Role", "User"]
