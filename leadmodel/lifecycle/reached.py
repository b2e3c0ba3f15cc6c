"""How far the opportunities of a person got while a cycle was the latest one (R144): a meeting, pipeline. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leadmodel.lifecycle.cycles import Person
from leadmodel.lifecycle.facts import Horizon, OpportunityStep
from leadmodel.lifecycle.settings import Definition, Qualified


def tell_reached(
    person: Person, steps: Iterable[OpportunityStep], qualified: Qualified, horizon: Horizon
) -> None:
    """Say of each cycle when an opportunity of the person first reached a stage under `qualified.stages`.

    What is reached from an assignment until before the next one is that cycle's, also after its disposition: a
    meeting that was agreed becomes pipeline weeks later.
    """
    own, every = person.record_ids, qualified.all_stages
    pipeline = qualified.stages.get(Definition.PIPELINE, ())
    reached = [
        (at, stage in pipeline)
        for record_id, _, at, _, stage, _, _ in steps
        if stage in every and record_id in own and horizon.shows(at, at)
    ]
    end: datetime | None = None
    for cycle in reversed(person.cycles):
        within = [one for one in reached if one[0] >= cycle.assigned_at and (end is None or one[0] < end)]
        cycle.meeting_at = min((at for at, _ in within), default=None)
        cycle.pipeline_at = min((at for at, is_pipeline in within if is_pipeline), default=None)
        end = cycle.assigned_at
