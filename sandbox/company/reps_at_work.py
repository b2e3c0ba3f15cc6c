"""While the company lives: reps answer, go on, give up, book meetings, and log some of it late."""

from __future__ import annotations

from sandbox.company import statuses
from sandbox.company.crew import Member
from sandbox.company.hours import DAY, HOUR
from sandbox.company.living import Living
from sandbox.company.meetings import (
    HELD,
    LOST,
    MEETING_COMPLETED,
    MEETING_SCHEDULED,
    NO_SHOW,
    PIPELINE,
    PROPOSAL,
    WON,
)
from sandbox.company.people import ENGAGEMENT
from sandbox.company.sink import Row
from sandbox.company.sources import BY_NAME
from sandbox.company.stamps import day, instant
from sandbox.company.story import INCOMING

_LOOK_AT = 400
_LATE_LOG_S = 6 * 60
WRAP_UP = "Call: wrap-up"
_NEXT_STAGE = {
    MEETING_SCHEDULED: MEETING_COMPLETED,
    MEETING_COMPLETED: PIPELINE,
    PIPELINE: PROPOSAL,
    PROPOSAL: WON,
}


def answer_waiting(living: Living) -> None:
    """Who waits for a first answer gets it, each rep at the rep's own speed in real time."""
    assigned = statuses.BY_STAGE["assigned"]
    waiting = living.leads(
        f'"SystemModstamp" >= ? AND "Status" IN ({", ".join("?" * len(assigned))}) AND NOT "IsDeleted" '
        f'ORDER BY "SystemModstamp" DESC LIMIT {_LOOK_AT}',
        (instant(living.at - 10 * DAY), *assigned),
    )
    for lead in waiting:
        if living.stopped():
            return
        rep = living.crew.by_id(lead["OwnerId"])
        if rep is None or rep.away or not living.pace.happens(rep.habit.response * 1.4, living.passed):
            continue
        if living.rng.random() < rep.habit.bypasses:
            _bypass(living, lead, rep)
        else:
            touch(living, str(lead["Id"]), rep)
            living.update("Lead", str(lead["Id"]), {"Status": statuses.WORKING}, rep.id)


def _bypass(living: Living, lead: Row, rep: Member) -> None:
    reason = living.rng.choice((*statuses.PRE_QUALIFICATION_REASONS, statuses.VAGUE_REASON))
    values = {"Status": statuses.UNQUALIFIED, "Unqualified_Reason__c": reason}
    living.update("Lead", str(lead["Id"]), values, rep.id)


def touch(living: Living, who_id: str, rep: Member) -> None:
    """One step of a cadence, logged by the rep or by the engagement tool in the rep's name."""
    subject, subtype = living.rng.choice(
        (("Call: no answer", "Call"), ("Call: left voicemail", "Call"), ("Email: following up", "Email"))
    )
    by = ENGAGEMENT.id if living.rng.random() < 0.5 else rep.id
    living.done_task(who_id, subject, subtype, owner=rep.id, by=by)


def follow_up(living: Living) -> None:
    """Some rep does the next thing with somebody being worked."""
    reps = [one for one in living.crew.members if not one.away and "SDR" in one.role]
    if not reps:
        return
    rep = living.rng.choice(reps)
    working = statuses.BY_STAGE["working"]
    lead = living.pick(
        "Lead",
        f'"OwnerId" = ? AND "Status" IN ({", ".join("?" * len(working))}) AND NOT "IsDeleted"',
        (rep.id, *working),
    )
    if lead is None:
        return
    lead_id = str(lead["Id"])
    source = BY_NAME.get(str(lead["LeadSource"]))
    # the plus keeps SQLite from walking all of the rep's tasks instead of the lead's few
    done = living.org.store.connection.execute(
        'SELECT count(*) FROM "Task" WHERE "WhoId" = ? AND +"OwnerId" = ? AND "IsClosed"', (lead_id, rep.id)
    ).fetchone()[0]
    if done > rep.habit.touches:
        if living.rng.random() < rep.habit.closes:
            values = {"Status": statuses.ABANDONED, "Nurture_Reason__c": statuses.NO_RESPONSE}
            living.update("Lead", lead_id, values, rep.id)
        return
    touch(living, lead_id, rep)
    if source is not None and living.rng.random() < source.reply:
        living.done_task(lead_id, INCOMING + source.campaign, "Email", owner=rep.id, by=ENGAGEMENT.id)
        _conclude(living, lead, rep, source.fit)


