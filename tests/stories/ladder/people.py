"""A process that puts a model in force in an office, and gives people their accounts.

`python -m tests.stories.ladder.people`: reads `{"model": YAML, "users": [{"username": …, "role": …, …}]}`.
"""

from __future__ import annotations

import json
import os
import sys

import django

from config.servers import ensure_servers

PASSWORD = "a password for tests"


def main() -> None:
    """Enter it as of now, make them, and let automation re-assign."""
    from base import clock  # noqa: PLC0415 - Django's models exist only once it is set up
    from base.models import User  # noqa: PLC0415
    from leadmodel.may_act import REASSIGN  # noqa: PLC0415
    from leadmodel.models import SettingsVersion  # noqa: PLC0415
    from leadmodel.settings_store import enter  # noqa: PLC0415
    from sync.writeback.modes import Mode, switch  # noqa: PLC0415

    told = json.load(sys.stdin)
    enter(told["model"])
    # the database's clock is not moved with the others
    newest = SettingsVersion.objects.order_by("pk").last()
    assert newest is not None
    SettingsVersion.objects.filter(pk=newest.pk).update(entered_at=clock.now())
    for user in told["users"]:
        User.objects.create_user(password=PASSWORD, **user)
    otto = User.objects.get(username="otto")
    switch(REASSIGN, Mode.ON, by=otto, why="looked at the dry runs", now=clock.now())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    ensure_servers()
    django.setup()
    main()
