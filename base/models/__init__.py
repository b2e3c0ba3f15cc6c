"""What every app stands on: users with their roles, the one outbox, the audit log, what programs come with."""

from __future__ import annotations

from base.models.api import ApiToken, ApiWrite
from base.models.audit import AuditEntry
from base.models.outbox import Effect
from base.models.users import Role, User

__all__ = ["ApiToken", "ApiWrite", "AuditEntry", "Effect", "Role", "User"]
