"""`team_page`, `person_page`, `since_page`: a page's server time against its bare SQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.test import Client

from base.models import Role, User
from bench.measure import Line, best, line
from bench.rebuild import forget, prepare
from leadmodel.models import Cycle
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import settings_in_force
from metrics.compile import figures_sql, parameters, promised
from metrics.pages.grid import COLUMNS
from metrics.selection import By, Selection, last_days, period
from sync.models import Task


def run(leads: int) -> list[Line]:
    """The pages, as ops sees them."""
    if not Cycle.objects.exists():
        prepare(leads)
        forget()
        rebuild_all()
    settings.ALLOWED_HOSTS = ["testserver"]
    otto, _ = User.objects.get_or_create(username="bench-otto", defaults={"role": Role.OPS})
    client = Client()
    client.force_login(otto)
    cycles = Cycle.objects.count()
    person = Cycle.objects.order_by("-touch_count", "person_id").values_list("person_id", flat=True)[0]
    return [
        line(
            "team_page",
            cycles,
            best(lambda: _get(client, "/team/"), times=5),
            best(_figures, times=5),
            "its figures' SQL",
        ),
        line(
            "person_page",
            1,
            best(lambda: _get(client, f"/people/{person}/"), times=5),
            best(_one_row, times=5),
            "one row by key",
        ),
        line(
            "since_page",
            cycles,
            best(lambda: _get(client, f"/team/since/?since={_some_hours_ago()}"), times=3),
            best(_figures, times=5),
            "its figures' SQL",
        ),
    ]


def _some_hours_ago() -> str:
    """Some hours before the last thing that anybody logged: the company may have been made days ago."""
    latest = Task.objects.latest("created_at").created_at
    assert latest is not None
    return f"{latest - timedelta(hours=24):%Y-%m-%dT%H:%M:%SZ}"


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


def _figures() -> None:
    """Overall and per rep, this period and the one before: what the page must know."""
    model = settings_in_force()
    now = datetime.now(UTC)
    zone = model.organisation.zone
    selection = Selection(*period(*last_days(30, now, zone), zone), now=now)
    with connection.cursor() as cursor:
        for some in (selection, selection.previous()):
            for by in (None, By.REP):
                statement, _ = figures_sql(COLUMNS, some, by=by)
                cursor.execute(statement, parameters(some, promised(model.response)))
                cursor.fetchall()


def _one_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM leadmodel_person LIMIT 1")
        cursor.fetchall()
