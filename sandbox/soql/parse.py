"""Text to tree. What the grammar does not know is refused by name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken, VisitError

from sandbox.org.errors import ApiError
from sandbox.soql.errors import malformed
from sandbox.soql.tree import (
    Among,
    Children,
    Compare,
    Condition,
    FieldSet,
    Includes,
    Joined,
    Like,
    Literal,
    Not,
    Query,
    Selected,
    Sort,
    Word,
)  # fmt: skip

MAX_STATEMENT = 100_000

_GRAMMAR = (Path(__file__).parent / "grammar.lark").read_text()
_PARSER = Lark(
    _GRAMMAR, parser="lalr", lexer="contextual", propagate_positions=False, maybe_placeholders=False
)

_MOST_ROWS = 2**53
_KINDS = {"TRUE": "boolean", "FALSE": "boolean"}
_UNSUPPORTED = {
    "TYPEOF": "TYPEOF", "ROLLUP": "GROUP BY ROLLUP", "CUBE": "GROUP BY CUBE", "TRACKING": "UPDATE TRACKING",
    "VIEWSTAT": "UPDATE VIEWSTAT",
}  # fmt: skip
_WORD = re.compile(r"[A-Za-z]\w*")


def parse(text: str) -> Query:
    """The query as a tree. Raises ApiError MALFORMED_QUERY, pointing at the place."""
    if len(text) > MAX_STATEMENT:
        raise ApiError(
            400, "MALFORMED_QUERY", f"SOQL statements cannot be longer than {MAX_STATEMENT} characters."
        )
    try:
        tree = _PARSER.parse(text)
    except UnexpectedInput as error:
        raise _refused(text, error) from error
    try:
        query = _ToTree(text).transform(tree)
    except VisitError as error:
        if isinstance(error.orig_exc, ApiError):
            raise error.orig_exc from error
        raise
    assert isinstance(query, Query)
    return query


def _refused(text: str, error: UnexpectedInput) -> ApiError:
    at = len(text)
    found = ""
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        at = error.token.start_pos or 0
        found = str(error.token)
    elif isinstance(error, UnexpectedCharacters):
        # the library types this attribute as None
        at = int(vars(error)["pos_in_stream"])
        found = text[at]
    named = _named_feature(text, at)
    if named is not None:
        return malformed(text, at, named)
    if not found:
        return malformed(text, len(text), "unexpected end of query")
    if found == "'":
        return malformed(text, at, "unterminated string literal")
    word = _WORD.match(text, at)
    return malformed(text, at, f"unexpected token: '{word.group() if word else found}'")


def _named_feature(text: str, at: int) -> str | None:
    """The sentence for a part of SOQL known to be missing here, if one stands at this place or just before."""
    here = _WORD.match(text, at)
    before = re.search(r"([A-Za-z]\w*)\s*\Z", text[:at])
    words = [found.group(group).upper() for found, group in ((here, 0), (before, 1)) if found]
    if "ROWS" in words and "ALL" in words:
        return "ALL ROWS is not allowed in an API query: use queryAll"
    for word in words:
        if word in _UNSUPPORTED:
            return f"{_UNSUPPORTED[word]} is not supported by the sandbox"
    keywords = ("SELECT", "WHERE", "AND", "OR", "NOT", "IN")
    if text[at : at + 1] == "(" and before and before.group(1).upper() not in keywords:
        return f"the function {before.group(1)}() is not supported by the sandbox"
    if text[at : at + 1] == ":":
        return "bind variables are not part of an API query"
    return None


def _word(token: Token) -> Word:
    return Word(str(token), token.start_pos or 0)


@v_args(inline=True)
class _ToTree(Transformer[Token, Query]):
    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def start(self, query: Query) -> Query:
        return query

    def query(self, _select: Token, selected: tuple[Selected | FieldSet | Children, ...], _from: Token, name: Token,
              *clauses: tuple[str, object]) -> Query:  # fmt: skip
        parts: dict[str, Any] = dict(clauses)
        return Query(
            self._text,
            selected,
            _word(name),
            parts.get("alias"),
            parts.get("scope"),
            parts.get("where"),
            parts.get("security"),
            parts.get("group", ()),
            parts.get("having"),
            parts.get("order", ()),
            parts.get("limit"),
            parts.get("offset"),
            parts.get("purpose"),
        )

    def alias(self, *tokens: Token) -> tuple[str, str]:
        return "alias", str(tokens[-1])

    def select_list(
        self, *selected: Selected | FieldSet | Children
    ) -> tuple[Selected | FieldSet | Children, ...]:
        return selected

    def selected_field(self, path: Token) -> Selected:
        return Selected(_word(path))

    def count_all(self, function: Token) -> Selected:
        if function.upper() != "COUNT":
            raise malformed(self._text, function.start_pos or 0, f"{function}() needs a field")
        return Selected(None, "COUNT")

    def aggregate(self, function: Token, path: Token, alias: Token | None = None) -> Selected:
        return Selected(_word(path), function.upper(), None if alias is None else str(alias))

    def of_date(self, function: Token, path: Token, alias: Token | None = None) -> Selected:
        return Selected(self.applied(function, path), None, None if alias is None else str(alias))

    def children(self, query: Query) -> Children:
        return Children(query)

    def plain(self, path: Token) -> Word:
        return _word(path)

    def applied(self, function: Token, path: Token) -> Word:
        return Word(str(path), path.start_pos or 0, function.upper())

    def field_set(self, _fields: Token, which: Token) -> FieldSet:
        return FieldSet(_word(which))

    def where(self, _where: Token, condition: Condition) -> tuple[str, Condition]:
        return "where", condition

    def scope(self, _using: Token, _scope: Token, name: Token) -> tuple[str, Word]:
        return "scope", _word(name)

    def security(self, _with: Token, name: Token) -> tuple[str, Word]:
        return "security", _word(name)

    def having(self, _having: Token, condition: Condition) -> tuple[str, Condition]:
        return "having", condition

    def purpose(self, _for: Token, name: Token) -> tuple[str, Word]:
        return "purpose", _word(name)

    def all_of(self, *parts: Condition | Token) -> Joined:
        return Joined("AND", _operands(parts))

    def any_of(self, *parts: Condition | Token) -> Joined:
        return Joined("OR", _operands(parts))

    def negation(self, _not: Token, operand: Condition) -> Not:
        return Not(operand)

    def compare(self, path: Word, operator: Token, value: Literal) -> Compare:
        return Compare(path, "!=" if operator == "<>" else str(operator), value)

    def like(self, path: Word, _like: Token, value: Literal) -> Like:
        return Like(path, value)

    def is_in(self, path: Word, _in: Token, members: tuple[Literal, ...] | Query) -> Among:
        return Among(path, members, negated=False)

    def not_in(self, path: Word, _not: Token, _in: Token, members: tuple[Literal, ...] | Query) -> Among:
        return Among(path, members, negated=True)

    def includes(self, path: Token, _includes: Token, members: tuple[Literal, ...]) -> Includes:
        return Includes(_word(path), members, negated=False)

    def excludes(self, path: Token, _excludes: Token, members: tuple[Literal, ...]) -> Includes:
        return Includes(_word(path), members, negated=True)

    def value_list(self, *values: Literal) -> tuple[Literal, ...]:
        return values

    def subquery(self, query: Query) -> Query:
        return query

    def value(self, token: Token) -> Literal:
        return Literal(_KINDS.get(token.type, token.type.lower()), str(token), token.start_pos or 0)

    def group(self, _group: Token, _by: Token, *paths: Word) -> tuple[str, tuple[Word, ...]]:
        return "group", paths

    def order(self, _order: Token, _by: Token, *sorts: Sort) -> tuple[str, tuple[Sort, ...]]:
        return "order", sorts

    def sort(self, path: Word, *tokens: Token) -> Sort:
        kinds = {token.type for token in tokens}
        nulls_first = None if "NULLS" not in kinds else "FIRST" in kinds
        return Sort(path, "DESC" in kinds, nulls_first)

    def limit(self, _limit: Token, number: Token) -> tuple[str, int]:
        return "limit", self._whole(number, "LIMIT")

    def offset(self, _offset: Token, number: Token) -> tuple[str, int]:
        return "offset", self._whole(number, "OFFSET")

    def _whole(self, number: Token, clause: str) -> int:
        if not number.isdecimal():
            raise malformed(self._text, number.start_pos or 0, f"{clause} takes a whole number, not {number}")
        return min(int(number), _MOST_ROWS)


def _operands(parts: tuple[Condition | Token, ...]) -> tuple[Condition, ...]:
    return tuple(part for part in parts if not isinstance(part, Token))
