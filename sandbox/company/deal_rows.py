"""Rows of an opportunity: itself, its contact role, its stage history and its field history."""

from __future__ import annotations

from itertools import pairwise

from sandbox.company.happenings import Deal, Stage
from sandbox.company.meetings import STAGES
from sandbox.company.person import Person
from sandbox.company.setup import campaign_id
from sandbox.company.sink import Row, Sink, Value
from sandbox.company.stamps import day, instant
from sandbox.company.world import World

_FORECAST_NAMES = {"BestCase": "Best Case"}


def write_deal(sink: Sink, world: World, person: Person, deal: Deal, contact: Row) -> str:
    """Writes the opportunity as far as it has come by now; answers its Id."""
    reached = [stage for stage in deal.stages if stage.at <= world.now]
    opportunity = sink.opportunities.next()
    first = reached[0]
    close = day(deal.close)
    for stage in reached:
        sink.put("OpportunityHistory", _stage_row(sink, opportunity, stage, close))
    _field_history(sink, opportunity, reached)
    sink.put("Opportunity", _opportunity_row(world, person, deal, contact, opportunity, reached))
    sink.put(
        "OpportunityContactRole",
        {
            "Id": sink.roles.next(),
            "OpportunityId": opportunity,
            "ContactId": contact["Id"],
            "Role": "Evaluator",
            "IsPrimary": True,
            "CreatedDate": instant(first.at),
            "CreatedById": first.by.id,
            "LastModifiedDate": instant(first.at),
            "LastModifiedById": first.by.id,
            "SystemModstamp": instant(first.at),
            "IsDeleted": False,
        },
    )
    return opportunity


def _opportunity_row(
    world: World, person: Person, deal: Deal, contact: Row, opportunity: str, reached: list[Stage]
) -> Row:
    first, last = reached[0], reached[-1]
    facts = STAGES[last.name]
    return {
        "Id": opportunity,
        "IsDeleted": False,
        "AccountId": contact["AccountId"],
        "Name": deal.name,
        "StageName": last.name,
        "Amount": last.amount,
        "Probability": facts.probability,
        "ExpectedRevenue": _expected(last),
        "CloseDate": day(deal.close),
        "Type": "New Customer",
        "LeadSource": person.source.name,
        "IsClosed": facts.is_closed,
        "IsWon": facts.is_won,
        "ForecastCategory": facts.forecast_category,
        "ForecastCategoryName": _FORECAST_NAMES.get(facts.forecast_category, facts.forecast_category),
        "CampaignId": campaign_id(world.campaigns.number(person.source, person.arrival)),
        "OwnerId": deal.owner.id,
        "CreatedDate": instant(first.at),
        "CreatedById": first.by.id,
        "LastModifiedDate": instant(last.at),
        "LastModifiedById": last.by.id,
        "SystemModstamp": instant(last.at),
        "LastStageChangeDate": instant(last.at),
        "ContactId": contact["Id"],
    }


def _stage_row(sink: Sink, opportunity: str, stage: Stage, close: str) -> Row:
    facts = STAGES[stage.name]
    at = instant(stage.at)
    return {
        "Id": sink.stages.next(),
        "OpportunityId": opportunity,
        "CreatedById": stage.by.id,
        "CreatedDate": at,
        "StageName": stage.name,
        "Amount": stage.amount,
        "ExpectedRevenue": _expected(stage),
        "CloseDate": close,
        "Probability": facts.probability,
        "ForecastCategory": facts.forecast_category,
        "SystemModstamp": at,
        "IsDeleted": False,
    }


def _field_history(sink: Sink, opportunity: str, reached: list[Stage]) -> None:
    def told(stage: Stage, field: str, kind: str, old: Value, new: Value) -> None:
        sink.put(
            "OpportunityFieldHistory",
            {
                "Id": sink.histories.next(),
                "IsDeleted": False,
                "OpportunityId": opportunity,
                "CreatedById": stage.by.id,
                "CreatedDate": instant(stage.at),
                "Field": field,
                "DataType": kind,
                "OldValue": old,
                "NewValue": new,
            },
        )

    told(reached[0], "created", "Text", None, None)
    for before, stage in pairwise(reached):
        told(stage, "StageName", "DynamicEnum", before.name, stage.name)
        if before.amount != stage.amount:
            told(stage, "Amount", "Currency", str(before.amount), str(stage.amount))


def _expected(stage: Stage) -> float:
    return round(stage.amount * STAGES[stage.name].probability / 100, 2)
