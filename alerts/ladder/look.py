"""The look at Salesforce before anything is done about somebody: whether it tells more than was read (M20)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sync.models import Contact, Event, Lead, Opportunity, Task
from sync.salesforce.client import Organisation
from sync.writeback.calls import CLOCKS_APART, read_current
from sync.writeback.entered import Entered, entered_since, is_since, read_ties, readable_ties


def read_news(organisation: Organisation, persons: Collection[str], read_at: datetime) -> dict[str, str]:
    """Of whom Salesforce tells something that is not in the mirror yet, and what."""
    news = read_entered(organisation, persons, read_at)
    current, known = read_current(organisation, persons, {}), _changed_at(persons)
    for person_id in persons:
        record = current.get(person_id)
        if record is None or record.is_deleted or record.follows is not None:
            news[person_id] = "the record was deleted, merged or converted"
        elif _is_changed(datetime.fromisoformat(record.modified_at), known.get(person_id), read_at):
            news[person_id] = "the record was changed"
    return news


def read_entered(organisation: Organisation, persons: Collection[str], read_at: datetime) -> dict[str, str]:
    """With whom somebody entered an activity or opportunity that is not in the mirror yet, and what.

    By comparing with what was read; from which time on to compare allows for clocks that are a minute apart.
    """
    entered = entered_since(
        organisation,
        persons,
        read_at - CLOCKS_APART,
        # these are read less often than what they tie
        ties={name: tied_at - CLOCKS_APART for name, tied_at in readable_ties().items()},
    )
    read, tied = _read_of(entered), read_ties(entered)
    return {
        one.record_id: one.words
        for one in entered
        if (at := read.get(one.entered_id)) is None or one.at > at or (one.tie and one.tie.row_id not in tied)
    }


def _is_changed(at: datetime, known: datetime | None, read_at: datetime) -> bool:
    """Whether a record last changed then is not as it was read; by the time of the read where nothing else tells."""
    return is_since(at, read_at) if known is None else at > known


def _read_of(entered: Iterable[Entered]) -> Mapping[str, datetime | None]:
    """When each of these had last changed, by what was read."""
    ids = {one.entered_id for one in entered}
    read: dict[str, datetime | None] = {}
    for model in (Task, Event, Opportunity):
        read |= dict(model.objects.filter(pk__in=ids).values_list("pk", "system_modstamp"))
    return read


def _changed_at(persons: Collection[str]) -> Mapping[str, datetime | None]:
    """When each of these records had last been changed by somebody, by what was read."""
    changed: dict[str, datetime | None] = {}
    for model in (Lead, Contact):
        changed |= dict(model.objects.filter(pk__in=persons).values_list("pk", "last_modified_at"))
    return changed
