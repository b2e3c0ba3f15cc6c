"""Celery: messages are hints that say "look now"; the database is the queue."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("leadmodel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def _hold_servers(**_: object) -> None:
    # Here rather than at import: every command imports this module, few of them run a worker.
    from config.servers import ensure_servers  # noqa: PLC0415

    ensure_servers()
