"""Statistics of Wildberries campaigns: views, clicks, orders, spend and revenue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.wildberries.batches import statistics_batches
from integrations.wildberries.campaigns import WITH_STATISTICS
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.forecast import Size, day_count, id_requests
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.limits import Method
from integrations.wildberries.statistics import Level, merged, statistic_items
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, NodeContext, NodeType, Outcome, Port
from workflows.wildberries import steps
from workflows.wildberries.campaign_ids import campaign_names, campaigns_of, named_ids, names_campaigns, with_names
from workflows.wildberries.choices import CampaignsField, PeriodChoice


class StatisticsChoice(PeriodChoice):
    """Which campaigns, which days, and how finely cut."""

    level: Level = Field(
        default="day",
        title=gettext_noop("Подробность"),
        description=gettext_noop(
            "Строка на кампанию (campaign), на кампанию и день (day), ещё и на платформу (app), ещё и на товар (nm)"
        ),
    )
    campaign_ids: tuple[int, ...] | None = CampaignsField()


class WbGetStatistics(NodeType):
    """Asks fifty campaigns and thirty-one days at a time; gives its worker back while it waits for the next slot."""

    type = "wb-get-statistics"
    title = _("Получить статистику WB")
    description = _("Получает показы, клики, заказы и расходы рекламных кампаний Wildberries за период")
    group = "wildberries"
    Config = StatisticsChoice
    inputs = (Port("campaigns_in", _("Кампании"), required=True),)
    outputs = (Port("stats_out", _("Статистика")), Port("errors", _("Чего не удалось получить")))
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    @classmethod
    def needs_input(cls, config: Mapping[str, Any]) -> bool:
        return not names_campaigns(config)

    def requests(self, config: StatisticsChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        ids = size.campaigns if config.campaign_ids is None else len(set(config.campaign_ids))
        return {"fullstats": id_requests(ids, day_count(config.days(today)))}

    def run(self, context: NodeContext) -> Outcome:
        ids = _asked(context) if context.progress is None else []
        if context.progress is None and not ids:
            context.log.info(gettext_noop("Нет кампаний со статистикой: запросов не было"))
            return Done({"stats_out": []})
        client = steps.client_of(context)
        begin, end = context.config.days(client.today)
        work = steps.gathering(
            context,
            lambda: Gathering.plan(statistics_batches(ids, begin, end), begin=begin.isoformat(), end=end.isoformat()),
        )
        return steps.go_on(context, work, lambda batch: _ask(context, client, batch)) or _done(context, work)


def _ask(context: NodeContext, client: WildberriesClient, batch: Batch) -> Taken:
    """Campaigns that are missing among others are told; when all are, there is simply no data."""
    found = [one for one in client.full_stats(batch["ids"], batch["begin"], batch["end"]) if one.id in batch["ids"]]
    missing = sorted(set(batch["ids"]) - {one.id for one in found})
    if missing:
        context.log.info(gettext_noop("Без статистики за период: кампаний %(count)s"), count=len(missing))
    items = statistic_items(found, context.config.level)
    return Taken(items, missing={"ids": missing} if missing else None)


def _asked(context: NodeContext) -> list[int]:
    """Ids of the campaigns to ask for: those of the config, else those of the input that can have statistics."""
    named = named_ids(context)
    if named is not None:
        return named
    known = campaigns_of(context)
    ids = [campaign for campaign, item in known if item.get("status") in (None, *WITH_STATISTICS)]
    if len(ids) < len(known):
        context.log.info(
            gettext_noop("Пропущено кампаний в статусах, по которым нет статистики: %(count)s"),
            count=len(known) - len(ids),
        )
    return list(dict.fromkeys(ids))


def _done(context: NodeContext, work: Gathering) -> Done:
    items = with_names(merged(work.collected), campaign_names(context.items))
    nothing = _("Wildberries не дал статистики ни по одной кампании: %(reason)s")
    outcome = steps.done(work, "stats_out", items, code="no_statistics", nothing=nothing)
    context.log.info(
        gettext_noop("Получена статистика с %(begin)s по %(end)s: кампаний %(campaigns)s, строк %(rows)s"),
        begin=work.facts["begin"],
        end=work.facts["end"],
        campaigns=len({item["campaignId"] for item in items}),
        rows=len(items),
    )
    return outcome
