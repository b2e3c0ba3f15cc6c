"""How many people the rules of lead types catch now, and where the rules get in each other's way (A16, R143)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import connection, transaction
from psycopg2 import sql
from psycopg2.errors import QueryCanceled

from leadmodel.backdrop import ruled_columns
from leadmodel.lifecycle.known import ACCOUNT_ID
from leadmodel.lifecycle.lead_types import ACCOUNT, OWN_FIELDS
from leadmodel.lifecycle.settings import ModelSettings
from leadmodel.lifecycle.stages import Path
from leadmodel.rules_sql import Compiler
from sync.models import ObjectState

LONGEST_S = 20
"""Counting that takes longer is given up."""


class TooSlow(Exception):
    """The count was given up. The text is a sentence."""


@dataclass(frozen=True)
class Counts:
    """People by rule (its place in the file), by pairs of priorities that both hold, and all there are."""

    by_rule: dict[str, int]
    both: dict[tuple[str, str], int]
    people: int


def count_people(settings: ModelSettings, *, now: datetime) -> Counts:
    """Hold every rule against every person as they stand in the mirror. Raises TooSlow."""
    rules = dict(settings.lead_types.rules())
    places = list(rules)
    pairs = list(combinations([place for place in places if place.startswith("priorities.")], 2))
    column = {place: sql.Identifier(f"r{number}") for number, place in enumerate(places)}
    counted: list[sql.Composable] = [sql.SQL("count(*)")]
    counted += [sql.SQL("count(*) FILTER (WHERE {})").format(column[place]) for place in places]
    counted += [
        sql.SQL("count(*) FILTER (WHERE {} AND {})").format(column[first], column[second])
        for first, second in pairs
    ]
    statement, values = _held(settings, column, now=now)
    try:
        with transaction.atomic(), connection.cursor() as wrapped:
            wrapped.execute("SELECT set_config('statement_timeout', %s, true)", [str(LONGEST_S * 1000)])
            wrapped.cursor.execute(
                sql.SQL("SELECT {} FROM ({}) held").format(sql.SQL(", ").join(counted), statement), values
            )
            row: tuple[int, ...] = wrapped.cursor.fetchone()
    except QueryCanceled as error:
        raise TooSlow(
            f"Counting took longer than {LONGEST_S} s and was given up: what would move tells more."
        ) from error
    people, *rest = row
    return Counts(
        dict(zip(places, rest, strict=False)), dict(zip(pairs, rest[len(places) :], strict=True)), people
    )


def unread(settings: ModelSettings) -> dict[str, str]:
    """Fields the rules name that nothing, or nothing new, is known of: name → why, in a sentence."""
    columns = ruled_columns(settings.lead_types)
    states = {state.name: state.unreadable for state in ObjectState.objects.filter(name__in=columns)}
    found: dict[str, str] = {}
    for name in settings.lead_types.fields:
        objects = ["Account"] if name.startswith(ACCOUNT) else ["Lead", "Contact"]
        field = name.removeprefix(ACCOUNT)
        mirrored = [one for one in objects if field in columns[one]]
        hidden = [one for one in objects if field in states.get(one, {})]
        if not mirrored:
            found[name] = (
                f"{name} was never read: it counts as empty until the next read after saving brings it."
            )
        elif len(hidden) == len(mirrored):
            found[name] = (
                f"{name} cannot be read from Salesforce any more: its last values count. Grant the integration"
                " user the field, or change the rule."
            )
    return found


def _held(
    settings: ModelSettings, column: dict[str, sql.Identifier], *, now: datetime
) -> tuple[sql.Composable, dict[str, object]]:
    """A row per person with a yes or no for each rule; what `type_of` decides, for all at once."""
    rules = settings.lead_types
    asked = rules.fields
    place = {name: sql.Identifier(f"f{number}") for number, name in enumerate(asked)}
    compiler = Compiler(lambda name: sql.Identifier(name) if name in OWN_FIELDS else place[name])
    no = sql.SQL("false")
    target = compiler.rule(rules.target_account) if rules.target_account else no
    customer = compiler.rule(rules.customer) if rules.customer else no
    held = [
        sql.SQL("{} AS {}").format(compiler.rule(rule), column[where])
        for where, rule in rules.rules()
        if where.startswith("priorities.")
    ]
    held += [sql.SQL("{0}").format(column[where]) for where in column if not where.startswith("priorities.")]
    columns = ruled_columns(rules)
    statement = sql.SQL(
        _PEOPLE
        + """
        , typed AS (
            SELECT known.*, {target}::text AS target_account,
                   CASE WHEN {customer} OR won THEN 'customer' WHEN running THEN 'open_opportunity'
                        ELSE 'new_business' END AS relation {own}
            FROM known
        )
        SELECT person_id {held} FROM typed
        """
    ).format(
        target=target,
        customer=customer,
        own=_further(
            sql.SQL("{} AS {}").format(value, column[where])
            for where, value in (("target_account", target), ("customer", customer))
            if where in column
        ),
        held=_further(held),
        leads=_wanted("lead", columns["Lead"]),
        contacts=_wanted("contact", columns["Contact"]),
        lead_account=sql.Identifier(columns["Lead"][ACCOUNT_ID])
        if ACCOUNT_ID in columns["Lead"]
        else sql.SQL("NULL"),
        fields=_further(
            sql.SQL("{} AS {}").format(_field(name, columns), where) for name, where in place.items()
        ),
    )
    paths = settings.paths
    return statement, {
        **compiler.values,
        "inbound": list(paths.inbound_sources),
        "outbound": list(paths.outbound_sources),
        "otherwise": paths.otherwise.value,
        "now": now,
    }


def _further(parts: Iterable[sql.Composable]) -> sql.Composable:
    return sql.SQL("").join(sql.SQL(", {}").format(part) for part in parts)


def _wanted(table: str, columns: dict[str, str]) -> sql.Composable:
    return _further(
        [
            sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(c))
            for c in sorted(set(columns.values()) - _ALWAYS)
        ]
    )


_ALWAYS = {"id", "created_at", "lead_source"}


def _field(name: str, columns: dict[str, dict[str, str]]) -> sql.Composable:
    """A field as text: of the account, or of the latest of a person's records whose object has it (`Known.field`)."""
    if name.startswith(ACCOUNT):
        of_account = columns["Account"].get(name.removeprefix(ACCOUNT))
        return (
            sql.SQL("account.{}::text").format(sql.Identifier(of_account))
            if of_account
            else sql.SQL("NULL::text")
        )
    told = {
        table: sql.SQL("{}.{}::text").format(sql.Identifier(table), sql.Identifier(columns[of][name]))
        for of, table in (("Lead", "lead"), ("Contact", "contact"))
        if name in columns[of]
    }
    if len(told) == 2:
        return sql.SQL(
            "CASE WHEN lead.id IS NULL OR (contact.created_at, contact.id) > (lead.created_at, lead.id)"
            " THEN {contact} ELSE {lead} END"
        ).format(**told)
    return next(iter(told.values()), sql.SQL("NULL::text"))


