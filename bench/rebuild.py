"""`rebuild`: everybody derived, against streaming the same events and copying one row per cycle back."""

from __future__ import annotations

import csv
import io
import multiprocessing
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections, transaction

from bench.load import empty, load_all
from bench.measure import Line, best, line
from bench.organisation import leads_of, spools
from leadmodel.models import Cycle
from leadmodel.rebuild import rebuild_all
from leadmodel.settings_store import enter
from sync.models import Lead

PROCESSES = 2
TURNS = 5
MODEL = Path("sandbox/company/model.yaml")
EVENTS = """
    SELECT lead_id, created_at, id, field, created_by_id, old_value, new_value, NULL::timestamptz, NULL
    FROM sync_leadhistory WHERE {mine:lead_id} AND field IN (
        'Status', 'Owner', 'Assigned_Date__c', 'Nurture_Reason__c', 'Unqualified_Reason__c', 'leadConverted')
    UNION ALL SELECT contact_id, created_at, id, field, created_by_id, old_value, new_value, NULL, NULL
    FROM sync_contacthistory WHERE {mine:contact_id} AND field IN (
        'Status__c', 'Owner', 'Assigned_Date__c', 'Nurture_Reason__c', 'Unqualified_Reason__c')
    UNION ALL SELECT who_id, created_at, id, subject, owner_id, task_subtype, is_closed::text, completed_at, NULL
    FROM sync_task WHERE {mine:who_id}
    UNION ALL SELECT who_id, created_at, id, subject, owner_id, event_subtype, NULL, NULL, NULL
    FROM sync_event WHERE {mine:who_id}
    UNION ALL SELECT lead_id, created_at, id, campaign_id, NULL, NULL, NULL, NULL, NULL
    FROM sync_campaignmember WHERE {mine:lead_id}
    UNION ALL SELECT contact_id, created_at, id, campaign_id, NULL, NULL, NULL, NULL, NULL
    FROM sync_campaignmember WHERE {mine:contact_id}
    UNION ALL SELECT contact_id, created_at, id, opportunity_id, role, is_primary::text, NULL, NULL, NULL
    FROM sync_opportunitycontactrole WHERE {mine:contact_id}
    UNION ALL SELECT contact_id, history.created_at, history.id, history.stage_name, history.created_by_id,
                     NULL, NULL, NULL, NULL
    FROM sync_opportunitycontactrole JOIN sync_opportunityhistory history USING (opportunity_id) WHERE {mine:contact_id}
    UNION ALL SELECT who, account.created_at, account.id, x_target_account__c, NULL, NULL, NULL, NULL, NULL
    FROM (SELECT id AS who, account_id FROM sync_contact) AS contact
    JOIN sync_account account ON account.id = account_id
    WHERE {mine:who}
    UNION ALL SELECT who, deal.created_at, deal.id, deal.stage_name, deal.owner_id, deal.is_won::text, NULL, NULL, NULL
    FROM (SELECT id AS who, account_id FROM sync_contact) AS contact
    JOIN sync_opportunity deal USING (account_id)
    WHERE {mine:who}
    UNION ALL SELECT id, created_at, created_by_id, status, owner_id, lead_source, converted_contact_id,
                     last_modified_at, last_modified_by_id
    FROM sync_lead WHERE {mine:id}
    UNION ALL SELECT id, created_at, created_by_id, NULL, owner_id, lead_source, master_record_id,
                     last_modified_at, last_modified_by_id
    FROM sync_contact WHERE {mine:id}
    ORDER BY 1, 2, 3
"""
"""What the rebuild reads of everybody, in one order; `{mine:key}` stands for the part of one process."""
ONE_STATEMENT = """
    WITH assigned AS (
        SELECT lead_id, created_at AS assigned_at,
               lead(created_at) OVER (PARTITION BY lead_id ORDER BY created_at) AS next_at
        FROM sync_leadhistory WHERE field = 'Status' AND new_value LIKE '%%Assigned%%'
    )
    SELECT count(*), avg(extract(epoch FROM touch.at - assigned_at)) FROM assigned
    LEFT JOIN LATERAL (
        SELECT min(COALESCE(completed_at, created_at)) AS at FROM sync_task task
        WHERE task.who_id = assigned.lead_id AND is_closed AND COALESCE(completed_at, created_at) >= assigned_at
          AND COALESCE(completed_at, created_at) < COALESCE(next_at, 'infinity')
    ) touch ON true
"""


