"""Whether a meeting or a plan stands in Salesforce as it was read, before anybody is told of it (M20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.ladder.due import DueStep
from leadmodel.changes import LastRead
from leadmodel.lifecycle.cited import object_of
from leadmodel.lifecycle.clocks import ClockKind
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import NOT_TO_BE_MET
from leadmodel.recycling import read_opted_out
from sync.models import Event, ObjectState, Task
from sync.salesforce.client import Organisation
from sync.salesforce.soql import ids_among
from sync.writeback.calls import query

UNREADABLE_PAUSE = timedelta(minutes=10)


def read_changed(organisation: Organisation, activities: Collection[str]) -> dict[str, str]:
    """Of which of these meetings and Tasks Salesforce tells something that is not in the mirror yet, and what.

    Asked by their own Ids: one may be about somebody else by now.
    """
    changed: dict[str, str] = {}
    for model, called in ((Event, "meeting"), (Task, "Task")):
        asked = {one for one in activities if object_of(one) == model.__name__}
        if not asked:
            continue
        rows = query(
            organisation, f"SELECT Id, SystemModstamp FROM {model.__name__} WHERE {ids_among(sorted(asked))}"
        )
        stamps = {row["Id"]: datetime.fromisoformat(row["SystemModstamp"]) for row in rows}
        read = dict(model.objects.filter(pk__in=asked).values_list("pk", "system_modstamp"))
        for activity_id in asked:
            at, known = stamps.get(activity_id), read.get(activity_id)
            if at is None:
                changed[activity_id] = f"the {called} was deleted"
            elif known is None or at > known:
                changed[activity_id] = f"the {called} was changed"
    return changed


def read_given_up(due: Sequence[DueStep], last: Mapping[str, LastRead], now: datetime) -> dict[str, str]:
    """By person why nobody is to try to meet them again, in a sentence, by what was last read of Salesforce."""
    persons = {one.person_id for one in due if one.clock is ClockKind.NO_SHOW}
    moot = {
        person_id: "Salesforce's status says that nobody works on them."
        for person_id in persons & last.keys()
        if last[person_id].stage(now) in NOT_TO_BE_MET
    }
    return moot | dict.fromkeys(read_opted_out(persons), "They have opted out.")


def why_unreadable(settings: ModelSettings) -> str:
    """Why nobody can know what became of meetings, in a sentence; empty where the field that tells it is read."""
    name = settings.meetings.outcome_field
    state = ObjectState.objects.filter(name="Event").first()
    if name is None or state is None or (name in state.fields and name not in state.backfill):
        return ""
    return f"Waits: the field {name} of Event cannot be read; Salesforce → Health says why."
