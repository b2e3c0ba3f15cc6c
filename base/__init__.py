"""What every app stands on: users and roles, the audit log, the outbox, and the private servers."""
