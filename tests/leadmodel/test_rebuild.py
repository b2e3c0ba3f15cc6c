"""Rebuilds: the same rows whatever the batches, whoever works at once, and whatever arrives meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import psycopg2
import pytest
from django.db import connection, connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.models import Cycle, Person, PersonRecord, Span
from leadmodel.rebuild import (
    Rebuilt,
    mark_everybody,
    mark_everybody_by_name,
    rebuild_all,
    rebuild_batch,
    take_marks,
    take_marks_of,
)
from leadmodel.settings_store import enter
from leadmodel.settings_template import shipped_yaml
from sync.models import Lead, Mark
from tests.alerts.at_once import waiting
from tests.leadmodel.mirrored import (
    ALICE,
    BOB,
    DERIVED,
    NOON,
    add_call,
    add_contact,
    add_desk,
    add_lead,
    add_users,
    convert,
    lead_id,
    merge,
    rows,
)
from tests.setup.conftest import eventually

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 60
MARKS = 2000


@pytest.fixture
def desk() -> dict[str, list[str]]:
    """Sixty people; what one rebuild makes of them."""
    add_users()
    add_desk(PEOPLE)
    rebuild_all()
    assert not Mark.objects.exists()
    return rows()


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(DERIVED)}")


def _all_by_name(cursor: Cursor) -> None:
    cursor.execute("INSERT INTO sync_lead (id) SELECT record_id FROM sync_mark")
    mark_everybody_by_name(cursor)


def _some(cursor: Cursor) -> None:
    assert len(take_marks(cursor, MARKS // 2)) == MARKS // 2


def _these(cursor: Cursor) -> None:
    cursor.execute("SELECT record_id FROM sync_mark")
    assert take_marks_of(cursor, [record_id for (record_id,) in cursor.fetchall()]) == MARKS


@contextmanager
def session() -> Iterator[psycopg2.extensions.connection]:
    """A session of its own in the tests' database; what it locks it holds until the end."""
    parameters = connection.get_connection_params()
    parameters.pop("cursor_factory", None)
    made = psycopg2.connect(**parameters)
    try:
        yield made
    finally:
        made.close()


@contextmanager
def holding_back(table: str) -> Iterator[None]:
    """Nobody can write to the table while the block runs."""
    with session() as made, made.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN SHARE MODE")
        yield


@pytest.fixture
def aside() -> Iterator[Callable[[Callable[[], Rebuilt]], Future[Rebuilt]]]:
    """Run rebuilds beside the test, each on a connection of its own."""
    with ThreadPoolExecutor(4) as pool:

        def start(work: Callable[[], Rebuilt]) -> Future[Rebuilt]:
            def run() -> Rebuilt:
                try:
                    return work()
                finally:
                    connections.close_all()

            return pool.submit(run)

        yield start


Aside = Callable[[Callable[[], Rebuilt]], "Future[Rebuilt]"]


def test_m01_a_rebuild_over_unchanged_data_changes_no_row(desk: dict[str, list[str]]) -> None:
    before = rows(versions=True)
    mark_everybody()
    done = rebuild_all()
    assert done.persons == len(desk["leadmodel_person"])
    assert done.rows_changed == 0
    assert rows(versions=True) == before


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(sizes=st.lists(st.integers(1, 70), min_size=1, max_size=12))
def test_m01_any_batches_give_the_same_rows(desk: dict[str, list[str]], sizes: list[int]) -> None:
    empty()
    mark_everybody()
    for size in sizes:
        rebuild_batch(size)
    rebuild_all(batch=sizes[-1])
    assert rows() == desk
    assert not Mark.objects.exists()


@pytest.mark.parametrize("batch", [1, 3, 25])
def test_rebuilders_at_once_share_the_work(desk: dict[str, list[str]], aside: Aside, batch: int) -> None:
    empty()
    mark_everybody()
    rebuild_batch()
    together = threading.Barrier(3)

    def work() -> Rebuilt:
        together.wait(timeout=30)
        return rebuild_all(batch=batch)

    done = [future.result(timeout=60) for future in [aside(work) for _ in range(3)]]

    assert sum(one.persons for one in done) >= len(desk["leadmodel_person"])
    rebuild_all()  # a mark held by one while another looked is left to the next scan
    assert rows() == desk
    assert not Mark.objects.exists()


