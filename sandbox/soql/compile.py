"""Tree to SQL over the organisation's file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.org.errors import ApiError
from sandbox.org.schema import Field, Schema, SObject, Value
from sandbox.org.standard.relations import children_name, children_of
from sandbox.org.viewer import viewer
from sandbox.soql.conditions import Conditions
from sandbox.soql.errors import malformed, no_such_children, pointed
from sandbox.soql.functions import AGGREGATES, reached
from sandbox.soql.parse import parse
from sandbox.soql.scope import Relation, Scope
from sandbox.soql.tree import Children, FieldSet, Query, Selected, Word

MAX_OFFSET = 2000
_MAX_FIELD_SET = 200


@dataclass(frozen=True, slots=True)
class Column:
    """One value of a result row: where it stands in the answer, and its type."""

    names: tuple[str, ...]
    field: Field
    sql: str


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query ready to run. `condition` and `order` are SQL with marks for `parameters`, in that order."""

    text: str
    sobject: SObject
    kind: str
    """`rows`, `count` (COUNT() alone) or `aggregate`."""
    columns: tuple[Column, ...]
    relations: tuple[Relation, ...]
    from_sql: str
    condition: str
    group: str
    order: str
    limit: int | None
    offset: int
    parameters: tuple[Value, ...]
    children: tuple[ChildQuery, ...] = ()

    def select(self, expressions: Iterable[str]) -> str:
        """The whole SELECT for these expressions."""
        parts = [
            f"SELECT {', '.join(expressions)} FROM {self.from_sql} WHERE {self.condition}{self.group}{self.order}"
        ]
        if self.limit is not None or self.offset:
            parts.append(f" LIMIT {-1 if self.limit is None else self.limit} OFFSET {self.offset}")
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class ChildQuery:
    """A query for the children of records; `look_up` is SQL of their parent's Id, `name` the relationship's."""

    name: str
    look_up: str
    query: Compiled


def compile_query(
    text: str,
    schema: Schema,
    *,
    all_rows: bool,
    now: datetime,
    zone: ZoneInfo,
    views: Mapping[str, str] | None = None,
) -> Compiled:
    """Parses and compiles. `all_rows`: as queryAll, with deleted rows and archived activities.

    `now` and `zone` (the organisation's) fix what the date literals mean; `views` is SQL that stands for the tables
    of objects that are not seen as they are. Raises ApiError.
    """
    try:
        return _Compiler(schema, all_rows, now, zone, views or {}).compile(parse(text))
    except RecursionError as error:
        raise ApiError(400, "MALFORMED_QUERY", "The query is nested too deeply.") from error


