"""What Wildberries campaigns may still spend."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from integrations.wildberries.batches import id_chunks
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.forecast import Size, id_requests
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.limits import Method
from integrations.wildberries.money import budget_items
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, NodeContext, NodeType, Outcome, Port
from workflows.wildberries import steps
from workflows.wildberries.campaign_ids import campaign_names, campaigns_of, named_ids, names_campaigns, with_names
from workflows.wildberries.choices import CampaignsField, SellerChoice


class BudgetChoice(SellerChoice):
    """Which campaigns."""

    campaign_ids: tuple[int, ...] | None = CampaignsField()


class WbGetBudget(NodeType):
    """Asks fifty campaigns at a time."""

    type = "wb-get-budget"
    title = _("Получить бюджеты WB")
    description = _("Получает остаток бюджета рекламных кампаний Wildberries")
    group = "wildberries"
    Config = BudgetChoice
    inputs = (Port("campaigns_in", _("Кампании"), required=True),)
    outputs = (Port("budgets_out", _("Бюджеты")), Port("errors", _("Чего не удалось получить")))
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    @classmethod
    def needs_input(cls, config: Mapping[str, Any]) -> bool:
        return not names_campaigns(config)

    def requests(self, config: BudgetChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        return {"budget": id_requests(size.campaigns if config.campaign_ids is None else len(set(config.campaign_ids)))}

    def run(self, context: NodeContext) -> Outcome:
        ids = _asked(context) if context.progress is None else []
        if context.progress is None and not ids:
            context.log.info(gettext_noop("Нет кампаний: запросов не было"))
            return Done({"budgets_out": []})
        client = steps.client_of(context)
        work = steps.gathering(context, lambda: Gathering.plan({"ids": list(chunk)} for chunk in id_chunks(ids)))
        later = steps.go_on(context, work, lambda batch: _ask(client, batch))
        return later or _done(context, work)


def _asked(context: NodeContext) -> list[int]:
    named = named_ids(context)
    return list(dict.fromkeys(campaign for campaign, _item in campaigns_of(context))) if named is None else named


def _ask(client: WildberriesClient, batch: Batch) -> Taken:
    found = [one for one in client.budgets(batch["ids"]) if one.id in batch["ids"]]
    missing = sorted(set(batch["ids"]) - {one.id for one in found})
    return Taken(budget_items(found), missing={"ids": missing} if missing else None)


def _done(context: NodeContext, work: Gathering) -> Done:
    items = with_names(work.collected, campaign_names(context.items))
    nothing = _("Wildberries не дал ни одного бюджета: %(reason)s")
    outcome = steps.done(work, "budgets_out", items, code="no_budgets", nothing=nothing)
    context.log.info(gettext_noop("Получено бюджетов: %(count)s"), count=len(items))
    return outcome