def test_what_arrives_while_a_rebuild_holds_the_person_is_not_lost(aside: Aside) -> None:
    add_users()
    lead = add_lead(1)
    with holding_back("leadmodel_span"):
        rebuild = aside(rebuild_all)
        eventually("the rebuild is in mid-transaction", lambda: waiting() == 1)
        add_call(1, lead, at=NOON + timedelta(minutes=30))
    rebuild.result(timeout=30)
    rebuild_all()

    assert Cycle.objects.get().first_touch_at == NOON + timedelta(minutes=30)
    assert not Mark.objects.exists()


def test_a_second_mark_waits_for_the_first_and_reads_what_is_newest(aside: Aside) -> None:
    add_users()
    lead = add_lead(1)
    rebuild_all()
    add_call(1, lead, at=NOON + timedelta(minutes=30))
    with holding_back("leadmodel_cycle"):
        first = aside(rebuild_batch)
        eventually("the first holds the person", lambda: waiting() == 1)
        add_call(2, lead, at=NOON + timedelta(minutes=10))
        second = aside(rebuild_batch)
        eventually("the second waits for it", lambda: waiting() == 2)
    assert {first.result(timeout=30).marks, second.result(timeout=30).marks} == {1}

    cycle = Cycle.objects.get()
    assert (cycle.first_touch_at, cycle.touch_count) == (NOON + timedelta(minutes=10), 2)


def test_settings_entered_while_a_batch_waits_for_its_person_are_those_it_derives_by(aside: Aside) -> None:
    add_users()
    lead = add_lead(1)
    rebuild_all()
    add_call(1, lead, at=NOON + timedelta(minutes=30))
    with session() as holder:
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM leadmodel_personrecord FOR UPDATE")
        waits = aside(rebuild_batch)
        eventually("it waits for its person", lambda: waiting() == 1)
        enter(shipped_yaml().replace("automatic_subjects: []", "automatic_subjects: [Call]"))
        assert rebuild_batch().marks == 1, "everybody is marked by name"
        holder.rollback()
        waits.result(timeout=30)
    rebuild_all()
    found = rows()
    mark_everybody()
    rebuild_all()
    assert rows() == found
    assert Cycle.objects.get().touch_count == 0


def test_a_mark_for_everybody_that_comes_while_a_batch_begins_is_not_lost() -> None:
    add_users()
    Mark.objects.create(record_id=add_lead(1))
    with connection.cursor() as cursor:  # as the batch has just found that nobody marked everybody
        cursor.execute(
            """
            CREATE FUNCTION everybody_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF current_setting('test.was_marked', true) IS NULL THEN
                    PERFORM set_config('test.was_marked', 'yes', false);
                    INSERT INTO sync_mark (record_id) VALUES ('*');
                END IF;
                RETURN NULL;
            END $$;
            CREATE TRIGGER everybody_once AFTER DELETE ON sync_mark EXECUTE FUNCTION everybody_once();
            """
        )
        try:
            rebuild_batch()
        finally:
            cursor.execute("DROP FUNCTION everybody_once CASCADE; RESET test.was_marked")
    assert [mark.record_id for mark in Mark.objects.all()] == ["*"]


def test_everybody_is_derived_once_whoever_was_marked_before(desk: dict[str, list[str]]) -> None:
    Mark.objects.bulk_create(Mark(record_id=lead_id(number)) for number in range(PEOPLE))
    mark_everybody()
    rebuild_batch(7)
    assert Mark.objects.count() <= PEOPLE, "whoever else works now finds nobody marked twice"
    assert rebuild_all(batch=7).persons == len(desk["leadmodel_person"])
    assert not Mark.objects.exists()


def test_with_everybody_who_is_gone_from_the_mirror_is_removed_too(desk: dict[str, list[str]]) -> None:
    gone = lead_id(0)  # neither merged nor converted
    Lead.objects.filter(id=gone).delete()
    Mark.objects.create(record_id=gone)
    mark_everybody()
    rebuild_all()
    assert not PersonRecord.objects.filter(record_id=gone).exists()


def test_a_batch_takes_no_more_marks_than_it_may_whatever_the_planner_expects() -> None:
    add_users()
    Mark.objects.bulk_create(Mark(record_id=lead_id(number)) for number in range(1, 6))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE sync_mark")
        for ways in ("hashagg", "sort", "hashjoin", "mergejoin", "material"):
            cursor.execute(f"SET LOCAL enable_{ways} = off")
        assert rebuild_batch(2).marks == 2
    assert Mark.objects.count() == 3


