"""What was taken for advertising at Wildberries, document by document."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.wildberries.batches import window_batches
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.forecast import Size
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.limits import Method
from integrations.wildberries.money import expense_items
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, NodeContext, NodeType, Outcome, Port
from workflows.wildberries import steps
from workflows.wildberries.choices import PeriodChoice


class SpendChoice(PeriodChoice):
    """Which days, and which campaigns of the seller."""

    campaign_ids: tuple[int, ...] | None = Field(
        default=None,
        alias="campaignIds",
        title=gettext_noop("Номера кампаний"),
        description=gettext_noop("Если заданы, остаются только затраты этих кампаний. Пусто – всех"),
    )


class WbGetSpend(NodeType):
    """Asks thirty-one days at a time, for all campaigns of the seller at once."""

    type = "wb-get-spend"
    title = _("Получить затраты WB")
    description = _("Получает историю затрат на рекламу Wildberries: сколько, когда и за какую кампанию списано")
    group = "wildberries"
    Config = SpendChoice
    inputs = (Port("in", _("Запуск")),)
    outputs = (Port("spend_out", _("Затраты")), Port("errors", _("Чего не удалось получить")))
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    def requests(self, config: SpendChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        return {"upd": len(window_batches(*config.days(today)))}

    def run(self, context: NodeContext) -> Outcome:
        client = steps.client_of(context)
        begin, end = context.config.days(client.today)
        work = steps.gathering(context, lambda: Gathering.plan(window_batches(begin, end)))
        later = steps.go_on(context, work, lambda batch: _ask(client, batch))
        return later or _done(context, work)


def _ask(client: WildberriesClient, batch: Batch) -> Taken:
    return Taken(expense_items(client.expenses(batch["begin"], batch["end"])))


def _done(context: NodeContext, work: Gathering) -> Done:
    wanted = context.config.campaign_ids
    items = [item for item in work.collected if wanted is None or item["campaignId"] in wanted]
    nothing = _("Wildberries не дал истории затрат: %(reason)s")
    outcome = steps.done(work, "spend_out", items, code="no_spend", nothing=nothing)
    context.log.info(gettext_noop("Получено документов о затратах: %(count)s"), count=len(items))
    return outcome
