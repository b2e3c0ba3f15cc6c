"""Gather what opportunities tell of a batch of people: stages reached, and the deals that ran (M8, M14, R054)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2's class is lower-case

from leadmodel.filling import any_of
from leadmodel.lifecycle.facts import Change, Deal, DealEnd, OpportunityStep, Tracked
from leadmodel.lifecycle.settings import Qualified
from sync.fields import column_of
from sync.gone import gone_at


@dataclass(frozen=True)
class ClosedStages:
    """The stages of opportunities that are an end, as the opportunities that stand at them say."""

    won: frozenset[str]
    lost: frozenset[str]

    def end_of(self, stage: str | None) -> DealEnd | None:
        """How an opportunity at this stage has ended."""
        if stage in self.won:
            return DealEnd.WON
        return DealEnd.LOST if stage in self.lost else None


def read_closed_stages(cursor: Cursor) -> ClosedStages:
    """From some index look-ups for each stage there is, however many opportunities.

    Of deleted ones only where no other stands there: what a stage means may have changed since.
    """
    at_it = "deal.stage_name = stage.name AND NOT (there.is_any AND deal.is_deleted IS TRUE)"
    cursor.execute(
        f"""
        WITH RECURSIVE stage (name) AS (
            (SELECT stage_name FROM sync_opportunity WHERE stage_name IS NOT NULL ORDER BY stage_name LIMIT 1)
            UNION ALL
            SELECT (SELECT stage_name FROM sync_opportunity WHERE stage_name > stage.name
                    ORDER BY stage_name LIMIT 1) FROM stage WHERE stage.name IS NOT NULL
        )
        SELECT stage.name,
               EXISTS (SELECT FROM sync_opportunity deal WHERE {at_it} AND deal.is_won),
               EXISTS (SELECT FROM sync_opportunity deal WHERE {at_it} AND deal.is_closed AND NOT deal.is_won)
        FROM stage CROSS JOIN LATERAL (
            SELECT EXISTS (SELECT FROM sync_opportunity deal
                           WHERE deal.stage_name = stage.name AND deal.is_deleted IS NOT TRUE) AS is_any
        ) there
        WHERE stage.name IS NOT NULL
        """
    )
    rows = cursor.fetchall()
    won = frozenset(name for name, is_won, _ in rows if is_won)
    return ClosedStages(won, frozenset(name for name, _, is_lost in rows if is_lost) - won)


def opportunity_steps(
    cursor: Cursor, contacts: str, closed: ClosedStages, qualified: Qualified
) -> Iterator[OpportunityStep]:
    """The stages reached that mean something, for each contact role of these Contacts.

    Nothing is reached before the role was added; what stood then is reached at that moment. What was reached stays so
    when the role is taken away, or goes with the contact or the opportunity: from then on nothing more is (K7).
    """
    reason = column_of("Opportunity", qualified.loss_reason_field)
    cursor.execute(
        f"""
        SELECT role.contact_id, role.opportunity_id, GREATEST(step.at, role.created_at), step.actor, step.stage,
               {f'deal."{reason}"' if reason else "NULL::text"}, role.is_primary
        FROM sync_opportunitycontactrole role
        JOIN sync_opportunity deal ON deal.id = role.opportunity_id
        CROSS JOIN LATERAL (
            SELECT created_at, created_by_id, stage_name,
                   lead(created_at) OVER (ORDER BY created_at, id)
            FROM sync_opportunityhistory WHERE opportunity_id = role.opportunity_id
        ) step (at, actor, stage, next_at)
        WHERE role.contact_id = {any_of("contacts")}
          AND (step.next_at IS NULL OR step.next_at > role.created_at) AND step.stage = ANY(%(stages)s)
          AND (GREATEST(step.at, role.created_at) < {gone_at("role")}) IS NOT FALSE
        """,
        {"contacts": contacts, "stages": sorted(qualified.all_stages | closed.won | closed.lost)},
    )
    for record_id, opportunity_id, at, actor, stage, why, is_primary in cursor.fetchall():
        end = closed.end_of(stage)
        if is_primary or end is not None or not qualified.primary_role_only:
            told = why if end is DealEnd.LOST else None
            counted = stage if is_primary or not qualified.primary_role_only else ""
            yield OpportunityStep(record_id, opportunity_id, at, actor, counted, end, told)


def deals(cursor: Cursor, contacts: str, accounts: str) -> Iterator[Deal]:
    """The opportunities of these Contacts, by contact role, and of these accounts, as long as they ran."""
    cursor.execute(
        f"""
        WITH tied AS (
            SELECT contact_id AS tie, opportunity_id, created_at AS tied_at, {gone_at("role")} AS until
            FROM sync_opportunitycontactrole role WHERE contact_id = {any_of("contacts")}
            UNION ALL
            SELECT account_id, id, created_at, NULL FROM sync_opportunity
            WHERE account_id = {any_of("accounts")}
        )
        SELECT tied.tie, deal.id, GREATEST(deal.created_at, tied.tied_at),
               -- the later of nothing and something is something, but what runs on ended at no time
               CASE WHEN deal.is_closed THEN GREATEST(ending.at, tied.tied_at) END,
               COALESCE(deal.is_won, false), deal.owner_id,
               LEAST(tied.until, {gone_at("deal")})
        FROM tied JOIN sync_opportunity deal ON deal.id = tied.opportunity_id
        LEFT JOIN LATERAL (
            SELECT COALESCE(min(created_at), deal.close_date::timestamp AT TIME ZONE 'UTC') AS at
            FROM sync_opportunityhistory
            WHERE opportunity_id = deal.id AND stage_name = deal.stage_name
        ) ending ON deal.is_closed
        WHERE deal.created_at IS NOT NULL
        """,
        {"contacts": contacts, "accounts": accounts},
    )
    yield from map(Deal._make, cursor.fetchall())


def owner_changes(cursor: Cursor, found: str) -> Iterator[Change]:
    """When these opportunities changed hands."""
    cursor.execute(
        "SELECT opportunity_id, created_at, created_by_id, old_value, new_value, id FROM sync_opportunityfieldhistory"
        " WHERE opportunity_id = ANY(%s::text[]) AND field = 'Owner'",
        [found],
    )
    for deal_id, at, actor, old, new, row_id in cursor.fetchall():
        yield Change(deal_id, Tracked.OWNER, at, actor, old, new, "OpportunityFieldHistory", row_id)
