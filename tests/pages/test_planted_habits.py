"""What the example company is known for, by its own ledger, stands on the pages of figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from base.models import Role, User
from leadmodel.directory import read_directory
from leadmodel.models import Cycle, PersonRecord
from leadmodel.settings_store import settings_in_force
from metrics.pages.rep import Board, Share
from sandbox import company
from sandbox.company import read_ledger
from sandbox.org.store import Store
from sync import models as mirror
from tests.figures.world import bring_in
from tests.pages.reading import csv_lines, get, whole_list

HOUR, DAY = 3600, 86_400
MANY = 20
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""The same company whenever the test runs: its days stand in the addresses."""
MODEL = Path(company.__file__).with_name("model.yaml")


def days(number: int) -> str:
    """The parameters of so many days, the company's last one included."""
    return f"from={NOW - timedelta(days=number - 1):%Y-%m-%d}&through={NOW:%Y-%m-%d}"


@pytest.mark.django_db
def test_planted_habits_are_seen(tmp_path: Path) -> None:
    """One company for all of them: making it takes longer than looking."""
    store = Store.create(tmp_path / "org.db")
    company.build(store, leads=2000, seed=1, now=NOW)
    ledger = read_ledger(store)
    store.finish_bulk()
    store.close()
    assert ledger is not None
    bring_in(tmp_path / "org.db", MODEL, tmp_path, now=NOW)
    otto = Client()
    otto.force_login(User.objects.create_user("otto", role=Role.OPS))

    habits = ledger["habits"]
    name = {key: habit["name"] for key, habit in habits.items()}

    # Alice answers in minutes, Bob in days: the ends of the team's medians
    lines = csv_lines(otto, f"/response/split.csv?by=rep&path=inbound&team=Inbound SDR West&{days(365)}")
    medians = {
        line["rep"]: float(line["response_median_s"]) for line in lines if int(line["touched"] or 0) >= MANY
    }
    assert min(medians, key=medians.__getitem__) == name["answers_in_minutes"]
    assert medians.pop(name["answers_in_minutes"]) < HOUR
    assert max(medians, key=medians.__getitem__) == name["answers_in_days"]
    assert medians[name["answers_in_days"]] > DAY

    # Dana closed the trade show within the hour: the alarm is about exactly its leads; over a year it stands out
    page = get(otto, f"/pick-up/?{days(30)}").context["board"]
    dana = name["bypasses_trade_show"]
    (alarm,) = page.bulks
    assert alarm.rep == dana
    show = {row.href.strip("/").rpartition("/")[2] for row in whole_list(otto, "/pick-up/" + alarm.href)}
    assert show == set(ledger["show"]["lead_ids"])
    assert (dana, "Trade show", "closed untouched") in {
        (found.rep, found.source, found.what)
        for found in get(otto, f"/pick-up/?{days(365)}").context["board"].cherries
    }

    # Farid is on holiday, and the router does not know: all of last week's are still waiting
    (farid,) = [
        line
        for line in csv_lines(otto, f"/pick-up/split.csv?by=rep&{days(7)}")
        if line["rep"] == name["on_holiday"]
    ]
    assert int(farid["assigned"]) > 0
    assert (farid["touched"], farid["bypassed"]) == ("0", "0")

    # nobody but the two outbound teams pulls, and each of their reps has a line
    pulls = get(otto, f"/pulls/?{days(365)}").context["board"]
    assert pulls.teams == ["Outbound SDR Americas", "Outbound SDR EMEA"]
    assert int(pulls.total.numbers[0].value) > MANY
    assert len(whole_list(otto, "/pulls/" + pulls.total.numbers[0].href)) == int(pulls.total.numbers[0].value)

    # on their own pages: Chidi gives up after one touch, Elif leaves it to the flow, Greta qualifies many
    for key, habit, words in (
        ("one_touch", "Given up after one touch", "more than the rest"),
        ("one_touch", "Qualified", "less than the rest"),
        ("never_closes", "Given up by automation", "more than the rest"),
        ("books_never_wins", "Qualified", "more than the rest"),
        ("bypasses_trade_show", "Closed untouched", "more than the rest"),
        ("answers_in_days", "In time", "less than the rest"),
    ):
        share = _habit(otto, habits[key]["user_id"], habit)
        assert share.words == words, (key, share)
        assert len(whole_list(otto, "/rep/" + share.href)) == share.of
    # hers are lost, Hiro's few are not
    hers, his = (
        _habit(otto, habits[key]["user_id"], "Lost after qualified")
        for key in ("books_never_wins", "books_few_wins")
    )
    assert hers.counts / hers.of > 1 / 2
    assert (his.counts, his.of > 0) == (0, True)

    # machines wrote to some and no human ever did: told by the lead model's own rule, activity by activity
    rows = whole_list(otto, f"/pick-up/?pick=automatic&{days(365)}")
    found = {row.href.strip("/").rpartition("/")[2] for row in rows}
    assert found == _only_automatic()
    assert len(found) > MANY


def _only_automatic() -> set[str]:
    """Who was assigned within the year and got activities of the company that are all automatic."""
    rules = settings_in_force()
    humans, person_of = (
        read_directory(rules),
        dict(PersonRecord.objects.values_list("record_id", "person_id")),
    )
    heard: dict[str, set[str]] = {}
    tasks = mirror.Task.objects.filter(is_closed=True).values_list(
        "who_id", "owner_id", "subject", "task_subtype"
    )
    events = mirror.Event.objects.values_list("who_id", "owner_id", "subject", "event_subtype")
    for who, owner, subject, subtype in [*tasks, *events]:
        kind = rules.touches.kind_of_subject(subject or "")
        if who in person_of and kind != "inbound":
            is_automatic = kind or subtype in rules.touches.automatic_subtypes or not humans.is_human(owner)
            heard.setdefault(person_of[who], set()).add("automatic" if is_automatic else "counted")
    until = datetime(NOW.year, NOW.month, NOW.day, tzinfo=UTC) + timedelta(days=1)
    touched = set(Cycle.objects.filter(touch_count__gt=0).values_list("person_id", flat=True))
    assigned = Cycle.objects.filter(assigned_at__gte=until - timedelta(days=365), assigned_at__lt=until)
    return {
        person
        for person in set(assigned.values_list("person_id", flat=True)) - touched
        if heard.get(person) == {"automatic"}
    }


def _habit(otto: Client, rep: str, label: str) -> Share:
    board: Board = get(otto, f"/rep/?rep={rep}&{days(365)}").context["board"]
    return next(share for share in board.sections[0].shares if share.label == label)
