"""Organisations in the mirror for the figures' tests: pulled for real from a sandbox, then derived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.test import override_settings

from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.server.certificates import issue
from sandbox.server.serving import Service, background, listen
from sync.pull import pull
from sync.salesforce.client import connect

TOKEN = "always"


@contextmanager
def served(data: Path, folder: Path) -> Iterator[None]:
    """The sandbox organisation in a file, served, and the app's settings pointing at it."""
    store = Store.open(data)
    store.finish_bulk()
    org = Org(store)
    org.ensure_organization()
    authority = folder / "ca.pem"
    service = Service(org, listen(0), listen(0), issue(authority), token=TOKEN)
    assert service.https_url is not None
    try:
        with (
            background(service),
            override_settings(
                SALESFORCE_URL=service.https_url,
                SALESFORCE_CLIENT_ID="sandbox",
                SALESFORCE_CLIENT_SECRET="sandbox",
                SALESFORCE_CA_FILE=str(authority),
                SALESFORCE_ALLOW_LOCAL=True,
            ),
        ):
            yield
    finally:
        store.close()


def bring_in(data: Path, model: Path, folder: Path, *, now: datetime) -> None:
    """Put the model in force, pull the whole organisation into the mirror, derive everybody."""
    enter(model.read_text())
    with served(data, folder):
        failed = [done for done in pull(connect(), now=now, full=True) if done.is_failure]
    assert not failed, failed
    rebuild_all()
