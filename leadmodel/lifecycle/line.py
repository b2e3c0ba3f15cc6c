"""One person's line through time: the fold that opens, hands over, touches and closes cycles (M5 to M13)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leadmodel.lifecycle.cycles import COUNTING, Cycle, HandedOver, Span, Touch, Why
from leadmodel.lifecycle.facts import Directory
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import DISPOSITIONS, Ending, Entry, Outcome, Path, Stage, Trigger

_QUALIFIED = Stage.QUALIFIED
_OUTCOMES = {kind: Outcome(kind.value) for kind in DISPOSITIONS}


@dataclass(slots=True)
class Line:
    """The state of one person while their facts are read in order.

    `standing` is the stage between cycles; `reasons` the reason fields as they stand at this moment.
    """

    settings: ModelSettings
    directory: Directory
    holder: str | None = None
    standing: Stage = Stage.RAW
    standing_since: datetime | None = None
    is_customer: bool = False
    cycle: Cycle | None = None
    cycles: list[Cycle] = field(default_factory=list)
    loose: list[Touch] = field(default_factory=list)
    reasons: dict[Stage, str | None] = field(default_factory=dict)
    sources: list[tuple[datetime, str]] = field(default_factory=list)
    responses: list[tuple[datetime, str]] = field(default_factory=list)
    activities: set[str] = field(default_factory=set)
    """The Ids of those that were read: one that names several of the person's records is one touch (K10)."""
    handed: HandedOver | None = None
    """Who got the qualified person and did nothing about them yet (M18)."""

    # -- assignment -------------------------------------------------------------------------------

    def assign(self, at: datetime, by: str | None, trigger: Trigger) -> Cycle:
        """A signal: the cycle it opens; the open one when there is one, as it is then no more than a hand-over (M5)."""
        if self.cycle is not None:
            return self.cycle
        source = self._latest(self.sources, at)
        pulled = trigger is Trigger.OUTBOUND_PULL
        self.cycle = Cycle(
            assigned_at=at,
            assigned_by=by,
            trigger=trigger,
            source=source,
            path=Path.OUTBOUND if pulled else self.settings.paths.path_of(source),
            campaign_id=self._latest(self.responses, at),
            entry=Entry.FIRST,
            broke_hold=False,
            spans=[Span(holder=self.holder, started_at=at)],
        )
        self.handed = None
        self.cycles.append(self.cycle)
        return self.cycle

    @staticmethod
    def _latest(dated: list[tuple[datetime, str]], at: datetime) -> str | None:
        best: tuple[datetime, str] | None = None
        for entry in dated:
            if entry[0] <= at and (best is None or entry > best):
                best = entry
        return best[1] if best else None

    def own(self, at: datetime, holder: str | None, by: str | None, *, is_conversion: bool = False) -> None:
        """The person changes hands (M12); from a queue or machine to a rep it may be an assignment (M5).

        With the Contact that a conversion made it is none where that conversion has just qualified the person (K3).
        """
        previous, self.holder = self.holder, holder
        if holder == previous:
            return
        if self.cycle is not None:
            self._hand_over(self.cycle, at)
            return
        self._hand_off(previous, at, by)
        if is_conversion and self.settings.qualified.by_status_at(at):
            return
        human = self.directory.is_human
        if self.settings.assignment.owner and previous is not None and human(holder) and not human(previous):
            self.assign(at, by, Trigger.OWNER)

    def _hand_over(self, cycle: Cycle, at: datetime) -> None:
        """The next span. One that lasted no time never was: its touch is the next holder's (M2: owner, then touch)."""
        last = cycle.spans[-1]
        if last.holder == self.holder:
            return
        if last.started_at < at:
            last.ended_at = at
            # half-open: merges and conversions come last at their instant, a touch at it is the next holder's
            is_next = last.is_touched and cycle.first_touch_at == at
            last.is_touched = last.is_touched and not is_next
            cycle.spans.append(Span(holder=self.holder, started_at=at, is_touched=is_next))
            return
        cycle.spans.pop()
        if cycle.spans and cycle.spans[-1].holder == self.holder:
            cycle.spans[-1].ended_at = None  # away for no time at all
        else:
            cycle.spans.append(Span(holder=self.holder, started_at=at))
        cycle.spans[-1].is_touched |= last.is_touched

    def _hand_off(self, giver: str | None, at: datetime, by: str | None) -> None:
        """A qualified person is in other hands, to be taken up (M18); who took them on their own account has."""
        self.handed, taker, human = None, self.holder, self.directory.is_human
        if self.standing is not _QUALIFIED or giver is None or taker is None:
            return
        cycle = last_disposed(self.cycles)
        if cycle is not None and human(giver) and human(taker) and not self._is(by, taker):
            self.handed = HandedOver(cycle, giver, taker, at)

    # -- touches ----------------------------------------------------------------------------------

    def touch(self, touch: Touch) -> None:
        """A touch, if it may count: into the open cycle, else late-logged, else an outbound pull, else loose."""
        if touch.activity_id in self.activities:
            return
        self.activities.add(touch.activity_id)
        if self.handed is not None and touch.why in COUNTING and self._is(touch.by, self.handed.taker):
            self.handed = None
        if touch.why not in COUNTING:
            self.loose.append(touch)
        elif self.cycle is not None:
            self._count(self.cycle, touch, touch.at)
        elif (late := self._closed_by_same_rep_just_before(touch)) is not None:
            touch.why = Why.LOGGED_LATE
            assert late.closed_at is not None
            self._count(late, touch, late.closed_at)
        elif self._is_pull(touch):
            self._count(self.assign(touch.at, touch.by, Trigger.OUTBOUND_PULL), touch, touch.at)
        else:
            touch.why = Why.NO_CYCLE
            self.loose.append(touch)

    def _is(self, by: str | None, rep: str) -> bool:
        """Whether it was done by this rep, or in their name (K2)."""
        return self.directory.named(by) == self.directory.named(rep)

    def _count(self, cycle: Cycle, touch: Touch, counts_at: datetime) -> None:
        touch.counts_at = counts_at
        cycle.touches.append(touch)
        cycle.touch_count += 1
        cycle.last_touch_at = counts_at  # they are read in order, and late ones count at the end
        if cycle.first_touch_at is None:
            cycle.first_touch_at = counts_at
            cycle.first_touch_by = touch.by
            cycle.first_touch_id = touch.activity_id
            cycle.spans[-1].is_touched = True

    def _closed_by_same_rep_just_before(self, touch: Touch) -> Cycle | None:
        """The last of the cycles this rep disposed of at most `late_logging_minutes` ago (M9)."""
        own = [c for c in self._just_disposed(touch.at) if c.closed_by_human and c.closed_by == touch.by]
        return max(own, key=_by_end, default=None)

    def _just_disposed(self, at: datetime) -> list[Cycle]:
        """The cycles in whose window for late logging `at` lies."""
        window = self.settings.touches.late_logging
        return [
            cycle
            for cycle in self.cycles
            if cycle.latest_kind in DISPOSITIONS
            and cycle.closed_at is not None
            and at - cycle.closed_at <= window
        ]

    def _is_pull(self, touch: Touch) -> bool:
        """Outbound pull (M5): by an outbound team's member, on Raw, or on Nurture past its hold."""
        if not self.settings.assignment.outbound_pull or touch.by is None or self.is_customer:
            return False
        if self.directory.team_of(touch.by, touch.at) not in self.settings.paths.outbound_teams:
            return False
        if self._just_disposed(touch.at):
            return False
        if self.standing is Stage.RAW:
            return True
        hold = self.settings.recycling.nurture_hold
        since = self.standing_since
        return self.standing is Stage.NURTURE and since is not None and touch.at >= since + hold

    # -- endings ----------------------------------------------------------------------------------

    def dispose(self, at: datetime, kind: Stage, by: str | None, ending: Ending) -> None:
        """A disposition: closes the open cycle, or amends the one that closed last (M8)."""
        self.standing, self.standing_since = kind, at
        cycle = self.cycle
        if cycle is None:
            cycle = last_disposed(self.cycles)
            if cycle is None:
                return
            if self.handed is not None and (kind is not _QUALIFIED or self._is(by, self.handed.taker)):
                self.handed = None
        else:
            self._close(cycle, at, by, ending)
        cycle.latest_kind = kind
        cycle.reason = self.reasons.get(kind)
        if kind is _QUALIFIED and cycle.qualified_at is None:
            cycle.qualified_at = at
        cycle.outcome = _OUTCOMES[_QUALIFIED if cycle.qualified_at is not None else kind]
        spans = cycle.spans
        if cycle.closed_at == at == spans[-1].started_at and len(spans) > 1:
            self._hand_off(spans[-2].holder, at, by)  # owner and status were saved in one

    def qualify_by_opportunity(self, at: datetime, by: str | None) -> None:
        """The linked opportunity got far enough; with no cycle open there is nothing it ends (K12)."""
        if self.cycle is not None:
            self.dispose(at, Stage.QUALIFIED, by, Ending.OPPORTUNITY)

    def lose(self, at: datetime, by: str | None, reason: str | None) -> None:
        """The opportunity of a qualified person was lost: on to Nurture, and the cycle stays qualified (M14).

        Whom somebody works again already, or who is elsewhere by now, stays there.
        """
        if self.cycle is not None or self.standing is not _QUALIFIED:
            return
        self.dispose(at, Stage.NURTURE, by, Ending.OPPORTUNITY)
        cycle = last_disposed(self.cycles)
        if cycle is not None and reason is not None:
            cycle.reason = reason

    def back_to_raw(self, at: datetime, by: str | None) -> None:
        """Status back to Raw: an open cycle is withdrawn (K4)."""
        if self.cycle is not None:
            cycle = self.cycle
            self._close(cycle, at, by, Ending.BACK_TO_RAW)
            cycle.outcome = Outcome.WITHDRAWN
        self.handed = None
        self.standing, self.standing_since = Stage.RAW, at

    def claim(self, at: datetime) -> None:
        """Salesforce says Working; without a touch that is only a claim (M6)."""
        if self.cycle is not None and self.cycle.touch_count == 0 and self.cycle.claimed_at is None:
            self.cycle.claimed_at = at

    def _close(self, cycle: Cycle, at: datetime, by: str | None, ending: Ending) -> None:
        cycle.closed_at, cycle.ending = at, ending
        cycle.closed_by = self.directory.named(by)
        cycle.closed_by_human = self.directory.is_human(by)
        cycle.spans[-1].ended_at = at
        self.cycle = None

    # -- merge ------------------------------------------------------------------------------------

    def take_in(self, other: Line, at: datetime) -> None:
        """Another person turned out to be this one: both pasts, one open cycle, the winner's holder (K6)."""
        if self.cycle is not None and other.cycle is not None:
            later = max(self.cycle, other.cycle, key=lambda c: (c.assigned_at, c is other.cycle))
            keeper = self.cycle if later is other.cycle else other.cycle
            later.closed_at, later.ending, later.outcome = at, Ending.MERGED, Outcome.WITHDRAWN
            later.spans[-1].ended_at = at
            self.cycle = keeper
        else:
            self.cycle = self.cycle or other.cycle
        self.cycles = sorted(self.cycles + other.cycles, key=by_assignment)
        self.loose += other.loose
        self.sources += other.sources
        self.responses += other.responses
        self.activities |= other.activities
        self.is_customer = self.is_customer or other.is_customer
        if other.standing_since is not None and (
            self.standing_since is None or other.standing_since > self.standing_since
        ):
            self.standing, self.standing_since = other.standing, other.standing_since
        if self.cycle is not None or self.standing is not _QUALIFIED:
            self.handed = None
        if self.cycle is not None:
            self._hand_over(self.cycle, at)


def last_disposed(cycles: Sequence[Cycle]) -> Cycle | None:
    """Of the cycles that ended by themselves the last to end, if a disposition ended it."""
    ended = [cycle for cycle in cycles if cycle.ending is not Ending.MERGED]
    last = max(ended, key=_by_end, default=None)
    return last if last is not None and last.latest_kind in DISPOSITIONS else None


def _by_end(cycle: Cycle) -> datetime:
    return cycle.closed_at or cycle.assigned_at


def by_assignment(cycle: Cycle) -> tuple[datetime, bool, datetime]:
    """The order of a person's cycles: by assignment, one still open after one that ended."""
    end = cycle.closed_at
    return (cycle.assigned_at, end is None, end or cycle.assigned_at)