_PEOPLE = f"""
    WITH record AS (
        SELECT record.person_id, record.record_id AS id FROM leadmodel_personrecord record
        JOIN leadmodel_person person ON person.person_id = record.person_id AND NOT person.is_deleted
    ), lead AS (
        SELECT DISTINCT ON (record.person_id) record.person_id, lead.id, lead.created_at, lead.lead_source {{leads}}
        FROM record JOIN sync_lead lead ON lead.id = record.id WHERE lead.created_at IS NOT NULL
        ORDER BY record.person_id, lead.created_at DESC, lead.id DESC
    ), contact AS (
        SELECT DISTINCT ON (record.person_id) record.person_id, contact.id, contact.created_at, contact.lead_source
               {{contacts}}
        FROM record JOIN sync_contact contact ON contact.id = record.id WHERE contact.created_at IS NOT NULL
        ORDER BY record.person_id, contact.created_at DESC, contact.id DESC
    ), of_account AS (
        SELECT DISTINCT ON (person_id) person_id, account_id FROM (
            SELECT record.person_id, lead.created_at, lead.id, {{lead_account}} AS account_id
            FROM record JOIN sync_lead lead ON lead.id = record.id
            UNION ALL
            SELECT record.person_id, contact.created_at, contact.id, contact.account_id
            FROM record JOIN sync_contact contact ON contact.id = record.id
        ) told WHERE account_id IS NOT NULL AND created_at IS NOT NULL ORDER BY person_id, created_at DESC, id DESC
    ), deal AS (
        SELECT deal.id, deal.account_id, ended AND COALESCE(deal.is_won, false) AS won, NOT ended AS running
        FROM sync_opportunity deal CROSS JOIN LATERAL (
            SELECT COALESCE(deal.is_closed AND COALESCE(
                (SELECT min(created_at) FROM sync_opportunityhistory
                 WHERE opportunity_id = deal.id AND stage_name = deal.stage_name),
                deal.close_date::timestamp AT TIME ZONE 'UTC') <= %(now)s, false) AS ended
        ) ending WHERE deal.created_at IS NOT NULL AND deal.is_deleted IS NOT TRUE
    ), related AS (
        SELECT person_id, bool_or(won) AS won, bool_or(running) AS running FROM (
            SELECT record.person_id, deal.won, deal.running FROM record
            JOIN sync_opportunitycontactrole role ON role.contact_id = record.id AND role.is_deleted IS NOT TRUE
            JOIN deal ON deal.id = role.opportunity_id
            UNION ALL
            SELECT of_account.person_id, deal.won, deal.running FROM of_account
            JOIN deal ON deal.account_id = of_account.account_id
        ) tied GROUP BY person_id
    ), known AS (
        SELECT person.person_id, COALESCE(related.won, false) AS won, COALESCE(related.running, false) AS running,
               COALESCE(cycle.path, CASE
                   WHEN COALESCE(lead.lead_source, contact.lead_source) = ANY(%(inbound)s::text[]) THEN '{Path.INBOUND}'
                   WHEN COALESCE(lead.lead_source, contact.lead_source) = ANY(%(outbound)s::text[])
                   THEN '{Path.OUTBOUND}' ELSE %(otherwise)s END) AS path {{fields}}
        FROM leadmodel_person person
        LEFT JOIN leadmodel_cycle cycle
            ON cycle.person_id = person.person_id AND cycle.number = person.cycle_count
        LEFT JOIN lead ON lead.person_id = person.person_id
        LEFT JOIN contact ON contact.person_id = person.person_id
        LEFT JOIN of_account ON of_account.person_id = person.person_id
        LEFT JOIN sync_account account ON account.id = of_account.account_id
        LEFT JOIN related ON related.person_id = person.person_id
        WHERE NOT person.is_deleted
    )
"""
"""Each person as they stand in the mirror. The path is the latest cycle's, else what the source would make it."""
