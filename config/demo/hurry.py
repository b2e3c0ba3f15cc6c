"""A demo in a hurry: promises come so many times sooner, so that what follows from waiting is seen within minutes.

The promises are the lead model's, so they are hurried where promises are made: in a version of the settings that holds
for answers owed from then on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from base.models import Role, User
from config.demo.database import Note
from leadmodel.lifecycle.hand_offs import HandOff
from leadmodel.lifecycle.meetings import Meetings
from leadmodel.lifecycle.policies import Act, Response
from leadmodel.lifecycle.reassignment import Reassignment
from leadmodel.lifecycle.telling import Telling
from leadmodel.may_act import REASSIGN
from leadmodel.settings_edit import with_sections
from leadmodel.settings_file import parse
from leadmodel.settings_store import enter, latest_version, settings_in_force
from leadmodel.settings_template import shipped_yaml
from sync.writeback.modes import Mode, mode_of, own_mode, switch, switches

SECTIONS = ("response", "hand_off", "meetings", "reassignment", "telling")
"""What is hurried, or would keep it from being seen at night."""
LEAST_MINUTES = 1.0
"""No answer is promised within less: Salesforce is read once a minute."""
LEAST_HOURS = 0.02
WHY = "The demo is in a hurry"
OVER = "The demo is in a hurry no more"


def hurried(text: str, times: float, names: Sequence[str] = SECTIONS) -> str:
    """The settings of a file with its promises so many times shorter, and nothing that keeps for the morning.

    As far as they stand in sections of these names.
    """
    settings = parse(text)
    faster = {
        "response": _response(settings.response, times),
        "hand_off": _hand_off(settings.hand_off, times),
        "meetings": _meetings(settings.meetings, times),
        "reassignment": _at_any_hour(settings.reassignment),
        "telling": _told_at_once(settings.telling),
    }
    return with_sections(text, settings.model_copy(update={name: faster[name] for name in names}), names)


def calmed(text: str, note: Note) -> tuple[str, Sequence[str]]:
    """The text without what an earlier demo hurried, and the sections to hurry again.

    A section that somebody changed since is theirs, and stays as they left it.
    """
    if not note.hurry:
        return text, SECTIONS
    fast = hurried(note.calm, note.hurry)
    if text == fast:
        return note.calm, SECTIONS
    now, was, then = parse(text), parse(note.calm), parse(fast)
    ours = [name for name in SECTIONS if getattr(now, name) == getattr(then, name)]
    return with_sections(text, now.model_copy(update={name: getattr(was, name) for name in ours}), ours), ours


def settle(times: float, note: Note) -> Note:
    """Put promises in force that are so many times shorter (0: as they were); what to note of it."""
    latest = latest_version()
    if latest is None:
        if not times:
            return note
        # the past goes by the first version: it keeps the promises it had
        enter(shipped_yaml())
    text = latest.text if latest is not None else shipped_yaml()
    calm, ours = calmed(text, note)
    wanted = hurried(calm, times, ours) if times else calm
    if parse(wanted) != parse(text):
        enter(wanted, why=f"{WHY}: promises {times:g} times shorter." if times else f"{OVER}.")
    return replace(note, hurry=times, calm=calm if times else "")


def let_reassign(*, is_hurried: bool, now: datetime) -> None:
    """Write re-assignments in a hurry, which else begin as a dry run; and no more where only the hurry let them."""
    moved = switches()
    own = moved.get(REASSIGN)
    operations = User.objects.filter(username=Role.OPS).first()
    if operations is None:
        return  # nobody ever looked at this demo: nothing was switched
    # what operations chose themselves stays
    is_ours = own is None or own.why in (f"{WHY}.", f"{OVER}.")
    if is_hurried and is_ours and own_mode(moved, REASSIGN) != Mode.ON:
        switch(REASSIGN, Mode.ON, by=operations, why=f"{WHY}.", now=now)
    elif not is_hurried and own is not None and own.why == f"{WHY}.":
        switch(REASSIGN, Mode.DRY, by=operations, why=f"{OVER}.", now=now)


@dataclass(frozen=True)
class Shown:
    """Where the demo shows things: its pages, its mails."""

    pages: str
    mails: str


def words(times: float, at: Shown) -> str:
    """What to watch, and where."""
    response = settings_in_force().response
    first = ", ".join(
        f"{minutes:g} min where it is {priority}" for priority, minutes in response.priorities.items()
    )
    promised = f"{response.target_minutes:g} min" + (f" ({first})" if first else "")
    is_written = mode_of(switches(), REASSIGN) == Mode.ON
    given = [
        response.owed(step.of, None).total_seconds() / 60 + step.minutes
        for step in response.ladder
        if step.do is Act.REASSIGN
    ]
    after = f", and is\ngiven to somebody else after {given[0]:g} min" if given else ""
    return "\n".join(
        [
            f"In a hurry, {times:g} times: whoever comes from now on is promised an answer within {promised}{after}.",
            "Re-assignments are written to the sandbox (no dry run)."
            if is_written
            else "Operations hold re-assignments back: Salesforce → Write-back and Settings → Automation say why.",
            "",
            "What to watch:",
            f"  reminders             the bell, as rep; {at.pages}/told/",
            f"  managers are told     {at.mails} and {at.mails}slack, and the bell, as manager and director",
            f"  somebody takes over   {at.pages}/assignments/, and the owner on the person's page",
            f"  step by step          {at.pages}/escalations/",
            f"  all of it             {at.pages}/automation/",
            "",
            "Figures that say “in time” go by the promises in force, for the past too: most of it is late by these.",
        ]
    )


def _shorter(minutes: float, times: float) -> float:
    return min(minutes, max(LEAST_MINUTES, round(minutes / times, 2)))


def _sooner(hours: float, times: float) -> float:
    return min(hours, max(LEAST_HOURS, round(hours / times, 2)))


def _response(calm: Response, times: float) -> Response:
    ladder = [step.model_copy(update={"minutes": round(step.minutes / times, 2)}) for step in calm.ladder]
    return calm.model_copy(
        update={
            # business hours would keep an answer for the morning
            "hours": "calendar",
            "target_minutes": _shorter(calm.target_minutes, times),
            "maximum_minutes": _shorter(calm.maximum_minutes, times),
            "priorities": {name: _shorter(minutes, times) for name, minutes in calm.priorities.items()},
            # two steps may come to the same moment, and then are one
            "ladder": tuple(dict.fromkeys(ladder)),
        }
    )


def _hand_off(calm: HandOff, times: float) -> HandOff:
    def sooner(hours: float | None) -> float | None:
        return None if hours is None else _sooner(hours, times)

    return calm.model_copy(
        update={
            "accept_hours": sooner(calm.accept_hours),
            "remind_before_hours": round(calm.remind_before_hours / times, 2),
            "types": tuple(
                one.model_copy(update={"accept_hours": sooner(one.accept_hours)}) for one in calm.types
            ),
        }
    )


def _meetings(calm: Meetings, times: float) -> Meetings:
    after = calm.tell_manager_after_hours
    return calm.model_copy(
        update={
            "mark_within_hours": _sooner(calm.mark_within_hours, times),
            "tell_manager_after_hours": None if after is None else round(after / times, 2),
        }
    )


def _at_any_hour(calm: Reassignment) -> Reassignment:
    # the company's reps answer at any hour too, while it lives
    rules = tuple(rule.model_copy(update={"in_hours_only": False}) for rule in calm.rules)
    return calm.model_copy(update={"in_hours_only": False, "rules": rules})


def _told_at_once(calm: Telling) -> Telling:
    return calm.model_copy(update={"quiet_from": "00:00", "quiet_until": "00:00", "collect_minutes": 0})
