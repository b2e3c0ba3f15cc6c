"""The lead model's settings as one commented YAML file, read with a sentence for every mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from reprlib import Repr
from typing import Any

import yaml
from pydantic import ValidationError

from leadmodel.lifecycle.lead_types import OWN_FIELDS
from leadmodel.lifecycle.reason_lint import lint
from leadmodel.lifecycle.settings import ModelSettings
from sync.fields import API_NAME

MOST_VALUES = 100_000
"""The longest text that the Model page takes has room for no more of them, written out."""
_SHORT = Repr()
_SHORT.maxlevel, _SHORT.maxstring, _SHORT.maxlong = 2, 80, 80


class WrongSettings(Exception):
    """The file cannot be used. `problems` are sentences, each with the line it is about."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def parse(text: str) -> ModelSettings:
    """The settings in a file's text. Raises WrongSettings naming each line and what to write instead."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_too_large(root)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark is not None else ""
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise WrongSettings(
            [f"{where}this is no YAML ({problem}); compare with `manage.py model export -`."]
        ) from error
    except (RecursionError, ValueError) as error:
        # a date like 2026-02-30, a number of thousands of digits, brackets without end
        problem = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise WrongSettings(
            [
                f"line 1: a value in this file cannot be read ({problem}); compare with `manage.py model export -`."
            ]
        ) from error
    if not isinstance(data, dict):
        raise WrongSettings(
            ["line 1: the file must hold sections like `stages:`; see `manage.py model export -`."]
        )
    try:
        if problems := list(dict.fromkeys(_twice(root))):
            raise WrongSettings(problems)
        settings = ModelSettings.model_validate(data)
    except ValidationError as error:
        raise WrongSettings([_sentence(root, problem) for problem in error.errors()]) from error
    except RecursionError as error:
        raise WrongSettings(["line 1: a part of this file holds itself (& and *); write it out."]) from error
    if problems := [*_no_fields(root, settings), *_no_rule_fields(root, settings)]:
        raise WrongSettings(problems)
    return settings


def warnings(text: str) -> list[str]:
    """What a file had better say otherwise, as sentences with their lines. Raises WrongSettings as `parse` does."""
    settings = parse(text)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    return [
        f"line {_line(root, ('reasons', found.kind, found.at))}: reasons.{found.kind}: {found.sentence}."
        for found in lint(settings.reasons)
    ]


def _refuse_too_large(root: yaml.Node | None) -> None:
    """A few lines of aliases of aliases stand for more values than there is time for. Raises WrongSettings."""
    sizes: dict[int, int] = {}

    def size(node: yaml.Node | None) -> int:
        """How many values it holds with every alias written out; each node is counted once."""
        if id(node) not in sizes:
            below = node.value if isinstance(node, yaml.SequenceNode) else []
            if isinstance(node, yaml.MappingNode):
                below = [part for pair in node.value for part in pair]
            sizes[id(node)] = 1 + sum(size(part) for part in below)
        return sizes[id(node)]

    try:
        is_too_large = size(root) > MOST_VALUES
    except RecursionError:
        return  # nested too deeply, or in itself: told by who reads it
    if is_too_large:
        raise WrongSettings(["line 1: what & and * stand for in this file is too much; write it out."])


def _twice(node: yaml.Node | None) -> Iterator[str]:
    """Keys that stand twice in a section: YAML takes the last one and forgets the first."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield f"line {key.start_mark.line + 1}: {key.value} stands twice; keep one."
            seen.add(key.value)
            yield from _twice(value)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _twice(value)


def _no_fields(root: yaml.Node | None, settings: ModelSettings) -> Iterator[str]:
    """Names of fields that no field of Salesforce can have."""
    named: list[tuple[tuple[str, ...], str | None]] = [
        (path, getattr(getattr(settings, path[0]), path[1])) for path in _FIELDS
    ]
    named += [(("role_owners", role, "field"), owner.field) for role, owner in settings.role_owners.items()]
    for path, name in named:
        if name is not None and not API_NAME.fullmatch(name):
            yield (
                f"line {_line(root, path)}: {'.'.join(path)}: “{name}” is no field; write an API name like"
                " Nurture_Reason__c."
            )


def _no_rule_fields(root: yaml.Node | None, settings: ModelSettings) -> Iterator[str]:
    """Fields in rules that no field of Salesforce can have, and what only priorities may ask."""
    for place, rule in settings.lead_types.rules():
        line = _line(root, ("lead_types", *place.split(".")))
        for condition in rule.conditions():
            field = condition.field
            if field in OWN_FIELDS:
                if not place.startswith("priorities"):
                    yield (
                        f"line {line}: lead_types.{place}: only priorities can ask “{field}”; name a field of"
                        " Salesforce."
                    )
            elif not is_field(field):
                yield (
                    f"line {line}: lead_types.{place}: “{field}” is no field; write an API name like Rating,"
                    f" Score__c or Account.Industry, or one of {', '.join(OWN_FIELDS)}."
                )


def is_field(name: str) -> bool:
    """Whether a rule's field can be one of Salesforce: of a Lead or Contact, or `Account.` and one of its own."""
    return API_NAME.fullmatch(name.removeprefix("Account.")) is not None


def _sentence(root: yaml.Node | None, problem: Any) -> str:
    path: Sequence[str | int] = problem["loc"]
    line = _line(root, path)
    where = ".".join(str(part) for part in path) or "the file"
    return f"line {line}: {where}: {_ADVICE.get(problem['type'], _told)(problem)}."


def _line(node: yaml.Node | None, path: Sequence[str | int]) -> int:
    """The line a value stands on, or its nearest section where it is missing."""
    line = 1
    for part in path:
        if node is None:
            break
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line


def _input(problem: Any) -> str:
    """What was written, in short where it is long."""
    return _SHORT.repr(problem["input"])


def _told(problem: Any) -> str:
    return str(problem["msg"]).removeprefix("Value error, ").rstrip(".")


_FIELDS = (
    ("stages", "contact_status_field"),
    ("reasons", "nurture_field"),
    ("reasons", "unqualified_field"),
    ("assignment", "assigned_date_field"),
    ("lead_types", "account_field"),
    ("qualified", "loss_reason_field"),
)
_ADVICE: dict[str, Callable[[Any], str]] = {
    "extra_forbidden": lambda _: (
        "there is no such setting; check the spelling against `manage.py model export -`"
    ),
    "too_short": lambda _: "is empty; name at least one",
    "missing": lambda _: "is missing; write it (see `manage.py model export -`)",
    "tuple_type": lambda _: "must be a list; write [One, Two]",
    "string_type": lambda p: f"{_input(p)} is no text; put it in quotes",
    "bool_type": lambda p: f"{_input(p)} is neither true nor false; write one of them",
    "bool_parsing": lambda p: f"{_input(p)} is neither true nor false; write one of them",
    "float_parsing": lambda p: f"{_input(p)} is no number; write one like 15",
    "int_parsing": lambda p: f"{_input(p)} is no whole number; write one like 90",
    "literal_error": lambda p: f"{_input(p)} is not possible; write one of {p['ctx']['expected']}",
    "enum": lambda p: f"{_input(p)} is not possible; write one of {p['ctx']['expected']}",
}
