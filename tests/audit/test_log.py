"""The audit log: only ever added to, in the transaction of the act, and read by those who answer for it."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest
from django.db import InternalError, connection, transaction
from django.test import Client
from django.utils import timezone

from alerts import audited
from base.models import AuditEntry, User
from base.outbox import Decided, claim, decide, finish, try_again, wait_for
from leadmodel.settings_store import enter
from tests.audit.entries import latest, since
from tests.pages.acting import send
from tests.pages.conftest import LogIn
from tests.pages.world import MODEL, World


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE base_auditentry SET became = 'nothing'",
        "DELETE FROM base_auditentry",
        "TRUNCATE base_auditentry",
    ],
)
def test_nothing_in_it_is_changed_or_removed(world: World, alice: Client, statement: str) -> None:
    send(alice, world, "answered", "log", how="Call")
    before = list(AuditEntry.objects.order_by("pk").values())

    with (
        pytest.raises(InternalError, match="only ever added to"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(AuditEntry.objects.order_by("pk").values()) == before != []


def test_what_is_rolled_back_was_no_act(world: World) -> None:
    before = latest()
    with transaction.atomic():
        enter(f"{MODEL}\n# another")
        assert since(before) == [("command line", "settings", "entered")]
        transaction.set_rollback(True)

    assert since(before) == []


def test_a_write_is_followed_from_its_decision_to_its_end(world: World) -> None:
    before, now = latest(), world.now
    person = world.ids["answered"]
    one = Decided("salesforce.change.auto-abandon:1", "salesforce.change.auto-abandon", {}, subject=person)

    decide([one, one], by=None, now=now)
    decide([one], by=None, now=now)
    (effect,) = claim("salesforce.", now=now, limit=1)
    wait_for(effect, now, said="Later.")
    (effect,) = claim("salesforce.", now=now, limit=1)
    finish(effect, effect.State.REFUSED, now=now, said="No.")
    try_again(effect, now=now)

    what = "salesforce.change.auto-abandon"
    assert since(before) == [("auto-abandon", what, one) for one in ("decided", "refused", "again")]
    entries = AuditEntry.objects.filter(pk__gt=before)
    assert {(one.person_id, one.ledger, one.number, one.cause) for one in entries} == {
        (person, "base_effect", effect.pk, effect.key)
    }


def test_many_are_noted_in_one_statement(world: World) -> None:
    before = latest()
    many = [Decided(f"mail/{number}", "mail.clean-your-room", {"user": number}) for number in range(200)]

    decide(many, by=None, now=world.now)

    entries = AuditEntry.objects.filter(pk__gt=before)
    assert entries.count() == 200
    assert entries.values("at").distinct().count() == 1
    assert set(entries.values_list("user_id", flat=True)) == set(range(200))


def test_log_ins_are_told_and_what_was_typed_is_not(world: World) -> None:
    before, client = latest(), Client()
    for name, word in (("alice", "wrong sesame"), ("open sesame", "alice"), ("alice", "open sesame")):
        client.post("/login/", {"username": name, "password": word})
    client.post("/logout/")

    assert since(before) == [
        ("", "log_in", "refused"),
        ("", "log_in", "refused"),
        ("alice", "log_in", "done"),
        ("alice", "log_out", "done"),
    ]
    alice = User.objects.get(username="alice").pk
    entries = AuditEntry.objects.filter(pk__gt=before).order_by("pk")
    assert list(entries.values_list("user_id", flat=True)) == [alice, None, alice, alice]
    assert "sesame" not in str(list(entries.values()))


def test_a_file_is_told_without_the_words_searched_for(world: World, mona: Client) -> None:
    before = latest()

    assert mona.get("/exceptions/rows.csv?q=Fjordtech&state=in_force").status_code == 200

    assert since(before) == [("mona", "export", "taken")]
    assert AuditEntry.objects.latest("pk").cause == "ledger-csv state=in_force"


def test_an_act_is_its_own_users_whoever_came_before(world: World, log_in: LogIn) -> None:
    """One connection serves them all: what one left must not be another's."""
    log_in("otto").post("/settings/salesforce/reading/pause/")
    before = latest()

    enter(f"{MODEL}\n# by nobody")

    assert since(before) == [("command line", "settings", "entered")]


