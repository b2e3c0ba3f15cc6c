"""Target accounts that nobody works (M18, R126, R127): a part of the settings. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from leadmodel.lifecycle.lead_types import ACCOUNT, LeadTypes
from leadmodel.lifecycle.section import Section

MOST_DAYS = 3650


class IdleAccounts(Section):
    """How long a target account may go without a counted touch by its owner, in calendar days (M17)."""

    after_days: Annotated[float, Field(gt=0, le=MOST_DAYS)] = 30
    """Then it is idle, and its owner is told, once."""
    tell_manager_after_days: Annotated[float, Field(ge=0, le=MOST_DAYS)] | None = 14
    """After that their manager is told, once; None: never."""

    @property
    def after(self) -> timedelta:
        """How long it may go; exactly this is in time."""
        return timedelta(days=self.after_days)

    @property
    def tell_manager_after(self) -> timedelta | None:
        """How long after that the manager is told; None: never."""
        days = self.tell_manager_after_days
        return None if days is None else timedelta(days=days)


def check_rule(types: LeadTypes) -> None:
    """Raise ValueError where the rule of target accounts does not tell of every account whether it is one."""
    rule = types.target_account
    if rule is None:
        raise ValueError(
            "idle_accounts is on but lead_types has no rule target_account; write one, or idle_accounts: null"
        )
    others = sorted({one.field for one in rule.conditions() if not one.field.startswith(ACCOUNT)})
    if others:
        raise ValueError(
            f"idle_accounts is on but lead_types.target_account asks for {others[0]}, a field of people; write it"
            f" of fields of the account alone, like {ACCOUNT}Industry, or idle_accounts: null"
        )
