"""Acting on a person: what their page does, each once per word of the client's."""

from __future__ import annotations

from leadmodel import actions
from leadmodel.actions import Asked, Touched
from leadmodel.lifecycle.stages import Stage
from metrics.api.bodies import Close, FollowUp, GiveBack, Log
from metrics.api.once import Made
from metrics.api.resource import Resource, acts
from metrics.api.shapes import DoneShape


class LogTouch(Resource):
    """A call or mail made just now."""

    @acts("log", DoneShape, body=Log, id_name="record_id")
    def post(self, asked: Asked, body: Log, record_id: str) -> Made:
        """Log a call or mail that was made just now, as a completed Task of the user's."""
        return actions.log_touch(asked, record_id, how=Touched(body.how), words=body.words)


class CloseCycle(Resource):
    """A disposition."""

    @acts("close", DoneShape, body=Close, id_name="record_id")
    def post(self, asked: Asked, body: Close, record_id: str) -> Made:
        """Close the person's cycle with a disposition and its reason."""
        return actions.dispose(asked, record_id, kind=Stage(body.kind), reason=body.reason)


class PlanFollowUp(Resource):
    """A follow-up."""

    @acts("follow_up", DoneShape, body=FollowUp, id_name="record_id")
    def post(self, asked: Asked, body: FollowUp, record_id: str) -> Made:
        """Plan a follow-up, as an open Task of the user's."""
        return actions.follow_up(asked, record_id, day=body.day, words=body.words)


class NotMine(Resource):
    """Not mine."""

    @acts("give_back", DoneShape, body=GiveBack, id_name="record_id")
    def post(self, asked: Asked, body: GiveBack, record_id: str) -> Made:
        """Give the person back to the queue they came from; where there was none, ask the manager."""
        return actions.give_back(asked, record_id, why=body.why)
