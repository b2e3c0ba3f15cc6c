"""M15, M19: which look gives whom up: the frequent one of late, the seldom one of all, and several at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from alerts import abandoning
from alerts.abandoning import abandon
from base.models import Effect
from leadmodel.settings_store import enter
from sync.models import Lead
from tests.alerts.at_once import at_once
from tests.alerts.test_auto_abandon import MODEL, desk, lead, new_world, world
from tests.sync.world import World

__all__ = ["desk", "new_world", "world"]


def test_who_was_decided_about_while_they_were_being_locked_is_decided_about_once(
    desk: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another scanner that knew of less: a statement that locks does not see what is committed meanwhile."""
    take, others = abandoning._take, [lambda: abandon(now=desk.now - timedelta(minutes=1))]

    def slowly(*asked: Any, **how: Any) -> Any:
        with transaction.atomic():
            found = take(*asked, **how)
            transaction.set_rollback(True)  # not locked yet
        if others:
            at_once(others.pop(), times=1)
        return found

    monkeypatch.setattr(abandoning, "_take", slowly)
    abandon(now=desk.now)
    assert Effect.objects.count() == 1


def test_where_a_day_is_not_enough_for_all_the_longest_overdue_come_first(desk: World) -> None:
    """The frequent look knows of those of late only, and leaves it to the seldom one."""
    lead(desk, "Hopper")
    desk.pass_time(days=30, hours=1)
    enter(f"{MODEL}auto_abandon: {{most_a_day: 1}}\n")
    desk.catch_up()
    yesterday = desk.now - timedelta(days=1)
    assert abandon(now=desk.now, since=yesterday) == 0
    assert abandon(now=desk.now) == 1
    assert Lead.objects.get(pk=Effect.objects.get().subject).last_name == "Lovelace"

    enter(f"{MODEL}auto_abandon: {{most_a_day: 10}}\n")
    desk.catch_up()
    assert abandon(now=desk.now, since=yesterday) == 1
