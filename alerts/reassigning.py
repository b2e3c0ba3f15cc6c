"""Re-assign whom nobody answered (R067): gather → choose → the ledger and the outbox, in the caller's transaction.

Whoever calls has found what is due and holds it locked. What is decided is a write like a rep's: in a dry run until ops
switch it on, undone like the others, compared with Salesforce and looked at once more before it is sent (M20). It says
who held the person and which status it had, so that whoever was faster wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import NamedTuple

import structlog
from django.db import connection

from alerts.candidates import counting, queue_called, read_candidates, read_rota
from alerts.models import Assignment
from alerts.standing import Earlier, Standing, read_earlier, read_standing
from base.models import Effect
from base.outbox import Decided, decide
from leadmodel.changes import LastRead, read_last_of
from leadmodel.directory import read_directory
from leadmodel.lifecycle.facts import Directory, Tracked
from leadmodel.lifecycle.reassignment import Handed, How, Manner
from leadmodel.lifecycle.routing import Choice, Due, choose_all
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.may_act import REASSIGN
from leadmodel.most_a_day import decisions
from sync.writeback.calls import CLOCKS_APART
from sync.writeback.modes import Mode, mode_of, switches
from sync.writeback.plan import Write

log = structlog.get_logger(__name__)


class Overdue(NamedTuple):
    """A clock that is due. `ordinal`: the span whose holder owes it, 0 where the cycle does; `step`: what is due."""

    person_id: str
    number: int
    ordinal: int
    holder_id: str | None
    due_at: datetime
    step: str


class Outcome(StrEnum):
    """What became of something that was due."""

    DECIDED = "decided"
    """Somebody takes over: now, or decided before about this clock or this span. There is nothing more to do."""
    COULD_NOT = "could_not"
    """Nobody may; it is in the ledger. To be asked again: somebody may later."""
    MOOT = "moot"
    """Somebody answered, disposed or took over: there is nothing to do any more."""
    NOT_YET = "not_yet"
    """Something keeps it: news that is not derived or read yet, an exception. To be asked again soon."""
    MOST = "most"
    """As many as may be were decided in 24 hours. To be asked again later."""


@dataclass(frozen=True)
class _Asked:
    """One that is to be decided now."""

    due: Overdue
    stands: Standing
    last: LastRead
    rule: str
    manner: Manner
    handed: Handed
    before: Sequence[Earlier]


def reassign(
    due: Sequence[Overdue], *, settings: ModelSettings, read_at: datetime, now: datetime
) -> dict[Overdue, Outcome]:
    """Decide who takes over, once for each clock and each span, however often it is asked.

    `read_at`: as far as Salesforce was read. Runs in the caller's transaction, in which the clocks are locked; others
    wait until it ends, so that turns are taken one after another.
    """
    if not due:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('alerts'), hashtext('reassign'))")
    directory = read_directory(settings)
    outcomes, asked = _sorted_out(due, settings, directory, read_at=read_at, now=now)
    decided: dict[str, Outcome] = {}
    if asked:
        chosen = _chosen(asked, settings, directory, now=now)
        decided = _written(
            asked,
            chosen,
            directory,
            left=decisions(REASSIGN, settings, now=now).left,
            read_at=read_at,
            now=now,
        )
    outcomes = {one: outcomes[one] if one in outcomes else decided[one.person_id] for one in due}
    log.info("reassigned", **_counted(outcomes))
    return outcomes


def _counted(outcomes: Mapping[Overdue, Outcome]) -> dict[str, int]:
    found = list(outcomes.values())
    return {outcome.value: found.count(outcome) for outcome in Outcome}


def _sorted_out(
    due: Sequence[Overdue], settings: ModelSettings, directory: Directory, *, read_at: datetime, now: datetime
) -> tuple[dict[Overdue, Outcome], list[_Asked]]:
    """What there is nothing to decide about, and the others: the longest overdue first, each person once."""
    cycles = {(one.person_id, one.number) for one in due}
    standing, earlier = read_standing(cycles, now=now), read_earlier(cycles)
    last = read_last_of(None, [person_id for person_id, _ in cycles], settings)
    outcomes: dict[Overdue, Outcome] = {}
    asked: dict[str, _Asked] = {}
    for one in sorted(due, key=lambda told: (told.due_at, told.person_id, told.ordinal, told.step)):
        stands = standing.get((one.person_id, one.number))
        before = earlier.get((one.person_id, one.number), [])
        if stands is None or one.person_id not in last or not _is_held(one, stands):
            outcomes[one] = Outcome.MOOT
        elif any(_settles(line, one, stands) for line in before):
            outcomes[one] = Outcome.DECIDED
        elif _is_kept(stands, last[one.person_id], before, read_at=read_at, now=now):
            outcomes[one] = Outcome.NOT_YET
        elif one.person_id not in asked:  # another clock of the same person shares what is decided
            team = directory.team_of(one.holder_id, now) if one.holder_id is not None else None
            handed = Handed(stands.path, stands.priority, stands.is_target_account, stands.source, team)
            rule, manner = settings.reassignment.rule_of(handed)
            asked[one.person_id] = _Asked(one, stands, last[one.person_id], rule, manner, handed, before)
    return outcomes, list(asked.values())


def _is_held(due: Overdue, stands: Standing) -> bool:
    """Whether they are with whom it is about, since before it was due; whoever came later has a clock of their own."""
    return stands.holder_id == due.holder_id and stands.held_since < due.due_at


def _settles(line: Earlier, due: Overdue, stands: Standing) -> bool:
    """Whether this was decided: the same clock, or another of the same span. What was cancelled is decided anew."""
    if line.state in (None, Effect.State.CANCELLED):
        return False
    is_same_clock = (line.ordinal, line.due_at, line.step) == (due.ordinal, due.due_at, due.step)
    return is_same_clock or line.span == stands.span


def _is_kept(
    stands: Standing, last: LastRead, before: Sequence[Earlier], *, read_at: datetime, now: datetime
) -> bool:
    """Whether something keeps a decision that may pass: an exception, or that more is to be known first."""
    cancelled = [line.ended_at for line in before if line.state == Effect.State.CANCELLED and line.ended_at]
    return (
        stands.is_excepted
        or stands.has_news
        or last.owner != stands.holder_id
        or last.is_elsewhere(now)
        or any(ended_at > read_at for ended_at in cancelled)
    )


@dataclass(frozen=True)
class _Chosen:
    """Who takes over, and what they are called; where nobody does and no candidate tells why, `said` does."""

    choice: Choice
    called: str = ""
    said: str = ""


def _chosen(
    asked: Sequence[_Asked], settings: ModelSettings, directory: Directory, *, now: datetime
) -> dict[str, _Chosen]:
    """Who takes over each, by the person's Id."""
    is_dry = mode_of(switches(), REASSIGN) == Mode.DRY
    states, rules = counting(is_dry=is_dry), settings.reassignment
    teams = {one.handed.team for one in asked if one.handed.team is not None}
    candidates = read_candidates(teams, rules, directory, states=states, now=now)
    rota = read_rota({one.rule for one in asked}, [one.rep_id for one in candidates], states=states)
    due = [Due(one.due.person_id, one.due.due_at, one.stands.had, one.handed) for one in asked]
    names = {one.rep_id: one.name for one in candidates}
    chosen = {
        person_id: _Chosen(choice, names.get(choice.rep_id or "", ""))
        for person_id, choice in choose_all(due, candidates, rules, rota).items()
    }
    for one in asked:
        if one.manner.how is How.QUEUE:
            chosen[one.due.person_id] = _to_queue(one)
        elif chosen[one.due.person_id].choice == Choice(None, one.rule, None, ()):
            chosen[one.due.person_id] = _Chosen(chosen[one.due.person_id].choice, said=_no_candidate(one))
    return chosen


