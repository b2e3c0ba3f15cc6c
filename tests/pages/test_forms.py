"""Every form × every role: whose it is, and that looking at it does nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from alerts.mails.recipients import DAILY
from alerts.models import MailChoice, QuietHours, Told
from alerts.telling.notices import Name, Notice, Topic, tell
from base.models import ApiToken, Effect, Role, User
from base.outbox import Decided, decide
from leadmodel.models import Erasure, Exclusion, Request
from sync.models import WriteSwitch
from tests.pages.acting import send, undone
from tests.pages.conftest import LogIn
from tests.pages.world import BOB, HOUR, World

# address → what it sends, and what alice (rep), mona (her manager), eve (another team's rep) and otto (operations) get
FORMS: dict[str, tuple[dict[str, str], tuple[int, int, int, int]]] = {
    "{answered}log/": ({"how": "Call"}, (302, 302, 404, 422)),
    "{answered}close/": ({"kind": "nurture", "reason": "No time"}, (302, 302, 404, 302)),
    "{answered}follow-up/": ({"day": "2099-01-01"}, (302, 302, 404, 422)),
    "{answered}assign/": ({"to": BOB}, (422, 302, 404, 302)),
    "{in_queue}assign/": ({"to": BOB}, (404, 302, 404, 302)),
    "{bobs_late}erase/": ({}, (404, 404, 404, 302)),
    "{answered}give-back/": ({"why": "theirs"}, (302, 302, 404, 302)),
    "{answered}contest/": ({"grounds": "a test"}, (302, 302, 404, 302)),
    "{in_queue}close/": ({"kind": "nurture", "reason": "No time"}, (404, 302, 404, 302)),
    "/writes/{write}/undo/": ({}, (302, 404, 404, 302)),
    "/writes/{refused}/again/": ({}, (404, 404, 404, 302)),
    "/writes/{dry}/after-all/": ({}, (404, 404, 404, 302)),
    "/settings/salesforce/write-back/after-all/": (
        {"kind": "salesforce.task.follow_up"},
        (404, 404, 404, 302),
    ),
    "/requests/{request}/grant/": ({"until": "2099-01-01"}, (404, 302, 404, 302)),
    "/requests/{request}/refuse/": ({"words": "no"}, (404, 302, 404, 302)),
    "/exceptions/grant/": (
        {"record_id": "answered", "until": "2099-01-01", "why": "a test"},
        (422, 302, 404, 302),
    ),
    "/exceptions/{exception}/end/": ({"words": "no test"}, (422, 302, 404, 302)),
    "/told/read/": ({"up_to": "9223372036854775"}, (302, 302, 302, 302)),
    "/told/{told}/read/": ({}, (404, 302, 404, 404)),
    "/told/messages/{message}/again/": ({}, (404, 404, 404, 302)),
    "/told/choices/keep/": ({"response-mail": "on"}, (302, 302, 302, 302)),
    "/mails/choice/": ({"at": "08:15"}, (302, 302, 302, 302)),
    "/mails/{mail}/again/": ({}, (404, 404, 404, 302)),
    "/account/tokens/make/": ({"label": "a test"}, (200, 200, 200, 200)),
    "/account/tokens/{token}/revoke/": ({}, (302, 404, 404, 404)),
    "/settings/automation/switch/": (
        {"kind": "automation", "mode": "off", "why": "a test"},
        (404, 404, 404, 302),
    ),
    "/settings/salesforce/write-back/switch/": ({"kind": "salesforce.", "mode": "off"}, (404, 404, 404, 302)),
}
NUMBERS = ("write", "refused", "dry", "request", "exception", "token", "mail", "told", "message")


def address_of(world: World, address: str, numbers: dict[str, int]) -> str:
    """The address with the people of this world, and these writes and requests."""
    people = {called: world.person(called) for called in world.ids}
    return address.format(**people, **numbers)


@pytest.fixture
def numbers(world: World, log_in: LogIn) -> dict[str, int]:
    """A call of Alice's that Salesforce accepted, a mail it refused, a follow-up in a dry run, and what she asks."""
    alice = log_in("alice")
    send(alice, world, "answered", "log", how="Call")
    send(alice, world, "answered", "log", how="Email")
    send(alice, world, "answered", "follow-up", day="2099-01-01")
    send(alice, world, "answered", "contest", grounds="a test")
    write, refused, dry = Effect.objects.order_by("pk")
    Effect.objects.filter(pk=write.pk).update(state="done", result={"task": "00T000000000009AAA"})
    Effect.objects.filter(pk=refused.pk).update(state="refused")
    Effect.objects.filter(pk=dry.pk).update(state="dry")
    alice.post("/account/tokens/make/", {"label": "hers"})
    world.delete(world.ids["bobs_late"], world.now - HOUR)
    return {
        "write": write.pk,
        "refused": refused.pk,
        "dry": dry.pk,
        "request": Request.objects.get().pk,
        "exception": Exclusion.objects.get().pk,
        "token": ApiToken.objects.get().pk,
        "mail": _failed_mail(),
        "told": _told(),
        "message": _failed_message(),
    }


