"""After *qualified*: the meeting, whether it is held, the conversion, and what becomes of the opportunity."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.company import statuses
from sandbox.company.happenings import Converted, Deal, Dealt, Meeting, Stage
from sandbox.company.hours import DAY, HOUR
from sandbox.company.names import company_name
from sandbox.company.people import Rep
from sandbox.company.story import Closed, Story

HELD = "Held"
NO_SHOW = "No-show"

MEETING_SCHEDULED = "Meeting Scheduled"
MEETING_COMPLETED = "Meeting Completed"
PIPELINE = "Pipeline"
PROPOSAL = "Proposal"
WON = "Closed Won"
LOST = "Closed Lost"


@dataclass(frozen=True, slots=True)
class StageFacts:
    """What the organisation keeps about one of its opportunity stages; probability in percent."""

    probability: int
    is_closed: bool = False
    is_won: bool = False
    forecast_category: str = "Pipeline"


STAGES = {
    MEETING_SCHEDULED: StageFacts(5, forecast_category="Omitted"),
    MEETING_COMPLETED: StageFacts(15),
    PIPELINE: StageFacts(35),
    PROPOSAL: StageFacts(65, forecast_category="BestCase"),
    WON: StageFacts(100, is_closed=True, is_won=True, forecast_category="Closed"),
    LOST: StageFacts(0, is_closed=True, forecast_category="Omitted"),
}
"""The company's own opportunity stages."""


def qualify(story: Story, rep: Rep, at: int) -> Closed:
    """The rep books a meeting for an account executive and says so; the rest follows up to now."""
    rng = story.rng
    executive = _executive(story)
    story.save(at, rep, statuses.QUALIFIED)
    start = executive.office.after(at + int(rng.uniform(1.5, 8) * DAY), rng.uniform(0, 6 * HOUR))
    start = start // 1800 * 1800
    outcome, marked = _outcome(story, start)
    story.add(Meeting(at + 60, rep, executive, start, outcome, marked))
    if story.converted:
        deal, end = _deal(story, rep, executive, at, marked, outcome)
        story.add(Dealt(at + 120, executive, deal))
        return _after(story, executive, end)
    draw = rng.random()
    if draw < 0.6:
        converted, by = at + int(rng.uniform(60, 600)), rep
    elif draw < 0.88:
        converted, by = (marked or start + 2 * DAY), executive
    else:
        return Closed("done", at)
    if not story.chance(0.85):
        story.add(Converted(converted, by, executive, statuses.QUALIFIED_OPPORTUNITY, None))
        return Closed("done", at)
    deal, end = _deal(story, rep, executive, converted, marked, outcome)
    story.add(Converted(converted, by, executive, statuses.QUALIFIED_OPPORTUNITY, deal))
    if outcome == NO_SHOW and marked is not None:
        _chase(story, rep, executive, marked)
    return _after(story, executive, end)


def _executive(story: Story) -> Rep:
    team = story.world.staff.executives["EMEA" if story.person.country.territory == "EMEA" else "Americas"]
    return team[int(story.rng.random() * len(team))]


def _outcome(story: Story, start: int) -> tuple[str | None, int | None]:
    """What is marked about the meeting, and when; one in twelve is never marked."""
    draw = story.rng.random()
    if draw < 0.085:
        return None, None
    hours = story.rng.uniform(0.6, 20) if draw < 0.85 else story.rng.uniform(25, 90)
    return (NO_SHOW if story.chance(0.16) else HELD), start + int(hours * HOUR)


def _chase(story: Story, rep: Rep, executive: Rep, at: int) -> None:
    """After a no-show the rep who booked tries up to five times in a week; half agree to meet again."""
    step_at = at
    for step in range(1 + int(story.rng.random() * 5)):
        step_at = rep.office.after(step_at, story.rng.uniform(HOUR, 10 * HOUR))
        if rep.left_at is not None and step_at >= rep.left_at:
            return
        story.touch(rep, step_at, step)
    if story.chance(0.5):
        start = executive.office.after(step_at + 2 * DAY, story.rng.uniform(0, 6 * HOUR)) // 1800 * 1800
        story.add(Meeting(step_at, rep, executive, start, *_outcome(story, start)))


def _deal(
    story: Story, rep: Rep, executive: Rep, opened: int, marked: int | None, outcome: str | None
) -> tuple[Deal, tuple[int, bool] | None]:
    """The opportunity, and when it was closed and whether it was won; None while it stays open."""
    rng = story.rng
    amount = round(rng.lognormvariate(9.6, 0.7) / 100) * 100
    stages = [Stage(opened, executive if opened == marked else rep, MEETING_SCHEDULED, amount)]
    end: tuple[int, bool] | None = None
    at = max(opened, marked or opened) + 60
    wins = story.chance(rep.habit.wins)
    if outcome == HELD or wins:
        stages.append(Stage(at, executive, MEETING_COMPLETED, amount))
        at = _later(story, executive, at, 4, 18)
        if wins or story.chance(0.62):
            stages.append(Stage(at, executive, PIPELINE, amount))
            at = _later(story, executive, at, 6, 25)
            if wins or story.chance(0.65):
                amount = round(amount * rng.uniform(0.7, 1.3) / 100) * 100
                stages.append(Stage(at, executive, PROPOSAL, amount))
                at = _later(story, executive, at, 5, 35)
    else:
        at = _later(story, executive, at, 5, 20)
    if wins:
        stages.append(Stage(at, executive, WON, amount))
        end = at, True
    elif story.chance(0.88):
        stages.append(Stage(at, executive, LOST, amount))
        end = at, False
    close = end[0] if end is not None else at + 30 * DAY
    name = f"{company_name(story.person.company)} – {story.person.source.name}"[:120]
    return Deal(name, executive, rep, close, tuple(stages)), end


def _later(story: Story, executive: Rep, at: int, least: int, most: int) -> int:
    return executive.office.after(
        at + int(story.rng.uniform(least, most) * DAY), story.rng.uniform(0, 4 * HOUR)
    )


def _after(story: Story, executive: Rep, end: tuple[int, bool] | None) -> Closed:
    """A lost opportunity gives its people back to nurture; most executives remember to say so."""
    if end is None or end[1] or end[0] > story.now:
        return Closed("done", end[0] if end is not None else story.now)
    at = end[0] + 90
    if story.chance(0.85):
        story.save(at, executive, statuses.LOST, nurture=statuses.LOST_REASON)
    return Closed("nurture", at)
