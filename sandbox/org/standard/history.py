"""Field history: one row per change of a tracked field, two when the field is a look-up."""

from __future__ import annotations

from sandbox.org.schema import Field, SObject
from sandbox.org.standard.build import CREATED, DELETED, ID, pick, ref

KEY_PREFIX = "017"
"""All field histories share one key prefix."""


def _history(name: str, label: str, parent: str) -> SObject:
    return SObject(
        name=name,
        label=label,
        label_plural=label,
        key_prefix=KEY_PREFIX,
        createable=False,
        updateable=False,
        undeletable=False,
        triggerable=False,
        history_of=parent,
        fields=(
            ID,
            DELETED,
            ref(f"{parent}Id", parent, required=True, read_only=True),
            *reversed(CREATED),
            pick("Field", required=True),
            pick("DataType", length=40),
            _told_value("OldValue"),
            _told_value("NewValue"),
        ),
        indexes=((f"{parent}Id",),),
    )


def _told_value(name: str) -> Field:
    return Field(name, "anyType", 255, filterable=False, createable=False, updateable=False)


OBJECTS = (
    _history("LeadHistory", "Lead History", "Lead"),
    _history("ContactHistory", "Contact History", "Contact"),
    _history("OpportunityFieldHistory", "Opportunity Field History", "Opportunity"),
)
