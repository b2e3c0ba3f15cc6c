"""Whether a meeting is unmarked in Salesforce too, before anybody is told that it is (M20)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from leadmodel.lifecycle.settings import ModelSettings
from sync.models import Event, ObjectState
from sync.salesforce.client import Organisation
from sync.salesforce.soql import ids_among
from sync.writeback.calls import query

UNREADABLE_PAUSE = timedelta(minutes=10)


def read_changed(organisation: Organisation, events: Collection[str]) -> dict[str, str]:
    """Of which of these meetings Salesforce tells something that is not in the mirror yet, and what.

    Asked by their own Ids: one may be about somebody else by now.
    """
    if not events:
        return {}
    rows = query(organisation, f"SELECT Id, SystemModstamp FROM Event WHERE {ids_among(sorted(events))}")
    stamps = {row["Id"]: datetime.fromisoformat(row["SystemModstamp"]) for row in rows}
    read = dict(Event.objects.filter(pk__in=events).values_list("pk", "system_modstamp"))
    changed = {}
    for event_id in events:
        at, known = stamps.get(event_id), read.get(event_id)
        if at is None:
            changed[event_id] = "the meeting was deleted"
        elif known is None or at > known:
            changed[event_id] = "the meeting was changed"
    return changed


def why_unreadable(settings: ModelSettings) -> str:
    """Why nobody can know what became of meetings, in a sentence; empty where the field that tells it is read."""
    name = settings.meetings.outcome_field
    state = ObjectState.objects.filter(name="Event").first()
    if name is None or state is None or (name in state.fields and name not in state.backfill):
        return ""
    return f"Waits: the field {name} of Event cannot be read; Salesforce → Health says why."
