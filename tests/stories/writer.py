"""A process that decides writes, works off what is due, and dies by SIGKILL at one of its lines.

`python -m tests.stories.writer NOW LINE USER LEAD …`: at NOW, in the name of the Salesforce user USER, each LEAD is
to be in nurture and to have one call; LINE 0 never comes. What ends by itself says how many lines it had.
"""

from __future__ import annotations

import http.client
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from types import FrameType
from typing import Any

import django
from django.db import transaction

from base.servers.home import REPOSITORY
from config.servers import ensure_servers

Trace = Callable[[FrameType, str, Any], Any]
WATCHED = (
    *(str(REPOSITORY / path) for path in ("sync/writeback/", "sync/salesforce/", "base/outbox.py")),
    http.client.__file__,
    transaction.__file__,
)
"""Where it may die: in our own lines, while a request is sent or answered, and around a commit."""


class Lines:
    """Counts lines, and ends the process before the last of its life."""

    def __init__(self, last: int) -> None:
        self.count, self._last = 0, last

    def enter(self, frame: FrameType, _event: str, _argument: object) -> Trace | None:
        return self._line if frame.f_code.co_filename.startswith(WATCHED) else None

    def _line(self, _frame: FrameType, event: str, _argument: object) -> Trace:
        if event == "line":
            self.count += 1
            if self.count == self._last:
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def main(now: datetime, last: int, user: str, leads: Sequence[str]) -> None:
    """Decide, and deliver until nothing is due."""
    from base.models import User  # noqa: PLC0415 - Django's models exist only once it is set up
    from base.outbox import Decided, decide  # noqa: PLC0415
    from sync.salesforce.client import connect  # noqa: PLC0415
    from sync.writeback.deliver import CHANGE, TASK, deliver  # noqa: PLC0415
    from sync.writeback.plan import FieldChange, Write  # noqa: PLC0415

    by, _ = User.objects.get_or_create(username="alice", defaults={"salesforce_id": user})
    organisation = connect()
    lines = Lines(last)
    sys.settrace(lines.enter)
    for lead in leads:
        write = Write(lead, [FieldChange({"Lead": "Status"}, "Nurture", "Working")])
        call = {"values": {"Subject": "Call", "Status": "Completed", "OwnerId": user}, "follow": lead}
        with transaction.atomic():
            one = Decided(f"change:{lead}", CHANGE, write.payload(), lead)
            decide([one, Decided(f"call:{lead}", TASK, call, lead)], by=by, now=now)
    while deliver(organisation, clock=lambda: now):
        pass
    sys.settrace(None)
    print(lines.count)  # noqa: T201 - the story reads it


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_servers()
    django.setup()
    main(datetime.fromisoformat(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
