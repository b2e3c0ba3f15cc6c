"""From declarations to SQL. One relation of rows serves the number, the list behind it, the CSV and the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leadmodel.lifecycle.policies import Response
from leadmodel.rows import TABLES
from leadmodel.since import AFTER, BEFORE, DIFFERING
from metrics.selection import By, Selection
from metrics.spec import Figure, Kind

_CYCLES = """
    SELECT person_id, number, 1 AS ordinal, assigned_at, assigned_at AS started_at, closed_at AS ended_at, path, source,
           team, campaign_id AS campaign, first_rep AS rep, holder_id, outcome, handling, is_pre_qualification,
           touch_count, priority, relation, reason, latest_kind, pulled_by, meeting_at, pipeline_at,
           CASE WHEN is_target_account THEN 'target account' ELSE 'other' END AS target_account,
           first_touch_at, handling = 'touched' AS is_touched, handling = 'bypassed' AS is_bypassed,
           true AS owes, true AS tells_outcome,
           extract(epoch FROM first_touch_at - assigned_at)::float8 AS response_s, response_business_s,
           is_off_hours, system_s, queue_s, owner_s, off_hours_s,
           extract(epoch FROM COALESCE(closed_at, %(instant)s) - assigned_at)::float8 AS waited_s,
           {target} AS target_s
    FROM {cycle} row WHERE {where}
"""
_SPANS = """
    SELECT person_id, number, ordinal, assigned_at, started_at, ended_at, path, source,
           team, NULL::text AS campaign, rep, holder_id, outcome, handling, is_pre_qualification,
           touch_count, priority, relation, NULL::text AS reason, NULL::text AS latest_kind,
           NULL::text AS pulled_by, meeting_at, pipeline_at,
           CASE WHEN is_target_account THEN 'target account' ELSE 'other' END AS target_account,
           first_touch_at, is_touched, is_bypassed, owes_response AS owes, is_first_rep AS tells_outcome,
           extract(epoch FROM first_touch_at - started_at)::float8 AS response_s, response_business_s,
           is_off_hours,
           CASE WHEN is_touched THEN (NOT is_rep AND NOT is_queue)::int * held_s END AS system_s,
           CASE WHEN is_touched THEN is_queue::int * held_s END AS queue_s,
           CASE WHEN is_touched THEN is_rep::int * response_business_s END AS owner_s,
           CASE WHEN is_touched THEN is_rep::int * (held_s - response_business_s) END AS off_hours_s,
           extract(epoch FROM COALESCE(ended_at, %(instant)s) - started_at)::float8 AS waited_s,
           {target} AS target_s
    FROM {span} row
    CROSS JOIN LATERAL (SELECT rep IS NOT NULL AS is_rep,
                               rep IS NULL AND starts_with(COALESCE(holder_id, ''), '00G') AS is_queue,
                               extract(epoch FROM first_touch_at - started_at)::float8 AS held_s) own
    WHERE (owes_response OR is_first_rep) AND {where}
"""
EXCLUDED = """
    SELECT record.person_id FROM leadmodel_exclusion exclusion
    JOIN {record} record ON record.record_id = exclusion.record_id
    WHERE exclusion.starts_at <= %(instant)s AND exclusion.expires_at > %(instant)s
      AND (exclusion.ended_at IS NULL OR exclusion.ended_at > %(instant)s
           OR exclusion.ended_at > %(known_by)s::timestamptz)
      AND (%(known_by)s::timestamptz IS NULL OR exclusion.entered_at <= %(known_by)s)
