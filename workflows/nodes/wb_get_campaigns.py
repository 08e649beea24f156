"""Campaigns of a Wildberries seller, chosen by status and type."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from integrations.wildberries.batches import id_chunks
from integrations.wildberries.campaigns import RETIRED_TYPES, STATUSES, TYPES, campaign_item, chosen, types_meant
from integrations.wildberries.client import WildberriesClient
from integrations.wildberries.forecast import Size, id_requests
from integrations.wildberries.gathering import Batch, Gathering, Taken
from integrations.wildberries.limits import Method
from integrations.wildberries.tokens import WARNING_DAYS
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, NodeContext, NodeType, Outcome, Port
from workflows.wildberries import steps
from workflows.wildberries.choices import Numbers, SellerChoice

LIST: Batch = {"what": "list"}
"""The first request: all campaigns of the seller."""


class CampaignChoice(SellerChoice):
    """Which campaigns are meant. Nothing and an empty list mean any."""

    status: Numbers = Field(
        default=None,
        title=gettext_noop("Статус"),
        description=gettext_noop(
            "Один или несколько: −1 удаляется, 4 готова, 7 завершена, 8 отменена, 9 активна, 11 на паузе. Пусто – любой"
        ),
    )
    type: Numbers = Field(
        default=None,
        title=gettext_noop("Тип"),
        description=gettext_noop(
            "Один или несколько: 9 – действующий, 8 – устаревший; 4–7 отменены и означают любой текущий. Пусто – любой"
        ),
    )

    @field_validator("status")
    @classmethod
    def _known_status(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if not set(value or ()) <= STATUSES:
            raise ValueError(gettext_noop("такого статуса нет, возможны −1, 4, 7, 8, 9 и 11"))
        return value

    @field_validator("type")
    @classmethod
    def _known_type(cls, value: tuple[int, ...] | None) -> tuple[int, ...] | None:
        if not set(value or ()) <= TYPES:
            raise ValueError(gettext_noop("такого типа нет, возможны числа от 4 до 9"))
        return value


class WbGetCampaigns(NodeType):
    """Lists all campaigns, keeps those that are meant, and fetches their details fifty at a time."""

    type = "wb-get-campaigns"
    title = _("Получить кампании WB")
    description = _("Получает рекламные кампании продавца Wildberries с названиями, оплатой и товарами")
    group = "wildberries"
    Config = CampaignChoice
    inputs = (Port("in", _("Запуск")),)
    outputs = (Port("campaigns_out", _("Кампании")), Port("errors", _("Чего не удалось получить")))
    weight = "io"
    only_reads = True
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    def requests(self, config: CampaignChoice, size: Size, today: dt.date) -> Mapping[Method, int]:
        return {"count": 1, "adverts": id_requests(size.campaigns)}

    def run(self, context: NodeContext) -> Outcome:
        client = steps.client_of(context)
        work = steps.gathering(context, lambda: Gathering.plan([LIST]))
        later = steps.go_on(
            context,
            work,
            lambda batch: _listed(context, client, work) if batch == LIST else _details(client, batch, work),
        )
        return later or _done(context, work)


def _listed(context: NodeContext, client: WildberriesClient, work: Gathering) -> Taken:
    """The campaigns that are meant; their details are to be asked for next."""
    statuses, types = context.config.status or (), context.config.type or ()
    groups = client.campaign_groups()
    days_left = client.token_days_left
    if days_left is not None and days_left <= WARNING_DAYS:
        context.log.warning(gettext_noop("До конца действия токена Wildberries дней: %(days)s"), days=days_left)
    retired = sorted(RETIRED_TYPES.intersection(types))
    if retired:
        context.log.warning(
            gettext_noop("Типы кампаний %(types)s отменены Wildberries: выбраны кампании любого текущего типа"),
            types=", ".join(str(number) for number in retired),
        )
    found = chosen(groups, statuses=statuses, types=types_meant(types))
    work.facts["listed"] = {str(campaign_id): [group.type, group.status] for campaign_id, group in found.items()}
    return Taken(following=[{"ids": list(chunk)} for chunk in id_chunks(found)])


def _details(client: WildberriesClient, batch: Batch, work: Gathering) -> Taken:
    """A campaign that has no details is told as far as the list knows it."""
    details = {one.id: one for one in client.campaigns(batch["ids"])}
    items = []
    for campaign_id in batch["ids"]:
        kind, status = work.facts["listed"][str(campaign_id)]
        items.append(campaign_item(campaign_id, type=kind, status=status, details=details.get(campaign_id)))
    return Taken(items)


def _done(context: NodeContext, work: Gathering) -> Done:
    nothing = _("Wildberries не дал списка кампаний: %(reason)s")
    outcome = steps.done(work, "campaigns_out", work.collected, code="no_campaigns", nothing=nothing)
    context.log.info(gettext_noop("Получено кампаний: %(count)s"), count=len(work.collected))
    return outcome
