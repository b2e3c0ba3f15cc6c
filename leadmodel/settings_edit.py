"""Change one section of a settings file's text and leave the rest, comments included, as it was written."""

from __future__ import annotations

import yaml

from leadmodel.lifecycle.lead_types import LeadTypes
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_file import WrongSettings, parse
from leadmodel.settings_template import written

_SECTION = "lead_types"


def with_lead_types(text: str, rules: LeadTypes) -> str:
    """The text with these lead types in it; comments inside the old section are lost.

    Where the section cannot be cut out (a file in one line), everything is written anew. Raises WrongSettings where
    the rules cannot be used.
    """
    wanted = _with(parse(text), rules)
    dumped = rules.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    # a condition a line, as people write them
    section = (
        yaml.safe_dump(
            {_SECTION: dumped}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
        )
        if dumped
        else ""
    )
    changed = _replaced(text, section)
    try:
        if changed is not None and parse(changed) == wanted:
            return changed
    except WrongSettings:
        pass  # told below, by the lines of a file that is written anew
    anew = written(wanted)
    parse(anew)
    return anew


def _with(settings: ModelSettings, rules: LeadTypes) -> ModelSettings:
    return settings.model_copy(update={_SECTION: rules})


def _replaced(text: str, section: str) -> str | None:
    """The text with the section's lines replaced, or put at its end; None where sections share lines."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    lines = text.splitlines()
    found = next(((key, value) for key, value in root.value if key.value == _SECTION), None)
    if found is None:
        return "\n".join(lines).rstrip() + "\n" + section
    first, end = found[0].start_mark.line, found[1].end_mark
    last = end.line if end.column == 0 else end.line + 1
    # a block ends where the next one begins: the comments between belong to that one
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return "\n".join([*lines[:first], *section.splitlines(), *lines[last:]]) + "\n"
