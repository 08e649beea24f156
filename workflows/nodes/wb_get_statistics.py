"""Statistics of Wildberries campaigns: views, clicks, orders, spend and revenue."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from integrations.errors import Cancelled, CircuitOpen, ForbiddenTarget, OutboundError, RateLimited
from integrations.wildberries.batches import date_range
from integrations.wildberries.campaigns import WITH_STATISTICS
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.collection import Collection
from integrations.wildberries.errors import AccessDenied, TokenRejected, sentence_of
from integrations.wildberries.statistics import Level
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Config, Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port

DEFAULT_REST_SECONDS = 20.0
MAX_REFUSALS = 5
"""How often in a row the same request may be answered 429 before the step fails."""

HAND_BACK_SECONDS = 45.0
"""With less time than this left, a step with more to ask is run again instead: one request may take thirty."""

STOPPING = (TokenRejected, AccessDenied, ForbiddenTarget, Cancelled)
"""Refusals that would meet every other request too."""


class StatisticsChoice(Config):
    """Which campaigns, which days, and how finely cut."""

    period: int = Field(
        default=7,
        ge=1,
        le=366,
        title=gettext_noop("Период, дней"),
        description=gettext_noop("Сколько последних полных суток по Москве; сегодняшний день не входит"),
    )
    level: Level = Field(
        default="day",
        title=gettext_noop("Подробность"),
        description=gettext_noop(
            "Строка на кампанию (campaign), на кампанию и день (day), ещё и на платформу (app), ещё и на товар (nm)"
        ),
    )
    campaign_ids: tuple[int, ...] | None = Field(
        default=None,
        alias="campaignIds",
        title=gettext_noop("Номера кампаний"),
        description=gettext_noop("Если заданы, спрашиваются только эти кампании, и вход можно не соединять"),
    )
    begin_date: dt.date | None = Field(
        default=None,
        alias="beginDate",
        title=gettext_noop("Первый день"),
        description=gettext_noop("По Москве, ГГГГ-ММ-ДД; вместе с последним днём заменяет период"),
    )
    end_date: dt.date | None = Field(
        default=None,
        alias="endDate",
        title=gettext_noop("Последний день"),
        description=gettext_noop("По Москве, ГГГГ-ММ-ДД; без первого дня период кончается этим днём"),
    )

    @model_validator(mode="after")
    def _begins_before_it_ends(self) -> Self:
        if self.begin_date and self.end_date and self.begin_date > self.end_date:
            raise ValueError(gettext_noop("первый день (beginDate) позже последнего (endDate)"))
        return self


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
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    @classmethod
    def needs_input(cls, config: Mapping[str, Any]) -> bool:
        return config.get("campaignIds", config.get("campaign_ids")) is None

    def run(self, context: NodeContext) -> Outcome:
        names = _names(context.items)
        ids = _asked(context) if context.progress is None else context.progress["ids"]
        if not ids:
            context.log.info(gettext_noop("Нет кампаний со статистикой: запросов не было"))
            return Done({"stats_out": []})
        client = context.connect(WildberriesClient)
        collection = _collection(context, ids, today=client.today)
        later = self._collect(context, client, collection)
        return later or _done(context, collection, names)

    def _collect(self, context: NodeContext, client: WildberriesClient, collection: Collection) -> Later | None:
        """Makes the requests of this round; gives when and with what to go on, or None when there is no more to ask."""
        while batch := collection.next_batch():
            if collection.answered and context.deadline - time.monotonic() < HAND_BACK_SECONDS:
                return Later(0.0, "time_slice", collection.to_json())
            try:
                missing = collection.add(client.full_stats(batch))
            except (RateLimited, CircuitOpen) as error:
                return _wait(error, collection)
            except STOPPING:
                raise
            except OutboundError as error:
                if error.transient and not collection.answered:
                    raise
                _note(context, collection, error)
            else:
                if missing:
                    context.log.info(gettext_noop("Без статистики за период: кампаний %(count)s"), count=missing)
        if collection.failed:
            return Later(collection.start_round(), "server_fault", collection.to_json())
        return None


def _asked(context: NodeContext) -> list[int]:
    """Ids of the campaigns to ask for: those of the config, else those of the input that can have statistics."""
    if context.config.campaign_ids is not None:
        return list(dict.fromkeys(context.config.campaign_ids))
    found = [(_campaign_id(item), item.get("status")) for item in context.items]
    nameless = sum(1 for campaign_id, _status in found if campaign_id is None)
    if found and nameless == len(found):
        raise Permanent("campaign_id_missing", _("Ни в одном входном элементе нет номера кампании campaignId"))
    if nameless:
        context.log.warning(gettext_noop("Пропущено элементов без campaignId: %(count)s"), count=nameless)
    known = [(campaign_id, status) for campaign_id, status in found if campaign_id is not None]
    ids = [campaign_id for campaign_id, status in known if status is None or status in WITH_STATISTICS]
    if len(ids) < len(known):
        context.log.info(
            gettext_noop("Пропущено кампаний в статусах, по которым нет статистики: %(count)s"),
            count=len(known) - len(ids),
        )
    return list(dict.fromkeys(ids))


def _collection(context: NodeContext, ids: Sequence[int], *, today: dt.date) -> Collection:
    """What an earlier run of this step has, or a plan whose days do not change any more, however long it takes."""
    if context.progress is not None:
        collection = Collection.from_json(context.progress)
    else:
        config = context.config
        begin, end = date_range(begin=config.begin_date, end=config.end_date, period=config.period, today=today)
        collection = Collection.plan(ids, begin=begin, end=end, level=config.level)
    collection.begin_with(context.tries)
    return collection


def _wait(error: OutboundError, collection: Collection) -> Later:
    """Not a failure: the limit or the breaker says when to go on. Only endless refusals are one."""
    if error.details.get("status") == 429:
        collection.refusals += 1
    if collection.refusals > MAX_REFUSALS:
        raise error
    rest = error.retry_after or DEFAULT_REST_SECONDS
    return Later(rest, error.code, collection.to_json(), host=error.details.get("host"))


def _note(context: NodeContext, collection: Collection, error: OutboundError) -> None:
    batch = collection.next_batch()
    if error.transient:
        collection.postpone(error)
    else:
        collection.refuse(error)
    context.log.warning(
        gettext_noop("Запрос статистики не удался (кампаний %(count)s, с %(begin)s по %(end)s): %(error)s"),
        count=len(batch.ids) if batch else 0,
        begin=str(collection.begin),
        end=str(collection.end),
        error=sentence_of(error),
    )


def _done(context: NodeContext, collection: Collection, names: Mapping[int, str]) -> Done:
    if not collection.answered:
        message = _("Wildberries не дал статистики ни по одной кампании: %(reason)s")
        raise Permanent("no_statistics", message, reason=collection.reason, errors=collection.errors)
    items = [_named(item, names) for item in collection.items]
    context.log.info(
        gettext_noop("Получена статистика с %(begin)s по %(end)s: кампаний %(campaigns)s, строк %(rows)s"),
        begin=str(collection.begin),
        end=str(collection.end),
        campaigns=len({item["campaignId"] for item in items}),
        rows=len(items),
    )
    ports: dict[str, Sequence[Item]] = {"stats_out": items}
    if collection.errors:
        ports["errors"] = collection.errors
    return Done(ports)


def _names(items: Sequence[Item]) -> dict[int, str]:
    """Campaign names by id, where the input tells them."""
    named = ((_campaign_id(item), item.get("name")) for item in items)
    return {campaign_id: name for campaign_id, name in named if campaign_id is not None and isinstance(name, str)}


def _named(item: Item, names: Mapping[int, str]) -> Item:
    campaign_id = item["campaignId"]
    return {"campaignId": campaign_id, "campaignName": names[campaign_id], **item} if campaign_id in names else item


def _campaign_id(item: Item) -> int | None:
    value = item.get("campaignId")
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        return None
