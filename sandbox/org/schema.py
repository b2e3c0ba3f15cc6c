"""What an object and a field are: the declarations that describe, SOQL, loading and writing all read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal, TypeAlias

FieldType: TypeAlias = Literal[
    "id", "string", "picklist", "multipicklist", "reference", "boolean", "int", "double", "currency", "percent",
    "date", "datetime", "time", "textarea", "phone", "url", "email", "anyType",
]  # fmt: skip

NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
TEXT_TYPES = frozenset(
    {"string", "picklist", "multipicklist", "textarea", "phone", "url", "email", "anyType"}
)
Value: TypeAlias = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object, as describe tells of it.

    `length` is in characters; `precision` and `scale` are decimal digits. `tracked` says whether a
    change leaves a row in the object's history, `external_id` whether clients may name records by it.
    """

    name: str
    type: FieldType
    length: int = 0
    label: str = ""
    precision: int = 0
    scale: int = 0
    nillable: bool = True
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    defaulted_on_create: bool = False
    reference_to: tuple[str, ...] = ()
    relationship_name: str | None = None
    values: tuple[str, ...] = ()
    restricted: bool = False
    name_field: bool = False
    tracked: bool = False
    unique: bool = False
    external_id: bool = False
    calculated: bool = False
    """A formula: its value may change without any stamp."""

    @property
    def custom(self) -> bool:
        """Whether the organisation added it."""
        return self.name.endswith("__c")

    @property
    def polymorphic(self) -> bool:
        """Whether it looks up records of more than one object."""
        return len(self.reference_to) > 1

    @property
    def required_on_create(self) -> bool:
        """Whether a client that creates a record must give it."""
        return self.createable and not self.nillable and not self.defaulted_on_create

    @property
    def history_name(self) -> str:
        """How history rows call the field: a look-up goes by the name of what it points to."""
        if self.type == "reference" and not self.custom and self.name.endswith("Id"):
            return self.name.removesuffix("Id")
        return self.name


@dataclass(frozen=True)
class SObject:
    """One object: its fields in describe order, and what the API may do with it."""

    name: str
    label: str
    label_plural: str
    key_prefix: str
    fields: tuple[Field, ...]
    createable: bool = True
    updateable: bool = True
    deletable: bool = True
    undeletable: bool = True
    mergeable: bool = False
    replicateable: bool = True
    triggerable: bool = True
    searchable: bool = False
    history_of: str | None = None
    history_object: str | None = None
    indexes: tuple[tuple[str, ...], ...] = field(default=())

    @property
    def custom(self) -> bool:
        """Whether the organisation added it."""
        return self.name.endswith("__c")

    @cached_property
    def _by_lower_name(self) -> Mapping[str, Field]:
        return {one.name.lower(): one for one in self.fields}

    @cached_property
    def _by_relationship(self) -> Mapping[str, Field]:
        return {one.relationship_name.lower(): one for one in self.fields if one.relationship_name}

    def field(self, name: str) -> Field | None:
        """The field of this name, whatever its case; None when there is none."""
        return self._by_lower_name.get(name.lower())

    def relationship(self, name: str) -> Field | None:
        """The look-up field whose relationship has this name, whatever its case."""
        return self._by_relationship.get(name.lower())

    def has(self, name: str) -> bool:
        """Whether there is a field of this name, whatever its case."""
        return name.lower() in self._by_lower_name

    def with_field(self, new: Field, *, instead_of: str | None = None) -> SObject:
        """This object with one field more, or in the place of the one of that name (of its own, unless said)."""
        gone = (instead_of or new.name).lower()
        if not self.has(gone):
            return replace(self, fields=(*self.fields, new))
        return replace(self, fields=tuple(new if one.name.lower() == gone else one for one in self.fields))

    def without_fields(self, names: frozenset[str]) -> SObject:
        """This object as a user sees it who may not see these fields."""
        return replace(self, fields=tuple(one for one in self.fields if one.name not in names))

    @property
    def name_field(self) -> Field | None:
        """The field that names a record to people."""
        return next((one for one in self.fields if one.name_field), None)

    @property
    def cursor_field(self) -> str:
        """The stamp that grows with every change: history rows never change and only have CreatedDate."""
        return "SystemModstamp" if self.has("SystemModstamp") else "CreatedDate"


class Schema:
    """The objects of one organisation, found by name whatever its case."""

    def __init__(self, objects: Mapping[str, SObject]) -> None:
        self.objects = dict(objects)
        self._by_lower_name = {name.lower(): one for name, one in self.objects.items()}

    def get(self, name: str) -> SObject | None:
        """The object of this name, whatever its case; None when there is none."""
        return self._by_lower_name.get(name.lower())

    def by_prefix(self, prefix: str) -> SObject | None:
        """The object whose Ids start with this key prefix; None too for the one prefix all histories share."""
        found = [one for one in self.objects.values() if one.key_prefix == prefix]
        return found[0] if len(found) == 1 else None

    def with_object(self, one: SObject) -> Schema:
        """This schema with an object more, or with the one of that name replaced."""
        return Schema({**self.objects, one.name: one})

    def visible(self, hidden_objects: frozenset[str], hidden_fields: frozenset[str]) -> Schema:
        """The schema as an API user sees it who lacks these objects and these `Object.Field`s."""
        shown = {}
        for name, one in self.objects.items():
            if name in hidden_objects:
                continue
            mine = frozenset(path.split(".", 1)[1] for path in hidden_fields if path.split(".", 1)[0] == name)
            shown[name] = one.without_fields(mine) if mine else one
        return Schema(shown)
