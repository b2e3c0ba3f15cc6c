"""Tree to SQL over the organisation's file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.org.errors import ApiError
from sandbox.org.schema import NUMBER_TYPES, Field, Schema, SObject, Value
from sandbox.soql.conditions import Conditions
from sandbox.soql.errors import invalid_field, malformed, pointed
from sandbox.soql.parse import parse
from sandbox.soql.scope import Reached, Relation, Scope
from sandbox.soql.tree import FieldSet, Query, Selected, Word

MAX_OFFSET = 2000
_MAX_FIELD_SET = 200
_FUNCTION_SQL = {
    "COUNT": "count({})", "COUNT_DISTINCT": "count(DISTINCT {})", "SUM": "sum({})", "AVG": "avg({})",
    "MIN": "min({})", "MAX": "max({})",
}  # fmt: skip


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

    def select(self, expressions: Iterable[str]) -> str:
        """The whole SELECT for these expressions."""
        parts = [
            f"SELECT {', '.join(expressions)} FROM {self.from_sql} WHERE {self.condition}{self.group}{self.order}"
        ]
        if self.limit is not None or self.offset:
            parts.append(f" LIMIT {-1 if self.limit is None else self.limit} OFFSET {self.offset}")
        return "".join(parts)


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
        columns = tuple(self._columns(scope))
        kind = self._kind(query)
        if kind != "aggregate":
            _refuse_repeated(query, columns)
        parameters: list[Value] = []
        condition = self._condition(scope, parameters)
        group = self._group(scope, kind)
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

    def _kind(self, query: Query) -> str:
        functions = [one for one in query.selected if isinstance(one, Selected) and one.function]
        if len(query.selected) == 1 and functions and functions[0].path is None:
            return "count"
        for one in functions:
            if one.path is None:
                raise malformed(query.text, 0, "COUNT() must be the only element in the SELECT list")
        return "aggregate" if functions or query.group_by else "rows"

    def _columns(self, scope: Scope) -> Iterable[Column]:
        grouped = {scope.reach(path).names for path in scope.query.group_by}
        aggregate = self._kind(scope.query) == "aggregate"
        unnamed = 0
        for one in scope.query.selected:
            if isinstance(one, FieldSet):
                yield from _field_set(scope, one)
            elif one.path is None:
                continue
            elif one.function is None:
                reached = scope.reach(one.path)
                if aggregate and reached.names not in grouped:
                    raise malformed(
                        scope.query.text,
                        one.path.at,
                        f"Field must be grouped or aggregated: {one.path.text}",
                    )
                names = (reached.names[-1],) if aggregate else reached.names
                yield Column(names, reached.field, reached.sql)
            else:
                alias = one.alias or f"expr{unnamed}"
                unnamed += one.alias is None
                reached = scope.reach(one.path)
                result = _result_field(scope, one.function, reached, one.path)
                yield Column((alias,), result, _FUNCTION_SQL[one.function].format(reached.sql))

    def _condition(self, scope: Scope, parameters: list[Value]) -> str:
        parts = []
        root = scope.root.sources[0].alias
        if not self.all_rows:
            # +: keep SQLite from choosing an index over this, nearly every row passes
            parts += [
                f'NOT +{root}."{flag}"' for flag in ("IsDeleted", "IsArchived") if scope.sobject.has(flag)
            ]
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
            if isinstance(only, FieldSet) or only.function is not None or only.path is None:
                raise malformed(query.text, query.object.at, "a subquery in WHERE selects one field")
            reached = scope.reach(only.path)
            condition = self._condition(scope, parameters)
            return f"SELECT {reached.sql} FROM {scope.from_sql} WHERE {condition}", reached.sql

        return compiled

    def _group(self, scope: Scope, kind: str) -> str:
        paths = [scope.reach(path).sql for path in scope.query.group_by]
        if kind == "aggregate" and paths:
            return f" GROUP BY {', '.join(paths)}"
        return ""

    def _order(self, scope: Scope, kind: str) -> str:
        parts = []
        for one in scope.query.order_by:
            reached = scope.reach(one.path)
            if reached.field.type in ("textarea", "anyType") and not reached.field.filterable:
                raise malformed(
                    scope.query.text,
                    one.path.at,
                    f"field '{reached.field.name}' can not be sorted in a query call",
                )
            sql = reached.sql
            if one.function is not None:
                if kind != "aggregate":
                    raise malformed(scope.query.text, one.path.at, "ORDER BY an aggregate needs GROUP BY")
                sql = _FUNCTION_SQL[one.function].format(sql)
            # SQLite's own order of nulls (first ascending, last descending) keeps an index usable
            direction = "DESC" if one.descending else "ASC"
            nulls_first = True if one.nulls_first is None else one.nulls_first
            if nulls_first == one.descending and (reached.field.nillable or reached.relation.names):
                direction += f" NULLS {'FIRST' if nulls_first else 'LAST'}"
            parts.append(f"{sql} {direction}")
        return f" ORDER BY {', '.join(parts)}" if parts else ""


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


def _result_field(scope: Scope, function: str, reached: Reached, path: Word) -> Field:
    if function in ("COUNT", "COUNT_DISTINCT"):
        return Field(function, "int")
    if function in ("SUM", "AVG") and reached.field.type not in NUMBER_TYPES:
        raise malformed(
            scope.query.text,
            path.at,
            f"field {reached.field.name} does not support aggregate operator {function}",
        )
    if not reached.field.filterable or reached.field.type == "boolean":
        raise invalid_field(
            scope.query.text,
            path.at,
            f"field {reached.field.name} does not support aggregate operator {function}",
        )
    return Field(function, "double") if function == "AVG" else reached.field