def _failed_mail() -> int:
    """Mona's, of a day that is not over yet."""
    told = {
        "user": User.objects.get(username="mona").pk,
        "day": "2099-01-01",
        "ends_at": "2099-01-02T00:00:00+00:00",
    }
    (mail,) = decide([Decided("mail/test", DAILY[Role.MANAGER], told)], by=None, now=timezone.now())
    Effect.objects.filter(pk=mail.pk).update(state="refused")
    return mail.pk


def _told() -> int:
    """A line behind everybody's bell; the number of Mona's."""
    for user in User.objects.all():
        told = Notice(f"test/{user}", Topic.RESPONSE, Name.FIRST, user.pk, "", "One waits", "", "/queue/")
        tell([told], now=timezone.now())
    return Told.objects.get(to__username="mona").pk


def _failed_message() -> int:
    """To Mona; it was decided with what she was told."""
    (message,) = Effect.objects.filter(kind="notice.mail", payload__user=User.objects.get(username="mona").pk)
    Effect.objects.filter(pk=message.pk).update(state="refused")
    return message.pk


def everything() -> list[object]:
    """All that forms may change."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (
            Effect,
            Request,
            Exclusion,
            Erasure,
            WriteSwitch,
            ApiToken,
            MailChoice,
            Told,
            QuietHours,
        )
    ]


@pytest.mark.parametrize("at", range(4), ids=["alice", "mona", "eve", "otto"])
def test_each_role_may_do_what_is_theirs(
    world: World, numbers: dict[str, int], log_in: LogIn, at: int
) -> None:
    before = everything()
    for address, (told, statuses) in FORMS.items():
        form = {
            name: world.ids.get(value, value) if name == "record_id" else value
            for name, value in told.items()
        }
        path = address_of(world, address, numbers)
        with undone():
            client = log_in(("alice", "mona", "eve", "otto")[at])
            assert client.get(path).status_code in {404, 405}, address
            assert everything() == before, address
            assert client.post(path, form | {"once": str(uuid4())}).status_code == statuses[at], address
            assert (everything() != before) is (statuses[at] in {200, 302}), address
        assert everything() == before, address


def test_a_stranger_logs_in_first(world: World) -> None:
    before = everything()
    for address, (form, _) in FORMS.items():
        answer = Client().post(address_of(world, address, dict.fromkeys(NUMBERS, 1)), form)

        assert answer.headers["Location"] == "/login/?next=/", address
        assert everything() == before, address


def test_a_nul_is_told_wherever_it_stands_and_nothing_is_done(
    world: World, numbers: dict[str, int], otto: Client
) -> None:
    before = everything()
    for address in FORMS:
        for sent in ("words=a%00b", "a%00b=words"):
            answer = otto.post(
                address_of(world, address, numbers), sent, content_type="application/x-www-form-urlencoded"
            )
            assert (answer.status_code, "NUL" in answer.content.decode()) == (400, True), address
    assert everything() == before