def prepare(leads: int) -> None:
    """The mirror filled, the model in force, nothing derived."""
    if Lead.objects.count() != leads_of(leads):
        empty()
        load_all(spools(leads))
    enter(MODEL.read_text(encoding="utf-8"))
    forget()


def forget() -> None:
    """Nothing derived, everybody marked."""
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE leadmodel_person, leadmodel_personrecord, leadmodel_cycle, leadmodel_span, leadmodel_clock,"
            " leadmodel_rung, sync_mark"
        )
        cursor.execute("INSERT INTO sync_mark (record_id) VALUES ('*')")


def _in_processes(work: Callable[[int], None], arguments: list[int]) -> None:
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        pool.map(work, arguments)


BACK = "floor_cycle"
"""Shaped and indexed like the table of cycles."""


_AT_ONCE = 20_000
"""Events that are read, and then their rows written, at once."""


def _stream(part: int) -> None:
    """The floor's half: read sorted events, notice where a person ends, copy a row of a cycle's shape back."""
    ours = f"abs(hashtext(\\1)) % {PROCESSES} = {part}"
    with transaction.atomic(), connection.cursor() as cursor:
        raw = cursor.connection.cursor(name=f"floor_{part}")
        raw.execute(re.sub(r"{mine:(\w+)}", ours, EVENTS))
        person = None
        while events := raw.fetchmany(_AT_ONCE):
            out = io.StringIO()
            writer = csv.writer(out)
            for event in events:
                if event[0] != person:
                    person = event[0]
                    writer.writerow(_cycle(person, event[1]))
            out.seek(0)
            cursor.cursor.copy_expert(f"COPY {BACK} FROM STDIN (FORMAT csv)", out)
    connections.close_all()


def _cycle(person: str, at: datetime) -> tuple[object, ...]:
    """A row as wide as most cycles'."""
    assigned = (
        person,
        1,
        at,
        person,
        "status",
        "Web",
        "inbound",
        person,
        "first",
        False,
        person,
        "A team",
        person,
    )
    touched = (None, at, person, person, at, 3)
    return (
        *assigned,
        *touched,
        at,
        person,
        "status",
        "nurture",
        "nurture",
        "No time",
        False,
        None,
        "touched",
        False,
        "new_business",
        "P1",
        None,
        5400.0,
        False,
        0.0,
        0.0,
        5400.0,
        1800.0,
        None,
        at,
        None,
        None,
    )


def _empty_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {BACK}")
        cursor.execute(f"CREATE TABLE {BACK} (LIKE {Cycle._meta.db_table} INCLUDING ALL)")


def _all_parts() -> None:
    _in_processes(_stream, list(range(PROCESSES)))


def _rebuild() -> None:
    call_command("rebuild", processes=PROCESSES, stdout=io.StringIO())


def run(leads: int) -> list[Line]:
    """Rebuild of everybody, and its ratio to one statement that answers much less."""
    prepare(leads)
    turns = []
    for _ in range(TURNS):
        floor = best(_all_parts, times=1, before=_empty_back)
        value = best(_rebuild, times=1, before=forget)
        turns.append((value / floor, value, floor))
    # a machine may be slower for a minute: what was measured one after the other is compared, the middle turn counts
    _, value, floor = sorted(turns)[TURNS // 2]
    cycles = Cycle.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {BACK}")
    with connection.cursor() as cursor:
        statement = best(lambda: cursor.execute(ONE_STATEMENT.replace("%%", "%")), times=2)
    floor_is = f"streaming the same sorted events, {PROCESSES} processes, one cycle's row per person back"
    return [
        line("rebuild", cycles, value, floor, floor_is),
        line(
            "rebuild_sql", cycles, value, statement, "one SQL statement: assignment to first task, no rules"
        ),
        _changed(1000),
    ]


def _changed(people: int) -> Line:
    """A thousand people derived anew, against reading their facts."""

    def mark() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sync_mark (record_id) SELECT id FROM sync_lead ORDER BY md5(id) LIMIT %s",
                [people],
            )

    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT array_agg(id) FROM (SELECT id FROM sync_lead ORDER BY md5(id) LIMIT %s) l", [people]
            )
            row = cursor.fetchone()
            for table, key in (("sync_leadhistory", "lead_id"), ("sync_task", "who_id"), ("sync_lead", "id")):
                cursor.execute(f"SELECT * FROM {table} WHERE {key} = ANY(%s)", [row[0] if row else []])
                cursor.fetchall()

    value = best(rebuild_all, times=3, before=mark)
    return line("rebuild_changed", people, value, best(read), "reading the same people's rows")
