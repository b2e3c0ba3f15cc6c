"""The company's life while the sandbox serves: leads arrive, the router assigns, reps work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sandbox.company.arriving import arrive, come_back, merge_somebody, pull_from_pool, take_from_queues
from sandbox.company.ledger import Ledger, read_ledger
from sandbox.company.living import Living
from sandbox.company.reps_at_work import answer_waiting, follow_up, log_late, mark_meeting, move_deal
from sandbox.org.errors import ApiError
from sandbox.org.org import Org
from sandbox.org.store import StoreError

log = logging.getLogger(__name__)

STEP_S = 1.0
LONGEST_STEP_S = 60.0
"""After a pause (a sleeping laptop) the company goes on; it does not make up for the time."""

# how often each happens to a lead in its life; arrivals count inbound ones only
_OFTEN: tuple[tuple[Callable[[Living], None], float], ...] = (
    (arrive, 0.78),
    (come_back, 0.1),
    (pull_from_pool, 0.12),
    (follow_up, 4.5),
    (merge_somebody, 0.05),
    (mark_meeting, 0.16),
    (move_deal, 0.35),
)
_ALWAYS: tuple[Callable[[Living], None], ...] = (take_from_queues, answer_waiting, log_late)


class NoCompany(StoreError):
    """The organisation is not an example company: there is nobody in it who could live."""


def live(org: Org, *, speed: float, stop: threading.Event) -> None:
    """Lets the company live until `stop` is set, which it notices within a second or so.

    `speed` is how much happens: company-minutes' worth of business per real second; 1/60 is the company's
    own pace, 0 is nothing. It is not how fast time goes: everything is stamped with the organisation's
    clock, and a rep who takes five minutes to answer takes five real minutes. All state is the
    organisation's rows, so it goes on after a restart where it was. Raises NoCompany, and ValueError for
    a negative speed.
    """
    if speed < 0:
        raise ValueError(f"speed is {speed}: write 0 or more company-minutes per second")
    ledger = read_ledger(org.store)
    if ledger is None:
        raise NoCompany(
            "This organisation is not an example company, so nobody in it can live: "
            "make one with `python -m sandbox company`, or serve without --live."
        )
    try:
        _go_on(org, ledger, speed, stop)
    finally:
        org.store.close()


def _go_on(org: Org, ledger: Ledger, speed: float, stop: threading.Event) -> None:
    before = time.monotonic()
    while not stop.wait(STEP_S):
        monotonic = time.monotonic()
        passed = min(monotonic - before, LONGEST_STEP_S)
        before = monotonic
        step(Living(org, ledger, now=org.clock.now(), passed=passed, minutes=passed * speed, stop=stop))


def step(living: Living) -> None:
    """What happens in one step."""
    for act in _ALWAYS:
        _do(living, act)
    for act, per_lead in _OFTEN:
        for _ in range(living.pace.times(per_lead)):
            if living.stopped():
                return
            _do(living, act)


def _do(living: Living, act: Callable[[Living], None]) -> None:
    try:
        act(living)
    except ApiError as error:
        # somebody else changed or deleted the record meanwhile: their change stands, the act is dropped
        log.info("The company left out %s: %s", act.__name__, error.message)
