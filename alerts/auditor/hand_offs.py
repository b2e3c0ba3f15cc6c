"""Which steps about hand-offs should have been decided by now (M18), recomputed from Salesforce's own rows.

Neither from the stored steps and clocks nor from whom the lead model says was handed somebody: found are those who
changed hands so lately that a step of theirs may be due, and the mirror tells what their new holders did since. Only
who is qualified, and of which cycle of which lead type, is taken from the persons and cycles.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from alerts.auditor.differing import Look
from alerts.auditor.due import Step, held_at, is_for, stale_by
from alerts.auditor.mirror import CONVERTED, Activity, Hand, Known, read_known
from leadmodel.directory import read_directory
from leadmodel.lifecycle.facts import Users
from leadmodel.lifecycle.hand_offs import HandOff
from leadmodel.lifecycle.policies import Act
from leadmodel.lifecycle.settings import ModelSettings, Qualified, Touches
from leadmodel.lifecycle.stages import Stage
from leadmodel.settings_store import policies_ever

ABOUT = "of a hand-off"
_ENDS = frozenset({Stage.RAW, Stage.NURTURE, Stage.UNQUALIFIED})
"""Who is said to be there is nobody's to take up; nor who is assigned anew, who has a later cycle then."""
_MOVED = """
    WITH moved AS (
        SELECT lead_id AS record_id FROM sync_leadhistory
        WHERE created_at > %(since)s AND created_at <= %(until)s AND field IN ('Owner', %(converted)s)
        UNION
        SELECT contact_id FROM sync_contacthistory
        WHERE created_at > %(since)s AND created_at <= %(until)s AND field = 'Owner'
        UNION
        SELECT record_id FROM sync_seen WHERE at > %(since)s AND at <= %(until)s AND field = 'OwnerId'
    )
    SELECT DISTINCT person.person_id, cycle.number, cycle.path, cycle.priority, cycle.is_target_account,
           cycle.assigned_at, cycle.closed_at
    FROM moved JOIN leadmodel_personrecord record USING (record_id)
    JOIN leadmodel_person person ON person.person_id = record.person_id
    CROSS JOIN LATERAL (
        SELECT * FROM leadmodel_cycle one WHERE one.person_id = person.person_id AND one.ending <> 'merged'
        ORDER BY one.closed_at DESC LIMIT 1
    ) cycle
    WHERE person.stage = 'qualified' AND NOT person.is_deleted AND cycle.latest_kind = 'qualified'
"""
"""By when they changed hands: nobody is looked at who did so long before, or since."""


class _Qualified(NamedTuple):
    """Somebody who is qualified and changed hands lately, and the cycle that ended so."""

    person_id: str
    number: int
    path: str
    priority: str | None
    is_target_account: bool
    assigned_at: datetime
    closed_at: datetime


def read_hand_offs(look: Look) -> list[Step]:
    """The steps about whoever was handed a qualified person and did nothing about them since."""
    assert look.at is not None
    policies = policies_ever()
    after = [
        offset
        for one in policies
        for within in _every(one.hand_off)
        for _, offset in _acts(one.hand_off, within)
    ]
    if not after:
        return []
    asked: dict[str, datetime | str] = {
        "since": stale_by(look) - max(after),
        "until": look.at - min(after),
        "converted": CONVERTED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, asked)
        found = {row[0]: _Qualified(*row) for row in cursor.fetchall()}
    if not found:
        return []
    users = read_directory(look.settings)
    known = read_known(found, look.settings, users, with_activities=True)
    steps: list[Step] = []
    for person_id, one in found.items():
        hand = _waits(one, known[person_id], users, look.settings)
        if hand is not None:
            steps += _steps(one, hand, held_at(policies, hand.at).hand_off, users)
    return steps


def _every(told: HandOff) -> Iterator[timedelta]:
    """How long it may take with any lead type."""
    for hours in (told.accept_hours, *(one.accept_hours for one in told.types)):
        if hours is not None:
            yield timedelta(hours=hours)


