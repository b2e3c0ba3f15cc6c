"""Rules as SQL: the same answers as `Rule.holds`, for everybody at once.

Values are always parameters. Letters compare as Python compares them: by Unicode's full case folding.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from psycopg2 import sql

from leadmodel.lifecycle.conditions import NUMBER, Condition, Operator, Rule

FieldSql = Callable[[str], sql.Composable]
"""A field's name to an expression of type text."""


@dataclass
class Compiler:
    """Makes conditions of one statement; `values` are its parameters so far."""

    column: FieldSql
    values: dict[str, object] = field(default_factory=dict)

    def rule(self, rule: Rule) -> sql.Composable:
        """Whether the rule holds."""
        parts = [
            self.rule(part) if isinstance(part, Rule) else self.condition(part)
            for part in rule.all_of or rule.any_of
        ]
        joint = sql.SQL(" AND ") if rule.all_of else sql.SQL(" OR ")
        return sql.SQL("({})").format(joint.join(parts))

    def condition(self, condition: Condition) -> sql.Composable:
        """Whether the condition holds; never NULL."""
        told = sql.SQL("COALESCE(casefold(({}) COLLATE pg_unicode_fast), '')").format(
            self.column(condition.field)
        )
        # what no text of a database can hold no field holds
        texts = [text for text in condition.texts if _is_storable(text)]
        match condition.operator:
            case Operator.IS_EMPTY | Operator.IS_FILLED:
                sign = "=" if condition.operator is Operator.IS_EMPTY else "<>"
                return sql.SQL("({} {} '')").format(told, sql.SQL(sign))
            case Operator.AT_LEAST | Operator.AT_MOST:
                return self._compared(told, condition.operator, texts[0])
            case Operator.CONTAINS | Operator.STARTS_WITH:
                if not texts:
                    return sql.SQL("false")
                how = (
                    "strpos({}, {}) > 0" if condition.operator is Operator.CONTAINS else "starts_with({}, {})"
                )
                return sql.SQL(f"({how})").format(told, self._value(texts[0]))
            case _:
                is_not = condition.operator in {Operator.IS_NOT, Operator.IS_NONE_OF}
                how = "(NOT {} = ANY({}::text[]))" if is_not else "({} = ANY({}::text[]))"
                return sql.SQL(how).format(told, self._value(texts))

    def _compared(self, told: sql.Composable, operator: Operator, limit: str) -> sql.Composable:
        # CASE alone keeps PostgreSQL from reading as a number what is none
        return sql.SQL(
            "(CASE WHEN {told} ~ {number} THEN {told}::numeric {sign} {limit}::numeric ELSE false END)"
        ).format(
            told=told,
            number=self._value(f"^{NUMBER}$"),
            sign=sql.SQL(">=" if operator is Operator.AT_LEAST else "<="),
            limit=self._value(limit),
        )

    def _value(self, value: object) -> sql.Composable:
        name = f"rule_{len(self.values)}"
        self.values[name] = value
        return sql.Placeholder(name)


def _is_storable(text: str) -> bool:
    """Whether a database can hold the text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
