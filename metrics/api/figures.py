"""Figures of a period as `manage.py report` gives them, and the rows behind each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404

from leadmodel.access import visible_reps
from leadmodel.lifecycle.lead_types import Priority, Relation
from leadmodel.lifecycle.stages import Path
from metrics import cursors
from metrics.api.errors import Refused, Wrong
from metrics.api.paging import AFTER, PAGED, limit_of, next_of, wrong_place
from metrics.api.parameters import day, instant, one_of, several_of, text, zone
from metrics.api.periods import read_period, refuse_the_future, refuse_too_long
from metrics.api.resource import Call, Resource, reads
from metrics.api.shapes import FigureRows, FigureRowShape
from metrics.api.throttling import FigureThrottle, Throttle
from metrics.behind import behind
from metrics.definitions import BY_NAME, FIGURES, LEFT_OUT
from metrics.query import Answer, ask, derived
from metrics.report import body_of, build, names_of, no_group, rounded
from metrics.selection import By, Selection
from metrics.spec import Kind, Unit

FROM = day("from", "The period's first day.", required=True)
TO = day("to", "The day after its last: not included.", required=True)
ZONE = zone("tz", "The zone of the two days; UTC unless told.")
AS_OF = instant("as_of", "The state as it was at this instant.")
KNOWN_BY = instant("known_by", "The state as it was known by this instant.")
BY = one_of("by", "What the figures are split by; rep unless told.", [by.value for by in By])
ROWS_BY = one_of(
    "by", "Count as a split by this does; with `group`, only that group.", [by.value for by in By]
)
PATH = one_of("path", "Only cycles of this path.", [path.value for path in Path])
SOURCE = text("source", "Only cycles of this source.")
TEAM = text("team", "Only cycles of this team.")
NAMES = several_of("figures", "Which figures, with commas between; all unless told.", list(BY_NAME))
GROUP = text(
    "group", "A group as figures of this selection name it, or the Id of its rep or campaign; needs `by`."
)
PRIORITY = one_of("priority", "Only cycles of this priority.", [priority.value for priority in Priority])
RELATION = one_of("relation", "Only cycles of this relation.", [relation.value for relation in Relation])
SELECTED = (FROM, TO, ZONE, AS_OF, KNOWN_BY, PATH, SOURCE, TEAM, PRIORITY, RELATION)
_IDS = {By.REP: re.compile(r"005[A-Za-z0-9]{15}"), By.CAMPAIGN: re.compile(r"701[A-Za-z0-9]{15}")}


def _values_schema() -> dict[str, Any]:
    """A figure's value by its name, and the number of rows each rate rests on."""
    properties: dict[str, Any] = {}
    for figure in FIGURES:
        kind = "integer" if figure.unit is Unit.COUNT else "number"
        words = f"{figure.counts[:1].upper()}{figure.counts[1:]}. Leaves out {figure.leaves_out}."
        properties[figure.name] = {"type": [kind, "null"], "description": words}
        if figure.has_denominator:
            properties[f"{figure.name}_of"] = {"type": "integer", "description": "What it rests on."}
    return {"type": "object", "properties": properties, "additionalProperties": False}


REPORT: Mapping[str, Any] = {
    "type": "object",
    "description": "What `manage.py report --format json` prints; the groups stand under by_<what they are split by>.",
    "properties": {
        "from": {"type": "string", "format": "date"},
        "to": {"type": "string", "format": "date"},
        "as_of": {"type": ["string", "null"], "format": "date-time"},
        "all": _values_schema(),
        "left_out": {"type": "integer", "description": "Cycles that exceptions left out."},
    },
    "patternProperties": {"^by_": {"type": "object", "additionalProperties": _values_schema()}},
    "required": ["from", "to", "as_of", "all", "left_out"],
    "additionalProperties": False,
}


class Figures(Resource):
    """The figures of a period."""

    throttle_classes = [Throttle, FigureThrottle]

    @reads("figures", REPORT, parameters=(*SELECTED, BY, NAMES))
    def get(self, call: Call) -> Any:
        """The figures of a period, overall and split, over the rows of the reps the user may see."""
        selection, by = _selection(call), By(call.asked[BY] or By.REP)
        chosen = call.asked[NAMES]
        figures = tuple(figure for figure in FIGURES if chosen is None or figure.name in chosen)
        answer = ask(selection, by=by, figures=figures)
        first, until = call.asked.need(FROM), call.asked.need(TO)
        return body_of(build(answer, selection, by=by, first=first, until=until, figures=figures))


