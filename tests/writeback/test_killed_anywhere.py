"""A deliverer killed before or after any of its requests: no write is lost, none is there twice."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter

from base.models import Effect
from sync.salesforce.client import Organisation, connect
from sync.writeback.deliver import deliver
from tests.sync.world import World
from tests.writeback.writing import TASK_KEY, called, meant

PEOPLE = 3


class Killed(BaseException):
    """Nothing of ours may catch this: as the process itself would be gone."""


class KillAt(HTTPAdapter):
    """Dies at the n-th moment: each request has one before it is sent and one after it was answered."""

    def __init__(self, inner: BaseAdapter, moment: int) -> None:
        super().__init__()
        self._inner, self._left = inner, moment

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self._pass()
        answer = self._inner.send(request, *args, **kwargs)
        self._pass()
        return answer

    def _pass(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed


def dying(moment: int) -> Organisation:
    """A connection whose process dies at a moment after it signed in."""
    organisation = connect()
    http = organisation.salesforce.session
    http.mount("https://", KillAt(http.get_adapter("https://"), moment))
    return organisation


@pytest.mark.parametrize("has_key", [True, False])
def test_killed_at_every_moment_everything_is_there_once(world: World, *, has_key: bool) -> None:
    if has_key:
        world.control("POST", "fields", TASK_KEY)
    world.catch_up()
    moment = 0
    while True:
        Effect.objects.all().delete()
        leads = [world.lead(f"Lead {moment} {number}", Status="Working") for number in range(PEOPLE)]
        for number, lead in enumerate(leads):
            meant(world, lead, "Nurture", expected="Working")
            called(world, lead, key=f"call:{moment}:{number}")
        world.pass_time(minutes=1)
        was_killed = False
        try:
            organisation = dying(moment)
            while deliver(organisation, clock=lambda: world.now):
                pass
        except Killed:
            was_killed = True
        world.pass_time(minutes=6)  # the lease of the dead is over
        while deliver(connect(), clock=lambda: world.now):
            world.pass_time(minutes=6)
        assert {effect.state for effect in Effect.objects.all()} == {"done"}, moment
        for lead in leads:
            assert world.org.live_row("Lead", lead)["Status"] == "Nurture"
            changes = world.org.store.rows("LeadHistory", '"LeadId" = ? AND "Field" = ?', (lead, "Status"))
            assert len(list(changes)) == 1, moment
            assert len(list(world.org.store.rows("Task", '"WhoId" = ?', (lead,)))) == 1, moment
        if not was_killed:
            break
        moment += 1
    assert moment > 2 * 2 * PEOPLE
