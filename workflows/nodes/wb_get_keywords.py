"""Search queries that brought people to Wildberries campaigns, and what they cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import TooLarge, UnsafeAnswer
from integrations.wildberries.batches import Pair, pair_batches
from integrations.wildberries.campaigns import WITH_STATISTICS
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.forecast import Size, day_count, pair_requests
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.keywords import KeywordLevel, items_by_day, items_in_total, merged_keywords, pairs_of
from integrations.wildberries.limits import Method
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Config, Done, NodeContext, NodeType, Outcome, Permanent, Port
from workflows.wildberries import steps
from workflows.wildberries.campaign_ids import campaign_names, with_names
from workflows.wildberries.choices import PeriodChoice


class CampaignArticle(Config):
    """A campaign and an article that it advertises."""

    campaign_id: int = Field(
        alias="campaignId", title=gettext_noop("Номер кампании"), description=gettext_noop("advertId в Wildberries")
    )
    nm_id: int = Field(
        alias="nmId", title=gettext_noop("Артикул"), description=gettext_noop("nmId: номер карточки товара")
    )


class KeywordChoice(PeriodChoice):
    """Which campaigns and articles, which days, and whether the days are told apart."""

    level: KeywordLevel = Field(
        default="day",
        title=gettext_noop("Подробность"),
        description=gettext_noop("Строка на запрос и день (day) или на запрос за все дни вместе (total)"),
    )
    pairs: tuple[CampaignArticle, ...] | None = Field(
        default=None,
        title=gettext_noop("Кампании и артикулы"),
        description=gettext_noop("Если заданы, спрашиваются только эти пары, и вход можно не соединять"),
    )


class WbGetKeywords(NodeType):
    """Asks a hundred pairs of campaign and article and thirty days at a time, fewer where the answer is too long."""

    type = "wb-get-keywords"
    title = _("Получить запросы WB")
    description = _("Получает показы, клики и расходы рекламных кампаний Wildberries по поисковым запросам")
    group = "wildberries"
    Config = KeywordChoice
    inputs = (Port("campaigns_in", _("Кампании"), required=True),)
    outputs = (Port("keywords_out", _("Запросы")), Port("errors", _("Чего не удалось получить")))
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    @classmethod
    def needs_input(cls, config: Mapping[str, Any]) -> bool:
        return config.get("pairs") is None

    def requests(self, config: KeywordChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        pairs = size.pairs if config.pairs is None else len(config.pairs)
        count = pair_requests(pairs, day_count(config.days(today)))
        return {"normquery_v1" if config.level == "day" else "normquery_v0": count}

    def run(self, context: NodeContext) -> Outcome:
        pairs = _asked(context) if context.progress is None else []
        if context.progress is None and not pairs:
            context.log.info(gettext_noop("Нет кампаний с товарами: запросов не было"))
            return Done({"keywords_out": []})
        client = steps.client_of(context)
        begin, end = context.config.days(client.today)
        work = steps.gathering(
            context,
            lambda: Gathering.plan(pair_batches(pairs, begin, end), begin=begin.isoformat(), end=end.isoformat()),
        )
        later = steps.go_on(context, work, lambda batch: _ask(client, batch, context.config.level))
        return later or _done(context, work)


def _asked(context: NodeContext) -> list[Pair]:
    """The pairs of the config, else those of the campaigns of the input that can have figures."""
    if context.config.pairs is not None:
        return [(pair.campaign_id, pair.nm_id) for pair in context.config.pairs]
    if context.items and not any("campaignId" in item for item in context.items):
        raise Permanent("campaign_id_missing", _("Ни в одном входном элементе нет номера кампании campaignId"))
    return pairs_of(item for item in context.items if item.get("status") in (None, *WITH_STATISTICS))


def _ask(client: WildberriesClient, batch: Batch, level: KeywordLevel) -> Taken:
    """An answer that is too long is asked for in halves."""
    pairs = [(campaign, article) for campaign, article in batch["pairs"]]
    try:
        if level == "day":
            by_day = client.queries_by_day(pairs, batch["begin"], batch["end"])
            told, items = {(pair.campaign_id, pair.nm_id) for pair in by_day}, items_by_day(by_day)
        else:
            in_total = client.queries_in_total(pairs, batch["begin"], batch["end"])
            told, items = {(pair.campaign_id, pair.nm_id) for pair in in_total}, items_in_total(in_total)
    except (TooLarge, UnsafeAnswer):
        if len(pairs) == 1:
            raise
        middle = len(pairs) // 2
        halves = (batch["pairs"][:middle], batch["pairs"][middle:])
        return Taken(following=[{**batch, "pairs": half} for half in halves])
    missing = [list(pair) for pair in pairs if pair not in told]
    asked = set(pairs)
    known = [item for item in items if (item["campaignId"], item["nmId"]) in asked]
    return Taken(known, missing={"pairs": missing} if missing else None)


def _done(context: NodeContext, work: Gathering) -> Done:
    items = with_names(merged_keywords(work.collected), campaign_names(context.items))
    nothing = _("Wildberries не дал статистики ни по одному запросу: %(reason)s")
    outcome = steps.done(work, "keywords_out", items, code="no_keywords", nothing=nothing)
    context.log.info(
        gettext_noop("Получены поисковые запросы с %(begin)s по %(end)s: строк %(rows)s"),
        begin=work.facts["begin"],
        end=work.facts["end"],
        rows=len(items),
    )
    return outcome
