"""What lists of what automation did have in common: lines about people the viewer may see, and what narrows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from base.models import User
from leadmodel.access import sight, sight_of_few
from leadmodel.pages.people import FITS, NAME, WITH_NAMES, fitting

Value = str | int | datetime | list[str] | None


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed by; None, or no states, is all. `choice`: a value of its ledger's column of that name."""

    states: tuple[str, ...] = ()
    choice: str | None = None
    rep: str | None = None
    words: str | None = None


@dataclass(frozen=True)
class Ledger:
    """A table of lines, each about one cycle of a person and whoever held them.

    `columns` are those beside person, cycle and holder, out of `line` and what `joins` adds; among them are `state` and
    the `choice`, if lines can be narrowed by one. `reps`: the columns that name reps.
    """

    table: str
    columns: str
    reps: tuple[str, ...]
    choice: str = ""
    joins: str = ""


_TOLD = f"""
    WITH told AS (
        SELECT COALESCE(person.person_id, line.person_id) AS person_id, COALESCE({NAME}, line.person_id) AS name,
               line.number AS cycle, line.holder_id, {{columns}}
        FROM {{table}} line {{joins}}
        LEFT JOIN leadmodel_personrecord record ON record.record_id = line.person_id
        LEFT JOIN leadmodel_person person ON person.person_id = record.person_id {WITH_NAMES}
        WHERE {{seen}} AND {{fits}} AND {{within}}
    )
"""


def called(column: str) -> str:
    """The name of the user or queue of an Id, as a column of `told`."""
    users, groups = (
        f"(SELECT name FROM {table} WHERE id = {column})" for table in ("sync_user", "sync_group")
    )
    return f"COALESCE({users}, {groups}, {column})"


def read_told(
    user: User,
    ledger: Ledger,
    narrowed: Narrowed,
    columns: str,
    rest: str = "",
    *,
    within: str = "true",
    values: Mapping[str, Value] = {},
    few: bool = False,
) -> list[tuple[Any, ...]]:
    """`columns` of the lines about people this user may see.

    `within` is a condition on `line` that an index serves, `rest` what follows the conditions of the query: an order, a
    limit. Both may name `values`. `few`: that condition leaves few lines, each of which is asked who may see it.
    """
    conditions, asked = ["true"], dict(values)
    if narrowed.states:
        conditions.append("state = ANY(%(states)s)")
        asked["states"] = [*narrowed.states]
    if narrowed.choice is not None:
        conditions.append(f"{ledger.choice} = %(choice)s")
        asked["choice"] = narrowed.choice
    if narrowed.rep is not None:
        conditions.append(f"%(rep)s IN ({', '.join(ledger.reps)})")
        asked["rep"] = narrowed.rep
    seen = sight_of_few(user) if few else sight(user)
    told = _TOLD.format(
        table=ledger.table,
        columns=ledger.columns,
        joins=ledger.joins,
        seen=seen.condition,
        fits="true" if narrowed.words is None else FITS,
        within=within,
    )
    words = {} if narrowed.words is None else fitting(narrowed.words)
    with connection.cursor() as cursor:
        statement = f"{told} SELECT {columns} FROM told WHERE {' AND '.join(conditions)} {rest}"
        cursor.execute(statement, {**seen.values, **words, **asked})
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def count_states(user: User, ledger: Ledger, states: Iterable[str]) -> Mapping[str, int]:
    """How many lines about people this user may see stand how."""
    counted = read_told(user, ledger, Narrowed(), "state, count(*)", "GROUP BY 1")
    return dict.fromkeys(states, 0) | dict(counted)
