"""Outbound pulls by rep and day, as the Pulls page has them."""

from __future__ import annotations

from typing import Any

from leadmodel.access import visible_reps
from leadmodel.settings_store import settings_in_force
from metrics.api.errors import Refused, Wrong
from metrics.api.figures import AS_OF, FROM, KNOWN_BY, TO
from metrics.api.parameters import text
from metrics.api.periods import read_period, refuse_the_future
from metrics.api.pull_shapes import PullList
from metrics.api.resource import Call, Resource, reads
from metrics.api.throttling import FigureThrottle, Throttle
from metrics.pulling import Pulled, Puller, around, read_pulled
from metrics.query import derived

MOST_DAYS = 366
TEAM = text("team", "Only reps of this team.")


class Pulls(Resource):
    """Pulls by rep and day."""

    throttle_classes = [Throttle, FigureThrottle]

    @reads("pulls", PullList, parameters=(FROM, TO, AS_OF, KNOWN_BY, TEAM))
    def get(self, call: Call) -> Any:
        """The pulls of the reps the user may see, each day of theirs against the band."""
        first, until = call.asked.need(FROM), call.asked.need(TO)
        as_of, known_by = call.asked[AS_OF], call.asked[KNOWN_BY]
        settings = settings_in_force(known_by=known_by)
        zone = settings.organisation.zone
        read_period(first, until, zone)
        refuse_the_future({"as_of": as_of, "known_by": known_by}, now=call.now)
        if (until - first).days > MOST_DAYS:
            raise Refused(Wrong("query.to", "The period is longer than a year.", "Shorten it."))
        reps = visible_reps(call.user)
        selection = around(first, until, zone, now=call.now, as_of=as_of, known_by=known_by, reps=reps)
        with derived(selection) as state:
            team = call.asked[TEAM]
            pulled = read_pulled(selection, first, until, settings=settings, state=state, team=team)
        told = {
            "first": first,
            "until": until,
            "at_least": settings.pulls.at_least,
            "at_most": settings.pulls.at_most,
            "left_out": pulled.left_out,
            "results": [_told(puller, pulled) for puller in pulled.pullers],
        }
        return PullList(told).data


def _told(puller: Puller, pulled: Pulled) -> dict[str, Any]:
    days = [
        {
            "day": one.day,
            "kind": one.kind.value,
            "pulls": one.tally.pulls,
            "in_rates": one.tally.rated,
            "qualified": one.tally.qualified,
            "place": one.place.value if one.place is not None else None,
        }
        for one in pulled.days[puller.rep]
    ]
    return {"rep": puller.rep, "name": puller.name, "team": puller.team, "days": days}
