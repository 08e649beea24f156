"""Which campaigns a node is asked about: those that its config names, else those of its input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from integrations.wildberries.keywords import whole_number
from workflows.node_type import Item, NodeContext, Permanent


def names_campaigns(config: Mapping[str, Any]) -> bool:
    """Whether a config as it is written, under either of the field's names, says which campaigns to ask about."""
    return config.get("campaignIds", config.get("campaign_ids")) is not None


def named_ids(context: NodeContext) -> list[int] | None:
    """The ids of the config's `campaign_ids` without repetitions; None when it names none."""
    named = context.config.campaign_ids
    return None if named is None else list(dict.fromkeys(named))


def campaigns_of(context: NodeContext) -> list[tuple[int, Item]]:
    """Items of the input with the ids of their campaigns. Items without one are counted in the log.

    Raises `Permanent` when not one of several items has an id: then the wrong node is connected.
    """
    found = [(whole_number(item.get("campaignId")), item) for item in context.items]
    known = [(campaign_id, item) for campaign_id, item in found if campaign_id is not None]
    if found and not known:
        raise Permanent("campaign_id_missing", _("Ни в одном входном элементе нет номера кампании campaignId"))
    if len(known) < len(found):
        context.log.warning(
            gettext_noop("Пропущено элементов без campaignId: %(count)s"), count=len(found) - len(known)
        )
    return known


def campaign_names(items: Sequence[Item]) -> dict[int, str]:
    """Campaign names by id, where the input tells them."""
    named = ((whole_number(item.get("campaignId")), item.get("name")) for item in items)
    return {campaign_id: name for campaign_id, name in named if campaign_id is not None and isinstance(name, str)}


def with_names(items: Sequence[Item], names: dict[int, str]) -> list[dict[str, Any]]:
    """The items, those of known campaigns with `campaignName` behind the id."""
    return [
        {"campaignId": item["campaignId"], "campaignName": names[item["campaignId"]], **item}
        if item["campaignId"] in names
        else item
        for item in items
    ]
