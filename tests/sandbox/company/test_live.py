from __future__ import annotations

import shutil
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.company import NoCompany, live
from sandbox.company.live import step
from sandbox.company.living import Living
from sandbox.org.org import Org
from sandbox.org.store import Store
from tests.sandbox.company.conftest import NOW, Company


@pytest.fixture
def org(company: Company, tmp_path: Path) -> Org:
    """An organisation of one's own, its clock standing at the end of the company's year."""
    path = tmp_path / "living.db"
    company.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(company.store.path, path)
    made = Org(Store.open(path))
    made.clock.fix(NOW)
    return made


def count(org: Org, name: str, where: str = "1") -> int:
    found: int = org.store.connection.execute(f'SELECT count(*) FROM "{name}" WHERE {where}').fetchone()[0]
    return found


def live_through(org: Org, company: Company, *, hours: float, speed: float = 1.0) -> None:
    """Steps of five minutes, the clock moving on with them."""
    started = org.clock.now()
    for number in range(int(hours * 12)):
        org.clock.fix(started + timedelta(minutes=5 * number))
        step(
            Living(
                org,
                company.ledger,
                now=org.clock.now(),
                passed=300,
                minutes=5 * speed,
                stop=threading.Event(),
            )
        )


def test_leads_arrive_are_assigned_and_worked(org: Org, company: Company) -> None:
    before = {name: count(org, name) for name in ("Lead", "Task", "LeadHistory", "CampaignMember")}
    live_through(org, company, hours=4, speed=60)
    for name, number in before.items():
        assert count(org, name) > number, name
    new = f"\"CreatedDate\" >= '{company.ledger['now']}'"
    assert count(org, "Lead", f'{new} AND "Assigned_Date__c" IS NOT NULL') > 10
    assert count(org, "Lead", f"{new} AND \"Status\" LIKE 'Working%'") > 5
    assert count(org, "Event", new) > 0
    assert count(org, "Contact", new) == count(org, "Opportunity", new) > 0


def test_the_fast_one_answers_and_the_one_on_holiday_does_not(org: Org, company: Company) -> None:
    live_through(org, company, hours=6, speed=60)

    def touches(habit: str) -> int:
        return count(
            org,
            "Task",
            f""""OwnerId" = '{company.rep(habit)}' AND "Subject" NOT LIKE 'Automatic: %' AND "IsClosed"
                AND "CreatedDate" >= '{company.ledger["now"]}'""",
        )

    assert touches("answers_in_minutes") > 3
    assert touches("on_holiday") == 0


def test_duplicates_are_merged_and_late_calls_logged(org: Org, company: Company) -> None:
    merged = count(org, "Lead", '"MasterRecordId" IS NOT NULL')
    live_through(org, company, hours=3, speed=300)
    assert count(org, "Lead", '"MasterRecordId" IS NOT NULL') > merged
    assert (
        count(
            org,
            "Task",
            f"\"Subject\" = 'Call: wrap-up' AND \"CompletedDateTime\" > '{company.ledger['now']}'",
        )
        > 0
    )


def test_people_come_back_from_nurture(org: Org, company: Company) -> None:
    live_through(org, company, hours=3, speed=200)
    again = f"""\"Field\" = 'Status' AND \"NewValue\" = 'Recycled - Assigned'
                AND \"CreatedDate\" >= '{company.ledger["now"]}'"""
    assert count(org, "LeadHistory", again) > 3


def test_nothing_is_stamped_after_the_clock(org: Org, company: Company) -> None:
    live_through(org, company, hours=2, speed=60)
    latest = org.store.connection.execute('SELECT max("SystemModstamp") FROM "Lead"').fetchone()[0]
    assert datetime.fromisoformat(latest) <= org.clock.now()


def test_the_same_moment_lives_the_same(company: Company, org: Org, tmp_path: Path) -> None:
    twin_path = tmp_path / "twin.db"
    org.store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(org.store.path, twin_path)
    twin = Org(Store.open(twin_path))
    for one in (org, twin):
        live_through(one, company, hours=1, speed=60)
    told = 'SELECT "Id", "Status", "OwnerId" FROM "Lead" ORDER BY "Id"'
    assert org.store.connection.execute(told).fetchall() == twin.store.connection.execute(told).fetchall()


def test_it_goes_on_where_it_was_and_stops_at_once(org: Org) -> None:
    org.clock.run()
    for _ in range(2):
        leads = count(org, "Lead")
        stop = threading.Event()
        thread = threading.Thread(target=live, args=(org,), kwargs={"speed": 2000.0, "stop": stop})
        thread.start()
        deadline = time.monotonic() + 30
        while count(org, "Lead") == leads and time.monotonic() < deadline:
            stop.wait(0.05)
        assert count(org, "Lead") > leads
        stop.set()
        thread.join(timeout=5)
        assert not thread.is_alive()


def test_a_lead_taken_away_meanwhile_does_not_stop_the_others(org: Org, company: Company) -> None:
    for lead_id in company.ledger["fresh"]["waiting_minutes"]:
        org.delete("Lead", lead_id)
    live_through(org, company, hours=1, speed=60)
    assert count(org, "Lead", f"\"CreatedDate\" >= '{company.ledger['now']}'") > 0


def test_another_organisation_cannot_live_and_is_told_why(tmp_path: Path) -> None:
    empty = Org(Store.create(tmp_path / "empty.db"))
    with pytest.raises(NoCompany, match="is not an example company"):
        live(empty, speed=1, stop=threading.Event())


def test_a_negative_speed_is_refused(org: Org) -> None:
    with pytest.raises(ValueError, match="0 or more"):
        live(org, speed=-1, stop=threading.Event())


def test_the_clock_is_the_organisation_s(org: Org, company: Company) -> None:
    moment = datetime(2031, 5, 6, 12, tzinfo=UTC)
    org.clock.fix(moment)
    live_through(org, company, hours=0.5, speed=300)
    assert count(org, "Lead", "\"CreatedDate\" >= '2031-05-06T12:00:00.000Z'") > 0
