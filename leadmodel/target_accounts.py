"""Lists of target accounts by how long they go untouched: one relation for tile, list and file, and who may see which.

A rep sees their own, a manager the team's, operations all; who sees an account is who sees its owner's people. An
account whose owner is active in Salesforce no more is not listed: nobody could be asked.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection
from django.http import Http404
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from base.models import User
from leadmodel.access import sight_of_few, visible_reps
from leadmodel.accounts import on_accounts
from leadmodel.filling import array
from leadmodel.lifecycle.lead_types import LeadTypes
from leadmodel.pages.links import person_href
from leadmodel.pages.people import HOLDER, NAME, WITH_NAMES

SOON = timedelta(days=7)
LISTS = {
    "idle": "clock.due_at <= %(now)s",
    "soon": "clock.due_at > %(now)s AND clock.due_at <= %(soon)s",
    "all": "true",
}
"""The lists, as conditions on the clocks."""
_LISTED = """
    FROM leadmodel_accountclock clock
    JOIN sync_account account ON account.id = clock.account_id
    JOIN sync_user owner ON owner.id = clock.owner_id AND owner.is_active
    WHERE (%(reps)s::text[] IS NULL OR clock.owner_id = ANY(%(reps)s))
"""


class Row(NamedTuple):
    """A target account. `started_at`: since when it goes untouched; `due_at`: when that makes it idle."""

    account_id: str
    name: str
    owner_id: str
    owner: str
    last_touch_at: datetime | None
    started_at: datetime
    due_at: datetime


_COLUMNS = """
    clock.account_id, COALESCE(account.name, clock.account_id), clock.owner_id, COALESCE(owner.name, owner.id),
    clock.last_touch_at, clock.started_at, clock.due_at
"""
Place = tuple[datetime, str]
"""A row's place in its list: when it is idle, and its Id."""


def count_lists(reps: Collection[str] | None, *, now: datetime) -> Mapping[str, int]:
    """How many accounts of these reps (None: everybody's) each list has."""
    counts = ", ".join(f"count(*) FILTER (WHERE {those})" for those in LISTS.values())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts} {_LISTED}", _values(reps, now))
        return dict(zip(LISTS, cursor.fetchone() or (), strict=True))


def count_idle(reps: Collection[str] | None, *, now: datetime) -> int:
    """How many are idle: by an index, however many are not."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) {_LISTED} AND {LISTS['idle']}", _values(reps, now))
        ((count,),) = cursor.fetchall()
    return int(count)


def read_list(
    reps: Collection[str] | None,
    name: str,
    *,
    now: datetime,
    after: Place | None = None,
    limit: int | None = None,
) -> list[Row]:
    """The accounts of a list, the longest idle first, from the one after a place on."""
    values = _values(reps, now) | {"limit": limit}
    place = ""
    if after is not None:
        place = "AND (clock.due_at, clock.account_id) > (%(at)s, %(account)s)"
        values |= {"at": after[0], "account": after[1]}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_LISTED} AND {LISTS[name]} {place}"
            " ORDER BY clock.due_at, clock.account_id LIMIT %(limit)s",
            values,
        )
        return [Row._make(row) for row in cursor.fetchall()]


def read_owners(reps: Collection[str] | None, *, now: datetime) -> list[tuple[str, str]]:
    """Who of these reps owns target accounts: Id and name, by name."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT clock.owner_id, COALESCE(owner.name, owner.id) {_LISTED} ORDER BY 2, 1",
            _values(reps, now),
        )
        owners: list[tuple[str, str]] = cursor.fetchall()
    return owners


_Values = dict[str, datetime | str | int | list[str] | None]


def _values(reps: Collection[str] | None, now: datetime) -> _Values:
    return {"reps": None if reps is None else sorted(reps), "now": now, "soon": now + SOON}


def access_account(user: User, account_id: str, *, now: datetime) -> Row:
    """A target account. Raises Http404 where there is none this user may see."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} {_LISTED} AND clock.account_id = %(account)s",
            _values(visible_reps(user), now) | {"account": account_id},
        )
        row = cursor.fetchone()
    if row is None:
        raise Http404(f"There is no target account {account_id} among those you may see.")
    return Row._make(row)


def count_people(accounts: Sequence[str], types: LeadTypes) -> Mapping[str, int]:
    """Account → how many people are on it; those of whom nobody is known are left out."""
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute(
            sql.SQL(
                "SELECT named.account_id, count(DISTINCT person.person_id)"
                " FROM ({}) AS named (record_id, account_id) JOIN leadmodel_personrecord record USING (record_id)"
                " JOIN leadmodel_person person ON person.person_id = record.person_id AND NOT person.is_deleted"
                " GROUP BY 1"
            ).format(on_accounts(types)),
            {"ids": array(accounts)},
        )
        return dict(cursor.fetchall())


@dataclass(frozen=True)
class OnIt:
    """Somebody on an account."""

    person_id: str
    name: str
    title: str
    stage: str
    holder: str

    @property
    def href(self) -> str:
        """Their page."""
        return person_href(self.person_id)


def people_on(user: User, account_id: str, types: LeadTypes) -> list[OnIt]:
    """Those of the people on an account whom this user may see, by name."""
    seen = sight_of_few(user)
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        cursor.execute(
            sql.SQL(
                "SELECT person.person_id, {name} AS name, COALESCE(lead.title, contact.title, ''), person.stage,"
                " {holder}"
                " FROM (SELECT DISTINCT record.person_id FROM ({named}) AS named (record_id, account_id)"
                "       JOIN leadmodel_personrecord record USING (record_id)) on_it"
                " JOIN leadmodel_person person ON person.person_id = on_it.person_id {with_names}"
                " WHERE NOT person.is_deleted AND {seen} ORDER BY name, person.person_id"
            ).format(
                name=sql.SQL(NAME),
                holder=sql.SQL(HOLDER),
                with_names=sql.SQL(WITH_NAMES),
                named=on_accounts(types),
                seen=sql.SQL(seen.condition),
            ),
            {"ids": array([account_id]), **seen.values},
        )
        return [OnIt(*row) for row in cursor.fetchall()]
