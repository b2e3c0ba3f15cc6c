"""Looking again just before something is told: does what it says still hold, and is that known?

Each kind of condition (`still["kind"]` of a notice) has one check, which is asked for many at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from alerts.kept import has_news
from alerts.models import Told
from alerts.telling.accounts import KIND, accounts_in_doubt, why_worked
from alerts.telling.clocks import why_stopped
from leadmodel.rebuild import EVERYBODY

Check = Callable[[Sequence[Mapping[str, Any]], datetime], Sequence[str]]
"""Of each condition why it holds no more at that instant, in a phrase; empty where it does."""
CHECKS: dict[str, Check] = {"clock": why_stopped, KIND: why_worked}
"""The check of each kind. A notice without a condition always holds."""


def why_not(told: Sequence[Told], *, now: datetime) -> dict[str, str]:
    """Of those that hold no more, by key, why."""
    by_kind: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.still:
            by_kind[one.still["kind"]].append(one)
    found: dict[str, str] = {}
    for kind, those in by_kind.items():
        answers = CHECKS[kind]([one.still for one in those], now)
        found |= {one.key: why for one, why in zip(those, answers, strict=True) if why}
    return found


_NEWS = f"""
    SELECT asked.person_id FROM unnest(%(persons)s::text[]) AS asked (person_id)
    WHERE EXISTS (SELECT FROM sync_mark WHERE record_id = %(everybody)s) OR {has_news("asked")}
"""


def in_doubt(told: Sequence[Told]) -> set[str]:
    """The keys of those with a condition, about whose person or account something was read that is not derived yet.

    Whether they still hold is known once it is.
    """
    persons = {one.person_id for one in told if one.still}
    if not persons:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_NEWS, {"persons": sorted(persons), "everybody": EVERYBODY})
        news = {person_id for (person_id,) in cursor.fetchall()}
    doubted = {one.key for one in told if one.still and one.person_id in news}
    return doubted | accounts_in_doubt(told)