def test_no_words_of_people_stand_in_it(world: World, alice: Client) -> None:
    send(alice, world, "waiting", "log", how="Call", words="Said she is Beyoncé")
    send(alice, world, "answered", "contest", grounds="Knows Beyoncé")

    told = str(list(AuditEntry.objects.values()))

    assert "Beyoncé" not in told
    assert "script" not in told


def test_a_manager_reads_of_the_own_people_and_reps_only(world: World, log_in: LogIn) -> None:
    send(log_in("alice"), world, "answered", "contest", grounds="Hers")
    send(log_in("eve"), world, "eves_waiting", "contest", grounds="Not hers")
    enter(f"{MODEL}\n# by nobody")
    eve = Client()
    eve.post("/login/", {"username": "eve", "password": "open sesame"})

    monas, ottos = (
        log_in(name).get("/audit/").content.decode().split("<tbody>")[1].split("</tbody>")[0]
        for name in ("mona", "otto")
    )

    assert "Hers" in monas
    assert "alice" in monas
    assert "Not hers" not in monas
    assert "eve" not in monas
    assert "Settings of the model" not in monas
    assert all(words in ottos for words in ("Hers", "Not hers", "Settings of the model"))


def rows(client: Client, query: str) -> list[dict[str, str]]:
    answer: Any = client.get(f"/audit/rows.csv{query}")
    text = b"".join(answer.streaming_content).decode().lstrip("\ufeff")
    return list(csv.DictReader(StringIO(text)))


def test_it_is_narrowed_by_who_what_person_and_day(world: World, otto: Client, log_in: LogIn) -> None:
    send(log_in("alice"), world, "answered", "log", how="Call")
    send(log_in("mona"), world, "bobs_late", "contest", grounds="Hers")
    today = timezone.now().date()

    assert {row["who"] for row in rows(otto, "?who=alice")} == {"alice"}
    assert {row["what"] for row in rows(otto, "?what=exceptions&who=mona")} == {"Request for an exception"}
    assert {row["record_id"] for row in rows(otto, f"?q={world.ids['answered']}")} == {world.ids["answered"]}
    assert {row["automation"] for row in rows(otto, "?who=command+line")} == {"command line"}
    assert rows(otto, "?who=nobody") == []
    assert rows(otto, "?day=2001-01-01") == []
    assert len(rows(otto, f"?day={today}")) > 2


def test_it_goes_on_where_a_page_ended(world: World, otto: Client) -> None:
    many = [Decided(f"mail/{number}", "mail.clean-your-room", {}) for number in range(60)]
    decide(many, by=None, now=world.now)

    first = otto.get("/audit/?what=told").content.decode()
    assert first.count("mail/") == 50
    (href,) = [part.split('"')[0] for part in first.split('href="') if "after=" in part.split('"')[0]]
    rest = otto.get(f"/audit/{href}".replace("&amp;", "&")).content.decode()
    assert rest.count("mail/") == 10
    assert "From the start" in rest


def test_where_few_are_ones_own_the_list_goes_on_over_those_looked_through(
    world: World, mona: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide([Decided("mail/hers", "mail.clean-your-room", {"user": _number("mona")})], by=None, now=world.now)
    others = [
        Decided(f"mail/{number}", "mail.clean-your-room", {"user": _number("eve")}) for number in range(30)
    ]
    decide(others, by=None, now=world.now)
    monkeypatch.setattr(audited, "MOST_WALKED", 20)

    first = mona.get("/audit/?what=told").content.decode()
    (href,) = [part.split('"')[0] for part in first.split('href="') if "after=" in part.split('"')[0]]
    rest = mona.get(f"/audit/{href}".replace("&amp;", "&")).content.decode()

    assert "there are earlier ones" in first
    assert "mail/hers" not in first
    assert "mail/hers" in rest
    assert "Next 50" not in rest


def _number(name: str) -> int:
    return User.objects.get(username=name).pk


def test_words_that_look_like_html_or_a_formula_are_harmless(world: World, otto: Client) -> None:
    send(otto, world, "waiting", "contest", grounds="=1+1")

    page = otto.get("/audit/").content.decode()
    row = rows(otto, "?what=exceptions&who=otto")[0]

    assert "<script>alert" not in page
    assert row["why"] == "'=1+1"
