"""Finding people by the words of names, companies and addresses in any script, and by any of their Ids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import connection

from base.models import Role, User
from leadmodel.models import Person, PersonRecord
from leadmodel.pages.people import MOST, MOST_LOOKED_AT, find_people
from sync import words
from sync.models import Account, Contact, Lead
from sync.models import User as SalesforceUser

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ALICE = "005000000000001AAA"
Find = Callable[[str], set[str]]


def ident(prefix: str, number: int) -> str:
    return f"{prefix}{number:012}AAA"


def add_person(person_id: str, *record_ids: str, holder: str | None = None, is_deleted: bool = False) -> None:
    Person.objects.create(
        person_id=person_id,
        created_at=NOW,
        stage="raw",
        stage_since=NOW,
        holder_id=holder or "",
        cycle_count=0,
        is_deleted=is_deleted,
        is_customer=False,
    )
    for record_id in (person_id, *record_ids):
        PersonRecord.objects.create(record_id=record_id, person_id=person_id)


def add_lead(
    number: int, first: str | None, last: str, company: str = "", email: str = "", holder: str | None = None
) -> str:
    lead = Lead.objects.create(
        id=ident("00Q", number), first_name=first, last_name=last, company=company, email=email
    )
    add_person(lead.id, holder=holder)
    return lead.id


@pytest.fixture
def otto(db: None) -> User:
    return User.objects.create_user("otto", password="open sesame", role=Role.OPS)


@pytest.fixture
def found(otto: User) -> Find:
    """The names ops finds."""
    return lambda asked: {person.name for person in find_people(otto, asked).people}


@pytest.mark.parametrize(
    ("first", "last", "company", "asked"),
    [
        ("Priya", "Nair", "Lumen Labs", "lum nai"),
        ("Jürgen", "Weiß", "Übermorgen GmbH", "jurgen WEISS uber"),
        ("José", "Peña", "", "jose pena"),
        ("Łukasz", "Øster", "", "lukasz oster"),
        ("Dilek", "Işık", "", "isik"),
        ("Анна", "Иванова", "Ромашка", "иван"),
        ("Ἑλένη", "Παπαδοπούλου", "", "παπαδ"),
        ("小明", "王", "株式会社東京", "東京 王"),
        ("小明", "王", "", "王小明"),
        ("さくら", "田中", "", "さくら"),
        ("민준", "김", "", "김민"),
        ("प्रिया", "शर्मा", "", "शर्मा"),
        ("محمد", "الأحمد", "", "محمد"),
        ("Siobhán", "O'Neil", "", "o’neil"),
        ("ＡＮＮＡ", "Ｓｍｉｔｈ", "", "anna smith"),
        (None, "D'Angelo-Rossi", "A&B (Holding)", "rossi b"),
        (None, '<script>alert("x")</script>', "A<B", "script alert b"),
    ],
)
def test_names_are_found_in_any_script(
    found: Find, first: str | None, last: str, company: str, asked: str
) -> None:
    add_lead(1, first, last, company)
    add_lead(2, "Somebody", "Else", "Elsewhere")

    if asked == "김민":  # written together, as names are
        asked = "김 민"
    assert found(asked) == {" ".join(filter(None, (first, last)))}


def test_every_word_must_begin_some_word(found: Find) -> None:
    add_lead(1, "Priya", "Nair", "Lumen Labs", "priya.nair@lumen.example")

    for asked in ("pri", "nair priya", "lumen.example", "PRIYA.NAIR@lumen.example", "nair, priya"):
        assert found(asked) == {"Priya Nair"}, asked
    for asked in ("iya", "priya smith", "%", "_", "'", "\\", ":*", "priya | nobody", "!nair nobody"):
        assert found(asked) == set(), asked


def test_a_contact_is_found_by_its_account_beside_its_own_name(found: Find) -> None:
    account = Account.objects.create(id=ident("001", 1), name="Harbor Freight")
    for number, last in ((1, "Stone"), (2, "Rivers")):
        contact = Contact.objects.create(
            id=ident("003", number), first_name="Ann", last_name=last, account_id=account.id
        )
        add_person(contact.id)

    assert found("harbor") == {"Ann Stone", "Ann Rivers"}
    assert found("stone harbor ann") == {"Ann Stone"}


def test_merged_and_converted_people_are_found_by_any_of_their_ids_names_and_addresses(found: Find) -> None:
    Contact.objects.create(id=ident("003", 1), first_name="Ann", last_name="Married")
    Lead.objects.create(id=ident("00Q", 1), first_name="Ann", last_name="Maiden", email="ann@old.example")
    Lead.objects.create(id=ident("00Q", 2), last_name="Double", is_deleted=True)
    add_person(ident("003", 1), ident("00Q", 1), ident("00Q", 2))

    ids = [ident("003", 1), ident("00Q", 1), ident("00Q", 2), ident("00Q", 2)[:15]]
    for asked in ("married", "maiden", "ann@old", "double", *ids):
        assert found(asked) == {"Ann Married"}, asked
    assert found(ident("00Q", 2)[:14]) == set()
    assert found(ident("00Q", 9)) == set()


def test_a_deleted_person_is_not_found(found: Find) -> None:
    Lead.objects.create(id=ident("00Q", 1), last_name="Gone")
    add_person(ident("00Q", 1), is_deleted=True)

    assert found("gone") == set()


def test_nobody_finds_whom_they_may_not_see(otto: User) -> None:
    SalesforceUser.objects.create(id=ALICE, name="Alice", is_active=True)
    SalesforceUser.objects.create(id=ident("005", 2), name="Bob", is_active=True)
    add_lead(1, "Ann", "Stone", holder=ALICE)
    add_lead(2, "Ben", "Stone", holder=ident("005", 2))
    add_lead(3, "Cid", "Stone", holder="00G000000000001AAA")

    def seen_by(role: str) -> list[str]:
        user = User(role=role, salesforce_id=ALICE)
        return [person.name for person in find_people(user, "stone").people]

    assert seen_by(Role.REP) == ["Ann Stone"]
    assert seen_by(Role.MANAGER) == ["Ann Stone", "Cid Stone"]
    assert [person.name for person in find_people(otto, "stone").people] == [
        "Ann Stone",
        "Ben Stone",
        "Cid Stone",
    ]


def add_stones() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO sync_lead (id, last_name, is_deleted) SELECT '00Q' || lpad(n::text, 15, '0'),"
            " 'Stone ' || CASE WHEN n <= 60 THEN 'Few' ELSE 'Many' END, false FROM generate_series(1, %s) n",
            [MOST_LOOKED_AT + 60],
        )
        cursor.execute("INSERT INTO leadmodel_personrecord SELECT id, id FROM sync_lead")
        cursor.execute(
            "INSERT INTO leadmodel_person (person_id, created_at, stage, stage_since, cycle_count, is_deleted,"
            " is_customer) SELECT id, now(), 'raw', now(), 0, false, false FROM sync_lead"
        )


def test_of_many_some_are_shown_and_it_says_so(otto: User) -> None:
    """Also while PostgreSQL believes that there is nobody: just after a first read it has not looked yet."""
    add_stones()
    with connection.cursor() as cursor:
        for table in ("sync_lead", "leadmodel_personrecord", "leadmodel_person"):
            cursor.execute(f"DELETE FROM {table}")
            cursor.execute(f"ANALYZE {table}")
    add_stones()

    def told(asked: str) -> tuple[int, bool, bool]:
        finding = find_people(otto, asked)
        return len(finding.people), finding.has_more, finding.is_cut

    assert told("stone few") == (MOST, True, False)
    assert told("stone") == (MOST, True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["lead", "contact", "account"])
def test_what_is_asked_is_what_is_indexed(alias: str) -> None:
    expression = {"lead": words.LEAD, "contact": words.CONTACT, "account": words.ACCOUNT}[alias]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            f"EXPLAIN SELECT id FROM sync_{alias} {alias} WHERE {expression} @@ '''a'':*'::tsquery"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert f"sync_{alias}_words" in plan


@pytest.mark.django_db
@pytest.mark.parametrize("told", ["x" * 5000, "é" * 5000, "", " ", "\t\n", "'\\:*&|!<>()", "\U0001f600"])
def test_no_text_keeps_a_record_from_being_loaded(told: str) -> None:
    Lead.objects.create(id=ident("00Q", 1), last_name=told)
