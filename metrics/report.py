"""A report as other programs read it: one structure, three forms."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import TypedDict

from django.db import connection

from base.downloads import harmless
from base.words import duration
from leadmodel.directory import QUEUE
from metrics.definitions import FIGURES
from metrics.query import Answer, Values
from metrics.selection import By, Selection
from metrics.spec import Figure, Unit

NOBODY = "(none)"
TABLE = (
    "assigned",
    "pick_up_rate",
    "response_median_s",
    "response_p90_s",
    "sla_attainment",
    "touchless_rate",
    "touches_mean",
    "qualified_rate",
    "open",
)


class Report(TypedDict):
    """`by` names the split: the JSON key is `by_<what>`."""

    first: str
    until: str
    as_of: str | None
    by: str
    overall: Values
    groups: dict[str, Values]
    left_out: int
    left_out_of: dict[str, int]


def build(
    answer: Answer,
    selection: Selection,
    *,
    by: By,
    first: date,
    until: date,
    figures: tuple[Figure, ...] = FIGURES,
) -> Report:
    """Name the groups, round the values of these figures (seconds to 3 decimals, ratios to 6)."""
    names = names_of(by, [group for group in answer.groups | answer.left_out_of if group is not None])
    groups = {
        names.get(group, no_group(by)): _rounded(values, figures) for group, values in answer.groups.items()
    }
    return Report(
        first=first.isoformat(),
        until=until.isoformat(),
        as_of=_z(selection.as_of),
        by=by.value,
        overall=_rounded(answer.overall, figures),
        groups=dict(sorted(groups.items())),
        left_out=answer.left_out,
        left_out_of={names.get(group, no_group(by)): number for group, number in answer.left_out_of.items()},
    )


def _z(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z") if at is not None else None


def no_group(by: By) -> str:
    """What the group without a name is called."""
    return QUEUE if by is By.REP else NOBODY


def names_of(by: By, groups: list[str]) -> dict[str | None, str]:
    """Ids to names; two of one name get their Ids appended."""
    if by not in (By.REP, By.CAMPAIGN):
        return {group: group for group in groups}
    table = "sync_user" if by is By.REP else "sync_campaign"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, name FROM {table} WHERE id = ANY(%s)", [groups])
        found = {record_id: name or record_id for record_id, name in cursor.fetchall()}
    named = {group: found.get(group, group) for group in groups}
    often = Counter(named.values())
    return {group: f"{name} {group}" if often[name] > 1 else name for group, name in named.items()}


def _rounded(values: Values, figures: tuple[Figure, ...]) -> Values:
    """The figures as told: every value, and the denominator beside each rate."""
    told: Values = {}
    for figure in figures:
        told[figure.name] = rounded(figure, values[figure.name])
        if figure.has_denominator:
            told[f"{figure.name}_of"] = values[f"{figure.name}_of"]
    return told


def rounded(figure: Figure, value: float | None) -> float | int | None:
    """A figure's value as it is told: seconds to 3 decimals, ratios to 6."""
    return round(value, 3 if figure.unit is Unit.SECONDS else 6) if isinstance(value, float) else value


def body_of(report: Report) -> dict[str, object]:
    """The form that programs rely on."""
    return {
        "from": report["first"],
        "to": report["until"],
        "as_of": report["as_of"],
        "all": report["overall"],
        f"by_{report['by']}": report["groups"],
        "left_out": report["left_out"],
    }


def as_json(report: Report) -> str:
    """The body as text."""
    return json.dumps(body_of(report), indent=1, ensure_ascii=False) + "\n"


def as_csv(report: Report) -> str:
    """A line per group, `all` first. Text that a spreadsheet would run as a formula is quoted with an apostrophe."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([report["by"], *report["overall"], "left_out"])
    for name, values in [("all", report["overall"]), *report["groups"].items()]:
        left_out = report["left_out"] if values is report["overall"] else report["left_out_of"].get(name, 0)
        told = ["" if value is None else value for value in values.values()]
        writer.writerow([harmless(name), *told, left_out])
    unasked = [""] * len(report["overall"])
    for name in sorted(report["left_out_of"].keys() - report["groups"].keys()):  # nobody else is theirs
        writer.writerow([harmless(name), *unasked, report["left_out_of"][name]])
    return file.getvalue()


def as_table(report: Report) -> str:
    """For a terminal: the figures of the Team page, a line per group."""
    units = {figure.name: figure.unit for figure in FIGURES}
    lines = [[report["by"], *TABLE]]
    for name, values in [("all", report["overall"]), *report["groups"].items()]:
        lines.append([name, *(written(values[figure], units[figure]) for figure in TABLE)])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = "".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(line[1:], widths[1:], strict=True))]
        )
        + "\n"
        for line in lines
    )
    return text + f"{report['left_out']} left out by exceptions\n"


def written(value: float | None, unit: Unit) -> str:
    """A value with its unit, in words a person reads."""
    if value is None:
        return "none"
    if unit is Unit.SHARE:
        return f"{value * 100:.1f} %"
    if unit is Unit.SECONDS:
        return duration(value)
    return f"{value:.1f}" if unit is Unit.MEAN else f"{value:,.0f}"
