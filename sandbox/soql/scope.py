"""Field paths: from `Owner.Name` to the joined tables and the SQL expression that give its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sandbox.org.errors import ApiError
from sandbox.org.schema import TEXT_TYPES, Field, Schema, SObject
from sandbox.org.tables import quoted
from sandbox.soql.errors import invalid_field, no_such_column, no_such_object, no_such_relationship
from sandbox.soql.tree import Query, Word

MAX_PARENTS = 5

# What a look-up to several objects shows of whichever it points to: the fields of the Name entity.
NAME_ENTITY_FIELDS = frozenset(
    {
        "id", "name", "type", "firstname", "lastname", "alias", "email", "isactive", "phone", "profileid", "title",
        "username", "userroleid",
    }
)  # fmt: skip
NAME_ENTITY = "Name"


@dataclass(frozen=True, slots=True)
class Source:
    """A table of the query: its SQL name there and its object."""

    alias: str
    sobject: SObject


@dataclass(frozen=True, slots=True)
class Relation:
    """A chain of relationships the query follows: canonical names, and the tables a row may come from."""

    names: tuple[str, ...]
    sources: tuple[Source, ...]

    @property
    def entity(self) -> str:
        """What answers and errors call the object at the end of the chain."""
        return self.sources[0].sobject.name if len(self.sources) == 1 else NAME_ENTITY

    def sql_of(self, field_name: str) -> str:
        """The field in whichever table the row came from."""
        parts = [
            f"{one.alias}.{quoted(found.name)}"
            for one in self.sources
            if (found := one.sobject.field(field_name)) is not None
        ]
        return parts[0] if len(parts) == 1 else f"coalesce({', '.join(parts)})"

    def sql_of_type(self) -> str:
        """The object's name of whichever table the row came from; null where there is no row."""
        cases = " ".join(
            f"WHEN {one.alias}.\"Id\" IS NOT NULL THEN '{one.sobject.name}'" for one in self.sources
        )
        return f"CASE {cases} END"


@dataclass(frozen=True, slots=True)
class Reached:
    """A field at the end of a path."""

    relation: Relation
    field: Field
    sql: str

    @property
    def names(self) -> tuple[str, ...]:
        """The path in canonical spelling."""
        return (*self.relation.names, self.field.name)


@dataclass(slots=True)
class Scope:
    """The tables of one query. `depth` keeps the names of nested queries apart.

    `views` is SQL that stands for an object's table, where users do not see that as it is.
    """

    schema: Schema
    query: Query
    depth: int = 0
    views: Mapping[str, str] = field(default_factory=dict)
    root: Relation = field(init=False)
    relations: dict[tuple[str, ...], Relation] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self.schema.get(self.query.object.text)
        if found is None:
            raise no_such_object(self.query.text, self.query.object.at, self.query.object.text)
        self.root = Relation((), (Source(f"q{self.depth}", found),))

    @property
    def sobject(self) -> SObject:
        """The object the query is asked of."""
        return self.root.sources[0].sobject

    @property
    def from_sql(self) -> str:
        """Asked last, when every path is known."""
        return " ".join([f"{self._table(self.sobject)} AS {self.root.sources[0].alias}", *self.joins])

    def _table(self, one: SObject) -> str:
        return self.views.get(one.name) or quoted(one.name)

    def reach(self, path: Word) -> Reached:
        """The field at the end of the path. Raises ApiError for a relationship or field that does not exist."""
        names = path.text.split(".")
        if len(names) > 1 and names[0].lower() in self._own_names():
            names = names[1:]
        if len(names) - 1 > MAX_PARENTS:
            raise invalid_field(
                self.query.text,
                path.at,
                f"SOQL relationship paths cannot go more than {MAX_PARENTS} levels up: {path.text}",
            )
        relation = self.root
        for name in names[:-1]:
            relation = self._follow(relation, name, path)
        return self._field(relation, names[-1], path)

    def _own_names(self) -> set[str]:
        return {name.lower() for name in (self.query.alias, self.sobject.name) if name}

    def _field(self, relation: Relation, name: str, path: Word) -> Reached:
        if len(relation.sources) > 1 and name.lower() == "type":
            kind = Field("Type", "picklist", 40)
            return Reached(relation, kind, f"({relation.sql_of_type()} COLLATE NOCASE)")
        found = [field for one in relation.sources if (field := one.sobject.field(name)) is not None]
        if not found or (len(relation.sources) > 1 and name.lower() not in NAME_ENTITY_FIELDS):
            raise no_such_column(self.query.text, path.at, name, relation.entity)
        sql = relation.sql_of(name)
        if len(relation.sources) > 1 and found[0].type in TEXT_TYPES:
            # an expression over several columns forgets their collation
            sql = f"({sql} COLLATE NOCASE)"
        return Reached(relation, found[0], sql)

    def _follow(self, relation: Relation, name: str, path: Word) -> Relation:
        steps = [(one, look_up) for one in relation.sources if (look_up := one.sobject.relationship(name))]
        if not steps:
            raise self._unknown_relationship(relation, name, path)
        names = (*relation.names, str(steps[0][1].relationship_name))
        known = self.relations.get(names)
        if known is not None:
            return known
        sources = []
        for one, look_up in steps:
            for target_name in look_up.reference_to:
                target = self.schema.get(target_name)
                if target is None:
                    continue
                source = Source(f"q{self.depth}_{len(self.joins) + 1}", target)
                self.joins.append(
                    f"LEFT JOIN {self._table(target)} AS {source.alias} "
                    f'ON {source.alias}."Id" = {one.alias}.{quoted(look_up.name)}'
                )
                sources.append(source)
        if not sources:
            raise self._unknown_relationship(relation, name, path)
        self.relations[names] = Relation(names, tuple(sources))
        return self.relations[names]

    def _unknown_relationship(self, relation: Relation, name: str, path: Word) -> ApiError:
        return no_such_relationship(self.query.text, path.at, name, relation.entity)
