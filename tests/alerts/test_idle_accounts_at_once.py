"""M18, M19: each word about an account is decided once, however many scans find it, and wherever one dies."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from alerts.idle.scan import tell_idle
from alerts.models import AccountWord, Told
from leadmodel.idle_accounts import derive_accounts
from leadmodel.models import AccountClock
from sync.models import AccountMark
from sync.salesforce.client import connect
from tests.alerts.at_once import at_once, beside
from tests.alerts.dying import deaths
from tests.alerts.idle import account, fjord, look, open_desk, read_accounts, told
from tests.alerts.overdue import later, new_world, world
from tests.sync.world import World

__all__ = ["new_world", "world"]


@pytest.fixture
def desk(world: World, transactional_db: None) -> World:
    """Fjord Energy and three others are Alice's since just now."""
    open_desk(world)
    for name in ("Solar", "Wind", "Water"):
        account(world, name)
    read_accounts(world)
    return world


def test_each_word_once_however_many_look(desk: World) -> None:
    later(desk, days=30)
    done = sum(at_once(lambda: tell_idle(connect, now=desk.now), times=6), Counter[str]())
    assert done == {"done": 4}
    assert look(desk) == {}
    assert len(told()) == len(set(told())) == 4


@pytest.mark.filterwarnings("ignore:This process.*fork:DeprecationWarning")
def test_a_scan_that_dies_anywhere_leaves_nothing_untold_and_nothing_told_twice(desk: World) -> None:
    later(desk, days=30)
    number = 0
    for number in deaths(lambda: tell_idle(connect, now=desk.now)):  # noqa: B007 - how many there were
        assert AccountWord.objects.count() == Told.objects.count() in (0, 4)
        look(desk)
        assert len(told()) == len(set(told())) == 4
        AccountWord.objects.all().delete()
        Told.objects.all().delete()
    assert number > 20


def test_one_poison_account_is_tried_less_and_less_while_the_line_goes_on(desk: World) -> None:
    later(desk, days=30)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f"   IF new.account_id = '{fjord()}' AND new.state <> 'waiting' THEN"
            "       RAISE EXCEPTION 'poison' USING ERRCODE = 'data_exception';"
            "   END IF; RETURN new; END $$;"
            "CREATE TRIGGER poison BEFORE INSERT OR UPDATE ON alerts_accountword"
            " FOR EACH ROW EXECUTE FUNCTION poison()"
        )
    try:
        assert look(desk) == {"done": 3, "waiting": 1}
        assert look(desk) == {}
        word = AccountWord.objects.get(account_id=fjord())
        assert word.said == "Cannot be decided (DataError); it is tried again."
        assert (word.attempts, word.again_at) == (1, desk.now + timedelta(minutes=1))
        later(desk, minutes=1)
        assert look(desk) == {"waiting": 1}
        word.refresh_from_db()
        assert (word.attempts, word.again_at) == (2, desk.now + timedelta(minutes=4))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION poison CASCADE")
    later(desk, minutes=4)
    assert look(desk) == {"done": 1}
    assert len(told()) == 4


def test_one_process_derives_accounts_at_a_time_and_the_other_leaves_them_to_it(desk: World) -> None:
    AccountClock.objects.all().delete()
    AccountMark.objects.create(account_id=fjord())
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as pool:
        cursor.execute("SELECT pg_advisory_lock(hashtext('leadmodel'), hashtext('accounts'))")
        try:
            assert pool.submit(beside, derive_accounts).result(timeout=30) == 0
            assert AccountMark.objects.count() == 1
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    assert derive_accounts() == 1
    assert not AccountMark.objects.exists()
