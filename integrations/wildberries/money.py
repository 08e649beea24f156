"""PURE: what campaigns may spend and have spent, as items with the names used in workflows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.wildberries.schemas import CampaignBudget, Expense


def budget_items(budgets: Iterable[CampaignBudget]) -> list[dict[str, Any]]:
    """One item per campaign, in currency units."""
    return [{"campaignId": one.id, "budget": one.total, "currency": one.currency} for one in budgets]


def expense_items(expenses: Iterable[Expense]) -> list[dict[str, Any]]:
    """One item per document. Those that are not taken yet have no time."""
    return [
        {
            "campaignId": one.campaign_id,
            "campaignName": one.campaign_name,
            "date": one.at[:10] if one.at else None,
            "chargedAt": one.at,
            "spend": one.sum,
            "source": one.source,
            "document": one.number,
            "type": one.campaign_type,
            "status": one.campaign_status,
        }
        for one in expenses
    ]
