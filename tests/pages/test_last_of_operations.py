"""Otto and Ada of operations switch each other off at the same moment: one of them stays."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction
from django.test import Client

from base.models import Role, User
from tests.alerts.at_once import beside, waiting

PATIENCE_S = 20


def form(user: User) -> dict[str, str]:
    """The admin's form of an account, not active any more."""
    return {"username": user.username, "role": user.role, "time_zone": user.time_zone}


@pytest.mark.django_db(transaction=True)
def test_two_who_switch_each_other_off_at_once_come_one_after_the_other() -> None:
    otto, ada = (User.objects.create_user(name, role=Role.OPS, is_staff=True) for name in ("otto", "ada"))
    client = Client()
    client.force_login(ada)

    def ada_switches_otto_off() -> str:
        return client.post(f"/admin/base/user/{otto.pk}/change/", form(otto)).content.decode()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            User.objects.filter(pk=ada.pk).update(is_active=False)  # as Otto's form has just done
            meanwhile = pool.submit(beside, ada_switches_otto_off)
            until = time.monotonic() + PATIENCE_S
            while not meanwhile.done() and not waiting():
                assert time.monotonic() < until
        body = meanwhile.result(timeout=PATIENCE_S)

    assert "otto is the last active account of operations" in body
    assert User.objects.get(pk=otto.pk).is_active
