"""What an opportunity's stage says about it."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.org.schema import Value
from sandbox.org.store import Row, Store

SETTING = "opportunity_stages"
"""The organisation's own stages: name → {"probability", "is_closed", "is_won", "forecast_category"}."""

_FORECAST_NAMES = {"BestCase": "Best Case", "Forecast": "Commit"}


@dataclass(frozen=True, slots=True)
class Stage:
    """What a stage means: the chance to win in percent, and whether the deal is over."""

    probability: float
    is_closed: bool = False
    is_won: bool = False
    forecast_category: str = "Pipeline"


_STANDARD = {
    "prospecting": Stage(10),
    "qualification": Stage(10),
    "needs analysis": Stage(20),
    "value proposition": Stage(50),
    "id. decision makers": Stage(60),
    "perception analysis": Stage(70),
    "proposal/price quote": Stage(75, forecast_category="BestCase"),
    "negotiation/review": Stage(90, forecast_category="BestCase"),
    "closed won": Stage(100, is_closed=True, is_won=True, forecast_category="Closed"),
    "closed lost": Stage(0, is_closed=True, forecast_category="Omitted"),
}


def stage_of(store: Store, name: str) -> Stage:
    """The stage of this name; one the organisation never declared counts as open, at 50 %."""
    for declared, parts in store.setting(SETTING, {}).items():
        if declared.lower() == name.lower():
            return Stage(**parts)
    return _STANDARD.get(name.lower(), Stage(50))


def consequences(store: Store, values: Row, current: Row) -> dict[str, Value]:
    """The fields that follow from a written StageName, Probability or Amount."""
    merged = {**current, **values}
    followed: dict[str, Value] = {}
    if "StageName" in values:
        stage = stage_of(store, str(values["StageName"]))
        followed = {
            "IsClosed": stage.is_closed,
            "IsWon": stage.is_won,
            "Probability": values.get("Probability", stage.probability),
            "ForecastCategory": values.get("ForecastCategory", stage.forecast_category),
        }
        category = str(followed["ForecastCategory"])
        followed["ForecastCategoryName"] = _FORECAST_NAMES.get(category, category)
    merged.update(followed)
    amount, probability = merged.get("Amount"), merged.get("Probability")
    if isinstance(amount, int | float) and isinstance(probability, int | float):
        followed["ExpectedRevenue"] = round(amount * probability / 100, 2)
    else:
        followed["ExpectedRevenue"] = None
    return followed