def _to_queue(one: _Asked) -> _Chosen:
    assert one.manner.queue is not None
    queue, nobody = queue_called(one.manner.queue), Choice(None, one.rule, None, ())
    if queue is None:
        return _Chosen(nobody, said=f"Salesforce has no queue “{one.manner.queue}”.")
    if queue.pk == one.stands.holder_id:
        return _Chosen(nobody, said=f"The queue “{one.manner.queue}” holds the person already.")
    return _Chosen(Choice(queue.pk, one.rule, None, ()), queue.name or queue.pk)


def _no_candidate(one: _Asked) -> str:
    if one.manner.to_teams or one.manner.reps:
        return "Salesforce has no user whom the rule names."
    if one.handed.team is None:
        return "The holder is in no team, and the rule names nobody."
    return f"There is nobody else in the team “{one.handed.team}”."


def _written(
    asked: Sequence[_Asked],
    chosen: Mapping[str, _Chosen],
    directory: Directory,
    *,
    left: int,
    read_at: datetime,
    now: datetime,
) -> dict[str, Outcome]:
    """Keep what was chosen: the writes and the ledger's lines. At most `left` are given to somebody."""
    outcomes: dict[str, Outcome] = {}
    given: list[tuple[_Asked, Decided, _Chosen]] = []
    lines: list[Assignment] = []
    for one in asked:
        found = chosen[one.due.person_id]
        if found.choice.rep_id is None:
            outcomes[one.due.person_id] = Outcome.COULD_NOT
            line = _line(one, found, read_at=read_at, now=now)
            if not any(_is_told(line, before) for before in one.before[-1:]):
                lines.append(line)
        elif len(given) < left:
            outcomes[one.due.person_id] = Outcome.DECIDED
            given.append((one, _decided(one, found, directory, read_at=read_at, now=now), found))
        else:
            outcomes[one.due.person_id] = Outcome.MOST
    effects = decide([decided for _, decided, _ in given], by=None, now=now)
    for (one, _, found), effect in zip(given, effects, strict=True):
        line = _line(one, found, read_at=read_at, now=now)
        line.effect = effect
        lines.append(line)
    Assignment.objects.bulk_create(lines)
    return outcomes