"""
STORED = "leadmodel_"
FILTERS = ("path", "source", "team", "priority", "relation")
"""What narrows a selection by one value of a column."""


def tables(prefix: str) -> dict[str, str]:
    """The derived tables of a prefix: stored, or derived as of an instant.

    What was derived of those who may differ stands in front of the stored rows, which tell of everybody else.
    """
    if prefix == STORED:
        return TABLES
    if prefix in (BEFORE, AFTER):
        return {
            name: f"(SELECT * FROM {prefix}{name} UNION ALL SELECT * FROM {table} stored WHERE NOT EXISTS"
            f" (SELECT FROM {DIFFERING} differing WHERE differing.record_id = stored.person_id))"
            for name, table in TABLES.items()
        }
    return {name: prefix + name for name in TABLES}


def target_sql(row: str, *, since: str = "assigned_at") -> str:
    """Within how many seconds an answer to a row of this name is in time, by its priority; see `promised`.

    Where the promise runs in business hours the row says until when, and the seconds are the calendar's until then.
    `since` is the row's column that they are counted from.
    """
    until_due = f"extract(epoch FROM {row}.target_due_at - {row}.{since})::float8"
    return f"COALESCE({until_due}, (%(targets)s::jsonb ->> {row}.priority)::float8, %(target_s)s)"


def promised(response: Response) -> dict[str, float | str]:
    """The values that `target_sql` asks for."""
    of_some = {priority: response.target_of(priority).total_seconds() for priority in response.priorities}
    return {"target_s": response.target_of(None).total_seconds(), "targets": json.dumps(of_some)}


def parameters(selection: Selection, promise: Mapping[str, float | str]) -> dict[str, Any]:
    """The values the compiled SQL asks for; `promise` as `promised` tells it."""
    return {
        "start": selection.start,
        "end": selection.end,
        "instant": selection.instant,
        "known_by": selection.known_by,
        "path": selection.path,
        "source": selection.source,
        "team": selection.team,
        "priority": selection.priority,
        "relation": selection.relation,
        "reps": sorted(selection.reps) if selection.reps is not None else None,
        **promise,
    }


def rows_sql(selection: Selection, *, by: By | None, prefix: str = STORED, excluded: bool = False) -> str:
    """The rows figures are computed over; `excluded` gives those an exception leaves out instead (M16)."""
    names = tables(prefix)
    is_span = by is By.REP
    conditions = ["row.assigned_at >= %(start)s", "row.assigned_at < %(end)s"]
    conditions += [
        f"row.{column} = %({column})s" for column in FILTERS if getattr(selection, column) is not None
    ]
    if selection.reps is not None:
        conditions.append(f"row.{'rep' if is_span else selection.whose.value} = ANY(%(reps)s)")
    negation = "" if excluded else "NOT "
    conditions.append(f"row.person_id {negation}IN ({EXCLUDED.format(**names)})")
    return (_SPANS if is_span else _CYCLES).format(
        **names,
        target=target_sql("row", since="started_at" if is_span else "assigned_at"),
        where=" AND ".join(conditions),
    )


def figures_sql(
    figures: tuple[Figure, ...],
    selection: Selection,
    *,
    by: By | None,
    prefix: str = STORED,
    group: str | None = None,
) -> tuple[str, list[str]]:
    """One statement for all figures, a row per group (`by` None: one row), and the names of its columns.

    The first column is the group: `by`, or `group` as SQL over the rows that `by` chooses. Each figure gives its
    value, and the number of rows it rests on as `<name>_of`.
    """
    group = group or (by.value if by else "'all'::text")
    columns: list[str] = []
    names: list[str] = []
    for figure in figures:
        if figure.kind is not Kind.WAITING_PERCENTILE:
            columns += [f"{_value_sql(figure)} AS {figure.name}", f"{_of_sql(figure)} AS {figure.name}_of"]
            names += [figure.name, f"{figure.name}_of"]
    waiting = [figure for figure in figures if figure.kind is Kind.WAITING_PERCENTILE]
    curves, joins = "", ""
    for figure in waiting:
        columns += [f"max({figure.name}_km.value) AS {figure.name}", f"{_of_sql(figure)} AS {figure.name}_of"]
        names += [figure.name, f"{figure.name}_of"]
        curve = f"{figure.name}_km"
        # worked out once, whatever number of rows the planner expects
        curves += f", {curve} AS MATERIALIZED ({_waiting_sql(figure)})"
        joins += f" LEFT JOIN {curve} ON {curve}.grp IS NOT DISTINCT FROM rows.grp"
    statement = (
        f"WITH rows AS MATERIALIZED (SELECT {group} AS grp, found.* FROM"
        f" ({rows_sql(selection, by=by, prefix=prefix)}) found){curves}"
        f" SELECT rows.grp, {', '.join(columns)} FROM rows{joins} GROUP BY rows.grp"
        # a rep is told of for what they owed; outcomes alone name nobody (M12)
        " HAVING bool_or(rows.owes) ORDER BY rows.grp"
    )
    return statement, names


def _value_sql(figure: Figure) -> str:
    counted = f"count(*) FILTER (WHERE ({figure.population}) AND ({figure.member}))"
    match figure.kind:
        case Kind.COUNT:
            return counted
        case Kind.SHARE:
            return f"({counted})::float8 / NULLIF(count(*) FILTER (WHERE {figure.population}), 0)"
        case Kind.PERCENTILE:
            return (
                f"percentile_cont({figure.at}) WITHIN GROUP (ORDER BY ({figure.value})::float8)"
                f" FILTER (WHERE {figure.member})"
            )
        case _:
            return f"avg(({figure.value})::float8) FILTER (WHERE {figure.member})"


def _of_sql(figure: Figure) -> str:
    return f"count(*) FILTER (WHERE {figure.population})"


def _waiting_sql(figure: Figure) -> str:
    """The Kaplan-Meier estimate: the first time by which at most 1 − `at` still wait; no row where that never came."""
    return f"""
        SELECT grp, min(t) AS value FROM (
            SELECT grp, t, sum(CASE WHEN died = at_risk THEN '-Infinity'
                                    ELSE ln(1 - died::float8 / at_risk) END)
                               OVER (PARTITION BY grp ORDER BY t) AS log_surviving
            FROM (
                SELECT grp, t, count(*) FILTER (WHERE is_event) AS died,
                       sum(count(*)) OVER (PARTITION BY grp ORDER BY t DESC) AS at_risk
                FROM (SELECT grp, ({figure.value})::float8 AS t, ({figure.member}) AS is_event
                      FROM rows WHERE {figure.population}) observed
                GROUP BY grp, t
            ) times WHERE died > 0
        ) curve WHERE log_surviving <= ln({1 - figure.at:.6f}::float8) + 1e-9 GROUP BY grp
    """
