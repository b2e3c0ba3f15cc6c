"""A rule as rows of a form: field, operator, value, joined by all or any."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from pydantic import ValidationError

from leadmodel.actions import NotPossible
from leadmodel.lifecycle.conditions import ALONE, LISTS, NUMBERS, Condition, Operator, Rule
from leadmodel.lifecycle.lead_types import OWN_FIELDS, LeadTypes, Priority
from leadmodel.settings_file import is_field

PLACES: Mapping[str, str] = {
    "target_account": "Target account",
    "customer": "Customer",
    **{priority.value: f"Priority {priority.value}" for priority in Priority},
}
"""What rules there may be, by their place in addresses."""
PRIORITIES = frozenset(priority.value for priority in Priority)
MOST_ROWS = 20
LONGEST_VALUE = 2000


@dataclass(frozen=True)
class Row:
    """One condition as it is written in the form."""

    field: str = ""
    operator: str = Operator.IS.value
    value: str = ""


@dataclass(frozen=True)
class RuleForm:
    """A rule's rows, with an empty one at their end; `joined` is all or any."""

    joined: str
    rows: list[Row]

    @property
    def numbered(self) -> list[tuple[int, Row]]:
        """The rows counted from 1, the empty one too."""
        return list(enumerate([*self.rows, Row()], start=1))


def rule_at(rules: LeadTypes, place: str) -> Rule | None:
    """The rule at a place."""
    if place in PRIORITIES:
        return rules.priorities.get(Priority(place))
    found: Rule | None = getattr(rules, place)
    return found


def with_rule(rules: LeadTypes, place: str, rule: Rule | None) -> LeadTypes:
    """The lead types with another rule, or none, at a place."""
    if place not in PRIORITIES:
        return _changed(rules, place, rule)
    others = {priority: one for priority, one in rules.priorities.items() if priority != place}
    kept = others if rule is None else {**others, Priority(place): rule}
    return _changed(rules, "priorities", dict(sorted(kept.items())))


def _changed(rules: LeadTypes, name: str, value: object) -> LeadTypes:
    """Made anew: a copy would keep the order of priorities that was worked out before."""
    return LeadTypes.model_validate(
        {**{one: getattr(rules, one) for one in LeadTypes.model_fields}, name: value}
    )


def is_flat(rule: Rule) -> bool:
    """Whether the form can show it: no rule stands in it."""
    return not any(isinstance(part, Rule) for part in rule.all_of or rule.any_of)


def shown(rule: Rule | None) -> RuleForm:
    """A flat rule as the form shows it."""
    if rule is None:
        return RuleForm("all", [])
    return RuleForm("all" if rule.all_of else "any", [_row(one) for one in rule.conditions()])


def told(form: QueryDict) -> RuleForm:
    """What somebody entered, rows without a field left out."""
    columns = (form.getlist("field"), form.getlist("operator"), form.getlist("value"))
    rows = [Row(field.strip(), operator, value) for field, operator, value in zip(*columns, strict=False)]
    return RuleForm("any" if form.get("joined") == "any" else "all", [row for row in rows if row.field])


def read_rule(form: RuleForm, place: str) -> Rule:
    """The rule the rows say. Raises NotPossible with a sentence that names the row."""
    if not form.rows:
        raise NotPossible("Name a field in the first row: a rule needs a condition.")
    if len(form.rows) > MOST_ROWS:
        raise NotPossible(f"A rule has room for {MOST_ROWS} rows here: write longer ones in the text.")
    conditions = tuple(_condition(number, row, place) for number, row in enumerate(form.rows, start=1))
    return Rule.model_validate({form.joined: conditions})


def _row(condition: Condition) -> Row:
    value = condition.value
    if isinstance(value, tuple):
        return Row(condition.field, condition.operator.value, ", ".join(map(_quoted, value)))
    words = str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)
    return Row(condition.field, condition.operator.value, words)


def _quoted(value: str) -> str:
    """A value as it stands in a list, in quotes where it holds a comma."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([value])
    return line.getvalue()


def _condition(number: int, row: Row, place: str) -> Condition:
    if len(row.value) > LONGEST_VALUE:
        raise NotPossible(
            f"Row {number}: the value has {len(row.value):,} letters: {LONGEST_VALUE:,} have room."
        )
    if row.operator not in set(Operator):
        raise NotPossible(f"Row {number}: “{row.operator[:40]}” is no operator: choose one of the list.")
    if row.field in OWN_FIELDS:
        if place not in PRIORITIES:
            raise NotPossible(
                f"Row {number}: only priorities can ask “{row.field}”: name a field of Salesforce."
            )
    elif not is_field(row.field):
        raise NotPossible(
            f"Row {number}: “{row.field[:80]}” is no field: write an API name like Rating, Score__c or"
            " Account.Industry."
        )
    operator = Operator(row.operator)
    try:
        return Condition(field=row.field, operator=operator, value=_value(operator, row.value))
    except ValidationError as error:
        words = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        raise NotPossible(f"Row {number}: {words.rstrip('.')}.") from error
    except ValueError as error:
        raise NotPossible(f"Row {number}: “{row.operator}” takes a number; write one like 50.") from error


def _value(operator: Operator, text: str) -> str | int | float | tuple[str, ...] | None:
    text = text.strip()
    if operator in ALONE or not text:
        return text or None
    if operator in LISTS:
        (values,) = list(csv.reader([text.replace("\n", " ")], skipinitialspace=True)) or [[]]
        return tuple(value.strip() for value in values if value.strip())
    if operator in NUMBERS:
        return int(text) if text.lstrip("+-").isdecimal() else float(text)
    return text
