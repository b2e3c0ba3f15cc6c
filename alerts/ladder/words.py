"""What a step tells whom, in words. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from alerts.ladder.due import DueStep
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.meetings import Meetings
from leadmodel.lifecycle.policies import Act

ACTS = {
    Act.REMIND_REP: "Remind the rep",
    Act.TELL_MANAGER: "Tell the manager",
    Act.REASSIGN: "Re-assign",
    Act.TELL_THEIR_MANAGER: "Tell the manager's manager",
}
"""What each does, for lists."""


def of_act(act: str) -> str:
    """What a stored step does, for lists; one that this program does not know by its own name."""
    return ACTS[Act(act)] if act in ACTS else act


def of_step(act: str, holder: str, *, is_rep: bool) -> str:
    """A step about somebody whom `holder` has, a rep or not, for a list of what comes when."""
    match act:
        case Act.REMIND_REP:
            return f"Reminder to {holder}" if is_rep else f"Reminder to nobody: {holder} has them"
        case Act.REASSIGN:
            return f"Re-assignment from {holder}"
        case Act.TELL_MANAGER | Act.TELL_THEIR_MANAGER if not is_rep:
            return "Word to operations"
        case Act.TELL_MANAGER:
            return f"Word to {holder}'s manager"
        case Act.TELL_THEIR_MANAGER:
            return f"Word to the manager above {holder}'s"
    return act


class Words(NamedTuple):
    """A line, and what to do about it."""

    headline: str
    text: str


def to_rep(due: DueStep, who: str, *, zone: ZoneInfo) -> Words:
    """A rep is reminded of somebody who waits.

    By when and not for how long yet: it may be read in the morning, and stands behind the bell for days.
    """
    until = due.clock_due_at
    return Words(
        f"{who} waits for your answer, due {_briefly(until, zone)}",
        f"An answer is promised by {_told(until, zone)}. {_COUNTS}",
    )


def to_taker(due: DueStep, who: str, *, zone: ZoneInfo) -> Words:
    """Whoever was handed a qualified person is reminded of them."""
    until = due.clock_due_at
    return Words(
        f"{who} was handed to you, to be taken up by {_briefly(until, zone)}",
        f"They are to be taken up by {_told(until, zone)}. {_TAKES_UP}",
    )


def to_takers_manager(due: DueStep, who: str, rep: str, *, zone: ZoneInfo) -> Words:
    """Somebody is told of a qualified person whom another was handed and did not take up."""
    until = _told(due.clock_due_at, zone)
    return Words(
        f"{who} was handed to {rep}, who did not take them up",
        f"It was due by {until}. Ask {rep} what keeps it, or give {who} to somebody who has the time.",
    )


def to_keeper(due: DueStep, who: str, since: datetime, *, zone: ZoneInfo) -> Words:
    """Whoever holds a person in Nurture is reminded of them."""
    return Words(
        f"{who} has been in Nurture since {since.astimezone(zone):%d %B %Y}: work them again, or say why not",
        f"They were to be looked at again by {_told(due.clock_due_at, zone)}. Assign them to begin a new cycle; where"
        " they are not to be worked, dispose of them with the reason.",
    )


class Planned(NamedTuple):
    """A Task that is planned for a day."""

    subject: str
    day: date


def to_planner(who: str, planned: Planned) -> Words:
    """Whoever planned to follow up with a person in Nurture is reminded of it on the day."""
    what = f"“{planned.subject}” is planned" if planned.subject else "It is planned"
    return Words(
        f"Follow up with {who}, as you planned for {planned.day:%d %B %Y}",
        f"{what} for that day in Salesforce. Assign them to begin a new cycle; else complete the Task, or move it.",
    )


def of_meeting(
    due: DueStep, who: str, rep: str, ended: datetime, meetings: Meetings, *, zone: ZoneInfo
) -> Words:
    """Whoever is to mark a meeting, or to follow it up, is reminded of it; or somebody is told that they did not."""
    until, is_reminder = _told(due.clock_due_at, zone), due.act == Act.REMIND_REP
    said = f"It ended on {_told(ended, zone)} and was to be marked by {until}."
    if due.clock is ClockKind.NO_SHOW:
        said = (
            f"The meeting ended on {_told(ended, zone)}. {meetings.after_no_show.touches} touches are owed by {until},"
            " fewer were logged, and there is no new meeting."
        )
        if is_reminder:
            return Words(f"{who} did not come: try to meet them again", f"{said} A disposition ends it too.")
        return Words(
            f"{who} did not come, and {rep} tried too little since", f"{said} Ask {rep} what keeps it."
        )
    if is_reminder:
        then = f"Fill in {meetings.outcome_field} of the event in Salesforce; one yet to come gets its new time there."
        return Words(f"What became of your meeting with {who}?", f"{said} {then}")
    return Words(f"{rep} did not mark the meeting with {who}", f"{said} Ask {rep} what became of it.")


def to_manager(due: DueStep, who: str, rep: str, *, zone: ZoneInfo) -> Words:
    """Somebody is told of a person whom another did not answer."""
    missed = "the promise" if due.clock is ClockKind.RESPONSE_TARGET else "the longest wait allowed"
    until = _told(due.clock_due_at, zone)
    return Words(
        f"{who} still waits for {rep}",
        f"An answer was due by {until}, {missed}. Ask {rep} what keeps it, or give {who} to somebody who is there.",
    )


def of_queue(due: DueStep, who: str, queue: str, *, zone: ZoneInfo) -> Words:
    """Operations are told of a person whom nobody took up."""
    until = _told(due.clock_due_at, zone)
    return Words(
        f"{who} waits, and nobody has them",
        f"{who} is with {queue}; an answer was due by {until}. Have somebody take them up.",
    )


def could_not_assign(due: DueStep, who: str, holder: str, *, zone: ZoneInfo) -> Words:
    """Somebody is told that nobody may take over."""
    until = _told(due.clock_due_at, zone)
    return Words(
        f"Nobody may take over {who} from {holder}",
        f"An answer was due by {until}. The page Re-assignments says of everybody why not they.",
    )


_COUNTS = "A call or mail logged in Salesforce is an answer, and so is a disposition."

_TAKES_UP = (
    "A call or mail logged in Salesforce does, and so does the opportunity's next stage, or a disposition."
)


def _briefly(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%a %d %b, %H:%M}"


def _told(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%A, %d %B, %H:%M} ({zone.key})"
