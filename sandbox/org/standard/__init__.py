"""The objects every organisation has, with their standard fields as the published object reference lists them."""

from __future__ import annotations

from sandbox.org.schema import Schema
from sandbox.org.standard import activities, history, people, selling, users

STANDARD = Schema(
    {one.name: one for module in (users, people, selling, activities, history) for one in module.OBJECTS}
)
