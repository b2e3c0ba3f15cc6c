"""The rows behind a number: the same relation, predicate and exclusions as the number itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from metrics import cursors
from metrics.compile import rows_sql, tables
from metrics.cursors import PAGE
from metrics.query import State, using
from metrics.selection import By, Selection
from metrics.spec import Figure, Kind

_ROWS = """
    SELECT found.person_id, found.number, found.ordinal,
           COALESCE(NULLIF(concat_ws(' ', COALESCE(lead.first_name, contact.first_name),
                                     COALESCE(lead.last_name, contact.last_name)), ''), found.person_id),
           COALESCE(lead.company, account.name, ''), COALESCE(lead.title, contact.title, ''),
           found.source, campaign.name, found.path, found.assigned_at, found.started_at, found.first_touch_at,
           found.response_s, found.waited_s, found.target_s, found.touch_count, found.outcome, found.handling,
           found.rep, COALESCE(holder.name, queue.name, found.rep, ''), ended.reason, found.is_member, found.sort
    FROM ({found}) found
    JOIN {cycle} ended ON ended.person_id = found.person_id AND ended.number = found.number
    LEFT JOIN sync_lead lead ON lead.id = found.person_id
    LEFT JOIN sync_contact contact ON contact.id = found.person_id
    LEFT JOIN sync_account account ON account.id = contact.account_id
    LEFT JOIN sync_user holder ON holder.id = found.rep
    LEFT JOIN sync_group queue ON queue.id = found.holder_id
    LEFT JOIN sync_campaign campaign ON campaign.id = found.campaign
    {place}
    ORDER BY found.sort DESC, found.person_id DESC, found.number DESC, found.ordinal DESC
"""


@dataclass(frozen=True)
class Row:
    """One cycle, or one rep's span of it, behind a number. Durations in seconds; `is_member`: it counts."""

    person_id: str
    number: int
    ordinal: int
    name: str
    company: str
    title: str
    source: str | None
    campaign: str | None
    path: str
    assigned_at: datetime
    started_at: datetime
    first_touch_at: datetime | None
    response_s: float | None
    waited_s: float
    target_s: float
    touch_count: int
    outcome: str
    handling: str
    rep: str | None
    rep_name: str
    reason: str | None
    is_member: bool
    sort: float


@dataclass(frozen=True)
class Behind:
    """A page of rows, how many there are in all, how many of them count, and where the next page begins."""

    rows: list[Row]
    total: int
    members: int
    following: str | None


def behind(
    selection: Selection,
    figure: Figure,
    *,
    by: By | None = None,
    group: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
    state: State | None = None,
    more: Mapping[str, object] = {},
) -> Behind:
    """The rows of a figure's population in a selection, worst or latest first, and which of them count.

    With `by`, only those of `group` (None: the group without a name, such as queues). `total` equals the figure's
    `<name>_of`, and for counts the figure itself. `state` is the selection's, where it is at hand; `more` are
    values the figure's predicates ask for besides the selection's. Raises cursors.WrongCursor.
    """
    with using(selection, state) as at_hand:
        found, values = _found(selection, figure, by, group, at_hand, more)
        cursor = at_hand.cursor
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE is_member) FROM ({found}) found", values)
        counts = cursor.fetchone()
        assert counts is not None
        place = ""
        if after is not None:
            values["after_sort"], values["after_id"], values["after_number"], values["after_ordinal"] = (
                cursors.read(after, (float, str, int, int))
            )
            place = (
                " WHERE (found.sort, found.person_id, found.number, found.ordinal)"
                " < (%(after_sort)s, %(after_id)s, %(after_number)s, %(after_ordinal)s)"
            )
        cursor.execute(f"{_rows(found, place, at_hand)} LIMIT {limit + 1}", values)
        rows = [Row(*row) for row in cursor.fetchall()]
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        last = rows[-1]
        following = cursors.write([last.sort, last.person_id, last.number, last.ordinal])
    return Behind(rows, counts[0], counts[1], following)


def every_row(
    selection: Selection,
    figure: Figure,
    *,
    by: By | None = None,
    group: str | None = None,
    more: Mapping[str, object] = {},
) -> Iterator[Row]:
    """All the rows `behind` gives page by page, a few at a time out of the database."""
    with using(selection, None) as at_hand:
        found, values = _found(selection, figure, by, group, at_hand, more)
        with connection.chunked_cursor() as cursor:
            cursor.execute(_rows(found, "", at_hand), values)
            for row in cursor:
                yield Row(*row)


def _rows(found: str, place: str, state: State) -> str:
    return _ROWS.format(found=found, place=place, **tables(state.prefix))


def _found(
    selection: Selection,
    figure: Figure,
    by: By | None,
    group: str | None,
    state: State,
    more: Mapping[str, object],
) -> tuple[str, dict[str, Any]]:
    """The population's rows with what they are sorted by, as SQL and its parameters."""
    values = state.values | dict(more)
    condition = f"({figure.population})"
    if by is not None:
        condition += f" AND {by.value} IS NOT DISTINCT FROM %(group)s"
        values["group"] = group
    found = (
        f"SELECT rows.*, COALESCE(({figure.member}), false) AS is_member, COALESCE({_sort(figure)}, 0) AS sort"
        f" FROM ({rows_sql(selection, by=by, prefix=state.prefix, excluded=figure.of_left_out)}) rows WHERE {condition}"
    )
    return found, values


def _sort(figure: Figure) -> str:
    """What a list is in the order of, as SQL: it stays while pages are turned, however long somebody waits by then."""
    match figure.kind:
        case Kind.COUNT | Kind.SHARE:
            return "extract(epoch FROM assigned_at)::float8"
        case Kind.WAITING_PERCENTILE:  # whoever waits comes first, and of them who has for longest
            return f"CASE WHEN is_touched THEN ({figure.value})::float8 ELSE 1e11 - extract(epoch FROM started_at) END"
        case _:
            return f"({figure.value})::float8"