@pytest.mark.parametrize("take", [_all_by_name, _some, _these])
def test_taking_marks_looks_at_each_once_though_postgresql_counted_none(
    take: Callable[[Cursor], object],
) -> None:
    """There mostly are none, and when everybody is marked nothing counts them before they are taken."""
    with connection.cursor() as wrapped:
        cursor: Cursor = wrapped.cursor
        for _ in range(2):
            cursor.execute("DELETE FROM sync_mark; ANALYZE sync_mark")
            cursor.execute(
                "INSERT INTO sync_mark (record_id) SELECT lpad(n::text, 18, '0') FROM generate_series(1, %s) n",
                [MARKS],
            )
    with transaction.atomic(), connection.cursor() as wrapped:
        cursor = wrapped.cursor
        take(cursor)
        cursor.execute("SELECT pg_stat_get_xact_tuples_returned('sync_mark'::regclass)")
        assert cursor.fetchall() <= [(3 * MARKS,)]


def test_two_who_become_one_while_both_are_being_rebuilt(aside: Aside) -> None:
    add_users()
    a, b = add_lead(1), add_lead(2, owner=BOB, at=NOON + timedelta(minutes=1))
    rebuild_all()
    add_call(1, a, at=NOON + timedelta(minutes=30))
    add_call(2, b, owner=BOB, at=NOON + timedelta(minutes=40))
    with session() as holder:
        with holder.cursor() as cursor:
            cursor.execute("SELECT FROM leadmodel_personrecord FOR UPDATE")
        started = [aside(lambda: rebuild_batch(1)), aside(lambda: rebuild_batch(1))]
        eventually("both wait for their person", lambda: waiting() == 2)
        merge(b, a, at=NOON + timedelta(hours=1))
        with holding_back("leadmodel_cycle"):
            holder.rollback()
            eventually("both go on, one behind the other", lambda: waiting() == 2)
    for future in started:
        future.result(timeout=30)
    rebuild_all()

    assert [person.person_id for person in Person.objects.all()] == [a]
    assert set(PersonRecord.objects.values_list("record_id", "person_id")) == {(a, a), (b, a)}
    after = rows()
    mark_everybody()
    assert rebuild_all().rows_changed == 0
    assert rows() == after


def test_a_conversion_that_arrives_in_mid_rebuild(aside: Aside) -> None:
    add_users()
    lead = add_lead(1)
    with holding_back("leadmodel_person"):
        rebuild = aside(rebuild_all)
        eventually("the rebuild is in mid-transaction", lambda: waiting() == 1)
        contact = add_contact(1, at=NOON + timedelta(hours=1))
        convert(lead, contact, at=NOON + timedelta(hours=1))
    rebuild.result(timeout=30)
    rebuild_all()

    assert [person.person_id for person in Person.objects.all()] == [contact]
    assert Cycle.objects.get().person_id == contact
    assert Cycle.objects.get().first_rep == ALICE


def test_a_record_that_is_gone_from_the_mirror_leaves_no_rows() -> None:
    add_users()
    add_lead(1)
    rebuild_all()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM sync_lead")
    Mark.objects.create(record_id=lead_id(1))
    rebuild_all()
    assert rows() == {table: [] for table in DERIVED}


@pytest.mark.parametrize(
    "source", ["a\ttab", "two\nlines\r\n", "back\\slash \\N", '"quoted", with commas', "\\."]
)
def test_a_source_of_any_characters_arrives_as_it_is(source: str) -> None:
    add_users()
    Lead.objects.filter(id=add_lead(1)).update(lead_source=source)
    rebuild_all()
    assert Cycle.objects.get().source == source
    assert Span.objects.get().source == source


def test_the_mark_for_everybody_becomes_one_for_each_person() -> None:
    add_users()
    leads = [add_lead(number) for number in range(4)]
    contact = add_contact(1)
    merge(leads[0], leads[1], at=NOON + timedelta(hours=1))
    convert(leads[1], contact, at=NOON + timedelta(hours=2))
    merge(leads[2], lead_id(99), at=NOON)  # into one that nobody may read
    Mark.objects.all().delete()
    mark_everybody()
    rebuild_batch()
    assert set(Mark.objects.values_list("record_id", flat=True)) == {contact, leads[2], leads[3]}
    assert rebuild_all().persons == 3


def test_those_who_are_merged_into_one_another_are_not_forgotten() -> None:
    add_users()
    leads = [add_lead(number) for number in range(3)]
    for loser, winner in zip(leads, [*leads[1:], leads[0]], strict=True):
        merge(loser, winner, at=NOON + timedelta(hours=1))
    Mark.objects.all().delete()
    mark_everybody()
    rebuild_all()
    assert set(PersonRecord.objects.values_list("record_id", flat=True)) == set(leads)
