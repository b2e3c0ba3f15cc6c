"""Change sections of a settings file's text and leave the rest, comments included, as it was written."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from leadmodel.lifecycle.lead_types import LeadTypes
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.settings_file import WrongSettings, parse
from leadmodel.settings_template import written


def with_lead_types(text: str, rules: LeadTypes) -> str:
    """The text with these lead types in it; see `with_sections`."""
    return with_sections(text, parse(text).model_copy(update={"lead_types": rules}), ("lead_types",))


def with_sections(text: str, wanted: ModelSettings, names: Sequence[str]) -> str:
    """The text with these sections as `wanted` has them; comments inside the old ones are lost.

    `wanted` says the same as the text of all others. Where a section cannot be cut out (a file in one line), everything
    is written anew. Raises WrongSettings where `wanted` cannot be used.
    """
    dumped = wanted.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    changed: str | None = text
    try:
        for name in names:
            changed = None if changed is None else _replaced(changed, name, _written(name, dumped))
        if changed is not None and parse(changed) == wanted:
            return changed
    except (WrongSettings, yaml.YAMLError):
        pass  # told below, by the lines of a file that is written anew; what was cut out may have been named elsewhere
    anew = written(wanted)
    parse(anew)
    return anew


def _written(name: str, dumped: dict[str, object]) -> str:
    """The section, a condition a line, as people write them; nothing where it is as shipped."""
    if name not in dumped:
        return ""
    return yaml.safe_dump(
        {name: dumped[name]}, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
    )


def _replaced(text: str, name: str, section: str) -> str | None:
    """The text with the section's lines replaced, or put at its end; None where sections share lines."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode) or root.flow_style:
        return None
    lines = text.splitlines()
    found = next(((key, value) for key, value in root.value if key.value == name), None)
    if found is None:
        return "\n".join(lines).rstrip() + "\n" + section
    first, end = found[0].start_mark.line, found[1].end_mark
    last = end.line if end.column == 0 else end.line + 1
    # a block ends where the next one begins: the comments between belong to that one
    while last > first + 1 and (not lines[last - 1].strip() or lines[last - 1].startswith("#")):
        last -= 1
    return "\n".join([*lines[:first], *section.splitlines(), *lines[last:]]) + "\n"