def _line(one: _Asked, found: _Chosen, *, read_at: datetime, now: datetime) -> Assignment:
    choice = found.choice
    skipped = [list(told) for told in choice.skipped]
    # not of how many somebody has: that changes all day, and changes nothing
    why = dumps([choice.rule, found.said, [[rep_id, why] for rep_id, why, *_ in skipped]])
    return Assignment(
        person_id=one.due.person_id,
        number=one.due.number,
        span=one.stands.span,
        ordinal=one.due.ordinal,
        due_at=one.due.due_at,
        step=one.due.step,
        holder_id=one.due.holder_id,
        to_id=choice.rep_id,
        rule=choice.rule,
        place=choice.place,
        decided_at=now,
        read_at=read_at,
        said=found.said,
        skipped=skipped,
        digest="" if choice.rep_id is not None else sha256(why.encode()).hexdigest(),
    )


def _is_told(line: Assignment, before: Earlier) -> bool:
    """Whether the latest line about the cycle says the same of the same span, by the Id the person has.

    Who was converted or merged since is counted, and found, by the Id they have now.
    """
    told = (before.person_id, before.number, before.span, before.digest)
    return before.state is None and told == (line.person_id, line.number, line.span, line.digest)


def _decided(
    one: _Asked, found: _Chosen, directory: Directory, *, read_at: datetime, now: datetime
) -> Decided:
    """The write: owner, and who is kept of a role (M14), as long as holder and status are what they were.

    What Salesforce tells from just before now on cancels it: whoever decides has looked at it (M20).
    """
    due, last, to = one.due, one.last, found.choice.rep_id
    assert to is not None
    changes = [last.set(Tracked.OWNER, to), *last.kept_owners(due.holder_id, to, directory, now)]
    if Tracked.STATUS in last.values:
        # takes the value it has: a disposition that we have not read yet is a newer change, and wins
        changes.append(last.set(Tracked.STATUS, last.values[Tracked.STATUS]))
    stamp = "%Y%m%dT%H%M%S"
    clock = f"{due.person_id}/{due.number}/{due.ordinal}/{due.due_at:{stamp}}/{due.step}"
    return Decided(
        f"{REASSIGN}:{clock}/{read_at:{stamp}.%f}",
        REASSIGN,
        Write(due.person_id, changes, quiet_since=(now - CLOCKS_APART).isoformat()).payload(),
        subject=due.person_id,
        why=f"re-assign to {found.called}: nobody answered by {due.due_at:%d %b %Y, %H:%M} UTC",
    )
