"""Organisations in the mirror for the figures' tests: pulled for real from a sandbox, then derived."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection
from django.test import override_settings

from leadmodel.models import Exclusion
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sandbox.loading.load import load
from sandbox.org.org import Org
from sandbox.org.store import Store
from sandbox.server.certificates import issue
from sandbox.server.listening import background, listen
from sandbox.server.serving import Service
from sync.models import Lead
from sync.pull import pull
from sync.salesforce.client import connect
from tests.figures.people import owner_of_exceptions
from tests.sync.world import DERIVED, MIRROR

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
                SALESFORCE_SPOOL_DIR=folder / "spool",  # other runs sweep the shared one
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
    with connection.cursor() as cursor:  # as autovacuum does where the rows are committed
        cursor.execute(f"ANALYZE {', '.join((*MIRROR, *DERIVED))}")


HAND_MADE = Path(__file__).parents[1] / "data" / "hand-made-desk"
DAY = datetime(2026, 3, 2, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 3, tzinfo=UTC)
"""When the hand-made desk's one day is over."""


def hand_made_desk(folder: Path) -> None:
    """The thirty leads of tests/data/hand-made-desk, with the exception of lead 30."""
    load(HAND_MADE, folder / "org.db")
    bring_in(folder / "org.db", HAND_MADE.with_suffix(".yaml"), folder, now=MIDNIGHT)
    Exclusion.objects.create(
        record_id=Lead.objects.get(last_name="Lead 30").id,
        starts_at=DAY,
        expires_at=datetime(2100, 1, 1, tzinfo=UTC),
        reason="Under a legal hold",
        owner=owner_of_exceptions(),
    )