def _conclude(living: Living, lead: Row, rep: Member, fit: float) -> None:
    """They talk, and the rep says what came of it; one in eight logs the call only afterwards."""
    lead_id = str(lead["Id"])
    late = living.rng.random() < 0.12
    if not late:
        living.done_task(lead_id, "Call: talked about the need", "Call", owner=rep.id, by=rep.id)
    if living.rng.random() < min(0.95, fit * rep.habit.fit):
        if late:
            living.open_task(lead_id, WRAP_UP, "Call", owner=rep.id)
        _qualify(living, lead, rep)
        return
    if rep.habit.closes == 0:
        living.update("Lead", lead_id, {"Status": statuses.CONNECTED}, rep.id)
        return
    if living.rng.random() < 0.6:
        values = {
            "Status": statuses.NURTURE,
            "Nurture_Reason__c": living.rng.choice(statuses.NURTURE_REASONS),
        }
    else:
        reason = living.rng.choice(statuses.UNQUALIFIED_REASONS)
        values = {"Status": statuses.UNQUALIFIED, "Unqualified_Reason__c": reason}
    living.update("Lead", lead_id, values, rep.id)
    if late:
        living.open_task(lead_id, WRAP_UP, "Call", owner=rep.id)


def _qualify(living: Living, lead: Row, rep: Member) -> None:
    """Qualified: a meeting with an account executive, a contact, an opportunity."""
    lead_id = str(lead["Id"])
    executive = living.crew.executive(living.rng)
    if executive is None:
        return
    living.update("Lead", lead_id, {"Status": statuses.QUALIFIED}, rep.id)
    start = (living.at + int(living.rng.uniform(1, 6) * DAY)) // 1800 * 1800
    meeting = {
        "WhoId": lead_id,
        "Subject": "Discovery meeting",
        "StartDateTime": instant(start),
        "DurationInMinutes": 30,
        "OwnerId": executive.id,
        "Type": "Meeting",
    }
    living.create("Event", meeting, rep.id)
    amount = round(living.rng.lognormvariate(9.6, 0.7) / 100) * 100
    opportunity = {
        "Name": f"{lead['Company']} – {lead['LeadSource']}"[:120],
        "StageName": MEETING_SCHEDULED,
        "Amount": amount,
        "OwnerId": executive.id,
        "CloseDate": day(living.at + 60 * DAY),
    }
    converted = living.org.convert(
        lead_id,
        user_id=rep.id,
        now=living.now,
        status=statuses.QUALIFIED_OPPORTUNITY,
        opportunity=opportunity,
    )
    contact = {"Status__c": statuses.QUALIFIED_OPPORTUNITY, "OwnerId": executive.id}
    living.update("Contact", converted.contact_id, contact, rep.id)


def log_late(living: Living) -> None:
    """Calls that were made before the status was clicked are logged after it."""
    waiting = living.org.store.rows(
        "Task",
        '"SystemModstamp" >= ? AND "Subject" = ? AND NOT "IsClosed" AND NOT "IsDeleted" LIMIT 50',
        (instant(living.at - DAY), WRAP_UP),
    )
    for task in list(waiting):
        if living.pace.happens(_LATE_LOG_S, living.passed):
            living.update("Task", str(task["Id"]), {"Status": "Completed"}, str(task["OwnerId"]))


def mark_meeting(living: Living) -> None:
    """An account executive says what became of a meeting of the last days."""
    meeting = living.pick(
        "Event",
        '"StartDateTime" BETWEEN ? AND ? AND "Outcome__c" IS NULL AND NOT "IsDeleted"',
        (instant(living.at - 3 * DAY), instant(living.at - HOUR)),
    )
    if meeting is not None:
        outcome = NO_SHOW if living.rng.random() < 0.16 else HELD
        living.update("Event", str(meeting["Id"]), {"Outcome__c": outcome}, str(meeting["OwnerId"]))


def move_deal(living: Living) -> None:
    """An opportunity goes a stage on, or is lost; a lost one's contact goes to nurture."""
    executive = living.crew.executive(living.rng)
    if executive is None:
        return
    deal = living.pick("Opportunity", '"OwnerId" = ? AND NOT "IsClosed" AND NOT "IsDeleted"', (executive.id,))
    if deal is None:
        return
    lost = living.rng.random() < 0.35
    stage_name = LOST if lost else _NEXT_STAGE.get(str(deal["StageName"]), PIPELINE)
    living.update("Opportunity", str(deal["Id"]), {"StageName": stage_name}, executive.id)
    if lost and deal["ContactId"] is not None:
        values = {"Status__c": statuses.LOST, "Nurture_Reason__c": statuses.LOST_REASON}
        living.update("Contact", str(deal["ContactId"]), values, executive.id)