class Rows(Resource):
    """The rows behind a figure."""

    throttle_classes = [Throttle, FigureThrottle]

    @reads("figure_rows", FigureRows, parameters=(*SELECTED, ROWS_BY, GROUP, *PAGED), id_name="figure")
    def get(self, call: Call, figure: str) -> Any:
        """The rows a figure rests on, worst or latest first, and which of them count.

        `left_out` lists what exceptions left out of all figures.
        """
        known = BY_NAME | {LEFT_OUT.name: LEFT_OUT}
        if figure not in known:
            raise Http404(f"There is no figure “{figure[:40]}”: there are {', '.join(known)}.")
        asked, selection = known[figure], _selection(call)
        by, word = _split(call)
        with derived(selection) as state:
            answer = ask(selection, by=by, figures=(asked,), state=state)
            group = None if by is None or word is None else _group(by, word, answer, selection.reps)
            try:
                found = behind(
                    selection,
                    asked,
                    by=by,
                    group=group,
                    after=call.asked[AFTER],
                    limit=limit_of(call),
                    state=state,
                )
            except cursors.WrongCursor as error:
                raise wrong_place() from error
        values = answer.overall if by is None else answer.groups.get(group)
        if asked.of_left_out or values is None:
            # what exceptions left out is counted by its list
            # a group that the figures do not tell of: one with outcomes alone (M12)
            values = {figure: found.members if asked.kind is Kind.COUNT else None}
        return {
            "next": next_of(call, found.following),
            "value": rounded(asked, values[figure]),
            "total": found.total,
            "members": found.members,
            "results": FigureRowShape(found.rows, many=True).data,
        }


def _selection(call: Call) -> Selection:
    """What is asked over. Raises Refused."""
    first, until = call.asked.need(FROM), call.asked.need(TO)
    bounds = read_period(first, until, call.asked[ZONE] or ZoneInfo("UTC"))
    refuse_too_long(first, until)
    refuse_the_future({"as_of": call.asked[AS_OF], "known_by": call.asked[KNOWN_BY]}, now=call.now)
    return Selection(
        start=bounds["start"],
        end=bounds["end"],
        now=call.now,
        as_of=call.asked[AS_OF],
        known_by=call.asked[KNOWN_BY],
        path=call.asked[PATH],
        source=call.asked[SOURCE],
        team=call.asked[TEAM],
        priority=call.asked[PRIORITY],
        relation=call.asked[RELATION],
        reps=visible_reps(call.user),
    )


def _split(call: Call) -> tuple[By | None, str | None]:
    """The split and the word for the group whose rows are asked for; (None, None): all rows. Raises Refused."""
    what, word = call.asked[ROWS_BY], call.asked[GROUP]
    if (what is None) != (word is None):
        raise Refused(
            Wrong("query.group", "by and group go together.", "Write both, or neither for all rows.")
        )
    return (None, None) if what is None else (By(what), word)


def _group(by: By, word: str, answer: Answer, reps: frozenset[str] | None) -> str | None:
    """The group a word stands for, None for the one without a name. Raises Refused and Http404."""
    group = None if word == no_group(by) else word
    if group is not None and by in _IDS:
        group = _told(by, word, answer) or _id_in(by, word)
    if by is By.REP and reps is not None and group not in reps:
        raise _nowhere(word)
    return group


def _told(by: By, name: str, answer: Answer) -> str | None:
    """The group that the figures tell under a name, or else one that exceptions left out whole. Raises Refused."""
    for groups in (answer.groups, answer.left_out_of):
        names = names_of(by, [group for group in groups if group is not None])
        found = [group for group, told in names.items() if told in (name, f"{name} {group}")]
        if len(found) > 1:
            raise Refused(Wrong("query.group", f"Several are called “{name[:40]}”.", "Write the Id."))
        if found:
            return found[0]
    return None


def _id_in(by: By, word: str) -> str:
    """The Id that a word is, or that it ends with, as names do which two groups share. Raises Http404."""
    last = word.rpartition(" ")[2]
    if not _IDS[by].fullmatch(last):
        raise _nowhere(word)
    return last


def _nowhere(word: str) -> Http404:
    """The same for who does not exist, is not in these figures, and may not be seen."""
    return Http404(f"There is no group “{word[:40]}” among those of these figures that you may see.")