def _acts(told: HandOff, within: timedelta) -> Iterator[tuple[Act, timedelta]]:
    """What is done how long after a hand-off: a reminder so long before its time is over, or at once."""
    yield Act.REMIND_REP, max(timedelta(0), within - timedelta(hours=told.remind_before_hours))
    yield Act.TELL_MANAGER, within


def _steps(one: _Qualified, hand: Hand, told: HandOff, users: Users) -> Iterator[Step]:
    """What is due about it by the policy of its time; nothing where that calls it no hand-off, or sets no time."""
    assert hand.giver is not None
    assert hand.taker is not None
    giver, taker = (users.team_of(rep, hand.at) for rep in (hand.giver, hand.taker))
    is_named = taker in told.teams if told.teams else giver is not None and taker is not None
    typed = (
        of.accept_hours
        for of in told.types
        if is_for(of, one.path, one.priority, is_target_account=one.is_target_account)
    )
    hours = next(typed, told.accept_hours)
    if giver == taker or not is_named or hours is None:
        return
    for step, (act, after) in enumerate(_acts(told, timedelta(hours=hours)), start=1):
        yield Step(one.person_id, one.number, hand.taker, step, act.value, hand.at + after, ABOUT)


def _waits(one: _Qualified, known: Known, users: Users, settings: ModelSettings) -> Hand | None:
    """The latest change of hands, if it gave somebody qualified to a rep who did nothing since; None also where unsure.

    What is unsure is not expected: a conversion that no history tells, an opportunity lost before.
    """
    hands = known.hands()
    if not hands or not known.is_sure:
        return None
    hand = hands[-1]
    if hand.at < one.closed_at or hand.at == one.assigned_at:
        return None
    taker = users.named(hand.taker)
    if not users.is_human(hand.giver) or not users.is_human(hand.taker):
        return None
    if any(users.named(who) == taker for who in hand.by):
        return None  # who takes somebody on their own account knows
    if _is_elsewhere(one, known, hand, settings.qualified) or _took_up(known, hand, users, settings.touches):
        return None
    return hand


def _is_elsewhere(one: _Qualified, known: Known, hand: Hand, qualified: Qualified) -> bool:
    """Whether they were not qualified then, or their end was told since."""
    said = [
        (change.at, stage in _ENDS)
        for change, stage in known.statuses
        if stage in _ENDS or stage is Stage.QUALIFIED
    ]
    said += [(change.at, False) for change in known.conversions if qualified.by_status_at(change.at)]
    said = sorted((told for told in said if told[0] >= one.closed_at), key=itemgetter(0))
    stood = [is_end for at, is_end in said if at < hand.at or at == one.closed_at]
    if (stood and stood[-1]) or any(is_end for at, is_end in said if at >= hand.at):
        return True
    return any(
        (deal.is_lost and deal.at >= one.closed_at) or (deal.is_won and deal.at >= hand.at)
        for deal in known.deals
    )


def _took_up(known: Known, hand: Hand, users: Users, rules: Touches) -> bool:
    """Whether the new holder did something: called, moved an opportunity on, converted, or said Qualified again."""
    taker = users.named(hand.taker)
    said = [change for change, stage in known.statuses if stage is Stage.QUALIFIED]
    for change in (*said, *known.conversions):
        if change.at >= hand.at and any(users.named(who) == taker for who in change.by):
            return True
    for deal in known.deals:
        if deal.at >= hand.at and users.named(deal.by) == taker and (deal.is_named or deal.is_lost):
            return True
    later = [one for one in known.activities if one.at >= hand.at]
    # an automatic one counts where it was answered: whether at once is not asked here
    is_answered = any(one.is_event or rules.kind_of_subject(one.subject) == "inbound" for one in later)
    return any(
        _may_count(one, rules, is_answered=is_answered) for one in later if users.named(one.by) == taker
    )


def _may_count(one: Activity, rules: Touches, *, is_answered: bool) -> bool:
    kind = rules.kind_of_subject(one.subject)
    is_automatic = kind == "automatic" or one.subtype in rules.automatic_subtypes
    return kind != "inbound" and (is_answered or not is_automatic)
