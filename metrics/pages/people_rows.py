"""People in lists: rows behind a number, and open people, as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from base.words import Instant, duration, instant
from leadmodel.pages.links import about, person_href, salesforce_href
from leadmodel.pages.marks import Marks
from metrics.behind import Row
from metrics.now import OpenRow
from metrics.report import written
from metrics.spec import Figure, Kind, Unit

ENTRIES = {
    "first": "",
    "timed_return": "back by a timed return",
    "inbound_action": "back by an action of their own",
    "manual": "brought back by hand",
}


@dataclass(frozen=True)
class Badge:
    """A word with a tone; the word alone says it."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class BehindRow:
    """One row behind a number. `counts`: it is in the numerator."""

    href: str
    name: str
    about: str
    cycle: int
    rep: str
    source: str
    campaign: str
    path: str
    assigned: Instant
    measure: str
    is_waiting: bool
    tone: str
    touches: int
    stage: Badge
    reason: str
    counts: bool


@dataclass(frozen=True)
class WaitingRow:
    """An open person. Instants tick in the browser from `since` and towards `due`; `turns`: the stage's tone with them.

    `marks`: what became of actions on them, where the list is one to act in.
    """

    href: str
    salesforce: str
    name: str
    about: str
    cycle: int
    cause: str
    source: str
    campaign: str
    path: str
    holder: str
    since: Instant
    waiting: str
    due: Instant | None
    due_words: str
    tone: str
    last_touch: Instant | None
    touches: int
    stage: Badge
    turns: bool
    marks: Marks | None = None


def behind_row(row: Row, *, now: datetime, zone: ZoneInfo, past: Mapping[str, str]) -> BehindRow:
    """A row behind a number, of the `past` its page is of. A response past the target has a tone, one within none."""
    seconds = row.response_s if row.response_s is not None else row.waited_s
    is_waiting = row.response_s is None and row.outcome == "open"
    is_late = row.path == "inbound" and seconds > row.target_s and (is_waiting or row.response_s is not None)
    measure = duration(row.response_s) if row.response_s is not None else "none"
    if is_waiting:
        measure = f"at least {duration(row.waited_s)}"
    return BehindRow(
        href=person_href(row.person_id, past),
        name=row.name,
        about=about(row.title, row.company),
        cycle=row.number,
        rep=row.rep_name,
        source=row.source or "no source",
        campaign=row.campaign or "",
        path=row.path,
        assigned=instant(row.started_at, now=now, zone=zone),
        measure=measure,
        is_waiting=is_waiting,
        tone="bad" if is_late else "",
        touches=row.touch_count,
        stage=stage_badge(row.outcome, row.handling),
        reason=row.reason or "",
        counts=row.is_member,
    )


def waiting_row(
    row: OpenRow,
    *,
    salesforce: str,
    now: datetime,
    zone: ZoneInfo,
    past: Mapping[str, str] = {},
) -> WaitingRow:
    """An open person; those who are owed an answer have a due moment. `salesforce` is the organisation's address.

    `now` is the instant the page tells of, `past` what addresses say of it.
    """
    left_s = row.target_s - row.waited_s
    due = None
    due_words = tone = ""
    if row.owes_response:
        due = instant(
            datetime.fromtimestamp(row.assigned_at.timestamp() + row.target_s, tz=zone), now=now, zone=zone
        )
        due_words = f"{duration(left_s)} left" if left_s >= 0 else f"due {duration(-left_s)} ago"
        tone = "bad" if left_s < 0 else "near" if left_s <= row.target_s / 2 else ""
    cause = ENTRIES[row.entry]
    if row.number > 1 and (row.last_reason or row.last_kind):
        cause = " · ".join(filter(None, (cause, f"last time: {row.last_reason or row.last_kind}")))
    stage, turns = Badge("Assigned, waiting", tone), True
    if row.touch_count:
        stage, turns = Badge("Working"), False
    elif row.claimed_at is not None:
        stage, turns = Badge("Claimed, no touch", "near"), False
    return WaitingRow(
        href=person_href(row.person_id, past),
        salesforce=salesforce_href(row.person_id, salesforce),
        name=row.name,
        about=about(row.title, row.company),
        cycle=row.number,
        cause=cause,
        source=row.source or "no source",
        campaign=row.campaign or "",
        path=row.path,
        holder=row.holder or "nobody",
        since=instant(row.assigned_at, now=now, zone=zone),
        waiting=duration(row.waited_s),
        due=due,
        due_words=due_words,
        tone=tone,
        last_touch=instant(row.last_touch_at, now=now, zone=zone) if row.last_touch_at else None,
        touches=row.touch_count,
        stage=stage,
        turns=turns,
    )


def stage_badge(outcome: str, handling: str) -> Badge:
    """How a cycle stands, in the words of stages."""
    if outcome == "open":
        return Badge("Working") if handling == "touched" else Badge("Assigned, waiting", "near")
    how = {"bypassed": ", no touch", "by_automation": ", by automation"}.get(handling, "")
    return Badge(outcome.capitalize() + how, "good" if outcome == "qualified" else "")


def list_words(figure: Figure, value: float | None, total: int, members: int) -> str:
    """How many rows there are, and what they have to do with the number."""
    if figure.kind is Kind.SHARE:
        return f"{members:,} of {total:,} count: {written(value, Unit.SHARE)}."
    if figure.kind is Kind.COUNT:
        return f"{total:,} of them."
    if figure.kind is Kind.WAITING_PERCENTILE:
        return f"{members:,} answered and {total - members:,} still waiting: {written(value, figure.unit)}."
    return f"{written(value, figure.unit)} over {total:,}."
