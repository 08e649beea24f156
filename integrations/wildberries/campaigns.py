"""PURE: from Wildberries campaigns to items, and which campaigns a config means."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from integrations.wildberries.schemas import CampaignDetails, CampaignGroup

STATUSES = frozenset({-1, 4, 7, 8, 9, 11})
"""Being deleted, ready, finished, cancelled, active, paused."""

CURRENT_TYPES = frozenset({8, 9})
"""9: single or manual bid; 8: the obsolete single bid, still found in old accounts."""

RETIRED_TYPES = frozenset({4, 5, 6, 7})
"""Catalogue, card, search, recommendations: Wildberries makes none of these since October 2025."""

TYPES = CURRENT_TYPES | RETIRED_TYPES

WITH_STATISTICS = frozenset({7, 9, 11})
"""Statuses that Wildberries has statistics for."""


def types_meant(types: Collection[int]) -> frozenset[int]:
    """The types to look for. A retired type stands for the current ones, since nothing else can be meant today."""
    asked = frozenset(types)
    return (asked - RETIRED_TYPES) | CURRENT_TYPES if asked & RETIRED_TYPES else asked


def chosen(
    groups: Iterable[CampaignGroup], *, statuses: Collection[int], types: Collection[int]
) -> dict[int, CampaignGroup]:
    """Ids of the campaigns with one of these statuses and types (empty: any), each with the group that lists it."""
    return {
        campaign.id: group
        for group in groups
        if (not statuses or group.status in statuses) and (not types or group.type in types)
        for campaign in group.campaigns
    }


def campaign_item(campaign_id: int, *, type: int, status: int, details: CampaignDetails | None) -> dict[str, Any]:
    """The item of one campaign. Campaigns of retired types have no details: then only id, type and status are told."""
    if details is None:
        details = CampaignDetails(id=campaign_id, status=status)
    return {
        "campaignId": campaign_id,
        "name": details.settings.name,
        "type": type,
        "status": details.status,
        "paymentType": details.settings.payment_type,
        "bidType": details.bid_type,
        "currency": details.currency,
        "nmIds": [article.nm_id for article in details.articles],
        "placements": {
            "search": details.settings.placements.search,
            "recommendations": details.settings.placements.recommendations,
        },
        "createdAt": details.timestamps.created,
        "startedAt": details.timestamps.started,
        "updatedAt": details.timestamps.updated,
    }