@dataclass(frozen=True, slots=True)
class _Compiler:
    schema: Schema
    all_rows: bool
    now: datetime
    zone: ZoneInfo
    views: Mapping[str, str]

    def compile(self, query: Query) -> Compiled:
        scope = Scope(self.schema, query, views=self.views)
        children = tuple(self._children(scope, one) for one in query.selected if isinstance(one, Children))
        return replace(self._compiled(scope, query), children=children)

    def _compiled(self, scope: Scope, query: Query) -> Compiled:
        """The query but for its children."""
        _refuse_unknown_words(query)
        columns = tuple(self._columns(scope))
        kind = self._kind(query)
        if kind != "aggregate":
            _refuse_repeated(query, columns)
        parameters: list[Value] = []
        condition = self._condition(scope, parameters)
        group = self._group(scope, kind, parameters)
        order = self._order(scope, kind)
        if query.offset is not None and query.offset > MAX_OFFSET:
            raise ApiError(
                400,
                "NUMBER_OUTSIDE_VALID_RANGE",
                pointed(query.text, len(query.text), f"Maximum SOQL offset allowed is {MAX_OFFSET}"),
            )
        shown = [scope.relations[names] for names in _relation_names(columns)]
        return Compiled(
            query.text, scope.sobject, kind, columns, tuple(shown), scope.from_sql, condition, group, order,
            query.limit, query.offset or 0, tuple(parameters),
        )  # fmt: skip

    def _children(self, scope: Scope, one: Children) -> ChildQuery:
        name = one.query.object
        found = children_of(self.schema, scope.sobject, name.text)
        if found is None:
            raise no_such_children(one.query.text, name.at, name.text)
        if self._kind(scope.query) != "rows":
            raise malformed(
                scope.query.text, name.at, "a subquery of children cannot stand beside aggregates"
            )
        if self._kind(one.query) != "rows" or any(
            isinstance(inner, Children) for inner in one.query.selected
        ):
            raise malformed(
                one.query.text,
                name.at,
                "a subquery of children has neither aggregates nor children of its own",
            )
        child, look_up = found
        inner = Scope(self.schema, replace(one.query, object=Word(child.name, name.at)), views=self.views)
        told = children_name(child, look_up) or name.text
        return ChildQuery(told, inner.root.sql_of(look_up.name), self._compiled(inner, inner.query))

    def _kind(self, query: Query) -> str:
        functions = [one for one in query.selected if isinstance(one, Selected) and one.function]
        if len(query.selected) == 1 and functions and functions[0].path is None:
            return "count"
        for one in functions:
            if one.path is None:
                raise malformed(query.text, 0, "COUNT() must be the only element in the SELECT list")
        return "aggregate" if functions or query.group_by else "rows"

    def _columns(self, scope: Scope) -> Iterable[Column]:
        grouped = {reached(scope, path).names for path in scope.query.group_by}
        aggregate = self._kind(scope.query) == "aggregate"
        unnamed = 0
        for one in scope.query.selected:
            if isinstance(one, FieldSet):
                yield from _field_set(scope, one)
            elif isinstance(one, Children) or one.path is None:
                continue
            elif one.function is None:
                found = reached(scope, one.path)
                if (aggregate or one.path.function) and found.names not in grouped:
                    raise malformed(
                        scope.query.text,
                        one.path.at,
                        f"Field must be grouped or aggregated: {one.path.text}",
                    )
                names = (found.names[-1],) if aggregate else found.names
                if one.path.function:
                    names = (one.alias or f"expr{unnamed}",)
                    unnamed += one.alias is None
                yield Column(names, found.field, found.sql)
            else:
                alias = one.alias or f"expr{unnamed}"
                unnamed += one.alias is None
                found = reached(scope, replace(one.path, function=one.function), aggregates=True)
                yield Column((alias,), found.field, found.sql)

    def _condition(self, scope: Scope, parameters: list[Value]) -> str:
        parts = []
        root = scope.root.sources[0].alias
        if not self.all_rows:
            # +: keep SQLite from choosing an index over this, nearly every row passes
            parts += [
                f'NOT +{root}."{flag}"' for flag in ("IsDeleted", "IsArchived") if scope.sobject.has(flag)
            ]
        mine = scope.query.scope is not None and scope.query.scope.text.lower() == "mine"
        if mine and scope.sobject.has("OwnerId"):
            parameters.append(viewer())
            parts.append(f'{root}."OwnerId" = ?')
        if scope.query.where is not None:
            conditions = Conditions(scope, self.now, self.zone, self._nested(scope.depth + 1), parameters)
            parts.append(f"({conditions.sql(scope.query.where)})")
        return " AND ".join(parts) or "1"

    def _nested(self, depth: int) -> Callable[[Query, list[Value]], tuple[str, str]]:
        def compiled(query: Query, parameters: list[Value]) -> tuple[str, str]:
            scope = Scope(self.schema, query, depth, self.views)
            if len(query.selected) != 1 or query.group_by or query.order_by or query.limit is not None:
                raise malformed(
                    query.text, query.object.at, "a subquery in WHERE selects one field and has only WHERE"
                )
            only = query.selected[0]
            if not isinstance(only, Selected) or only.function is not None or only.path is None:
                raise malformed(query.text, query.object.at, "a subquery in WHERE selects one field")
            sql = scope.reach(only.path).sql
            condition = self._condition(scope, parameters)
            return f"SELECT {sql} FROM {scope.from_sql} WHERE {condition}", sql

        return compiled

    def _group(self, scope: Scope, kind: str, parameters: list[Value]) -> str:
        having = scope.query.having
        if kind != "aggregate":
            if having is not None:
                raise malformed(scope.query.text, scope.query.object.at, "HAVING needs GROUP BY")
            return ""
        paths = [reached(scope, path).sql for path in scope.query.group_by]
        sql = f" GROUP BY {', '.join(paths)}" if paths else ""
        if having is not None:
            conditions = Conditions(
                scope, self.now, self.zone, self._nested(scope.depth + 1), parameters, aggregates=True
            )
            sql += f" HAVING {conditions.sql(having)}"
        return sql

    def _order(self, scope: Scope, kind: str) -> str:
        parts = []
        for one in scope.query.order_by:
            if one.path.function in AGGREGATES and kind != "aggregate":
                raise malformed(scope.query.text, one.path.at, "ORDER BY an aggregate needs GROUP BY")
            found = reached(scope, one.path, aggregates=True)
            if found.field.type in ("textarea", "anyType") and not found.field.filterable:
                raise malformed(
                    scope.query.text,
                    one.path.at,
                    f"field '{found.field.name}' can not be sorted in a query call",
                )
            # SQLite's own order of nulls (first ascending, last descending) keeps an index usable
            direction = "DESC" if one.descending else "ASC"
            nulls_first = True if one.nulls_first is None else one.nulls_first
            if nulls_first == one.descending and (found.field.nillable or found.relation.names):
                direction += f" NULLS {'FIRST' if nulls_first else 'LAST'}"
            parts.append(f"{found.sql} {direction}")
        return f" ORDER BY {', '.join(parts)}" if parts else ""


_WORDS = {
    "scope": ("everything", "mine"),
    "security": ("security_enforced", "user_mode", "system_mode"),
    "purpose": ("view", "reference"),
}


def _refuse_unknown_words(query: Query) -> None:
    for clause, known in _WORDS.items():
        word: Word | None = getattr(query, clause)
        if word is not None and word.text.lower() not in known:
            raise malformed(query.text, word.at, f"unexpected token: '{word.text}'")


def _relation_names(columns: tuple[Column, ...]) -> list[tuple[str, ...]]:
    """Every chain of relationships the answer nests, parents before their own parents."""
    chains = {column.names[:length] for column in columns for length in range(1, len(column.names))}
    return sorted(chains, key=len)


def _field_set(scope: Scope, one: FieldSet) -> Iterable[Column]:
    which = one.which.text.upper()
    if which not in ("ALL", "STANDARD", "CUSTOM"):
        raise malformed(scope.query.text, one.which.at, f"unexpected token: '{one.which.text}'")
    limit = scope.query.limit
    if which != "STANDARD" and (limit is None or limit > _MAX_FIELD_SET):
        raise malformed(
            scope.query.text,
            one.which.at,
            "The SOQL FIELDS function must have a LIMIT of at most 200",
        )
    for field in scope.sobject.fields:
        if which == "ALL" or field.custom == (which == "CUSTOM"):
            yield Column((field.name,), field, scope.root.sql_of(field.name))


def _refuse_repeated(query: Query, columns: tuple[Column, ...]) -> None:
    seen = set()
    for column in columns:
        if column.names in seen:
            raise malformed(query.text, 0, f"duplicate field selected: {'.'.join(column.names)}")
        seen.add(column.names)
