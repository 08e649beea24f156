"""Campaigns of a Wildberries seller, chosen by status and type."""

from __future__ import annotations

from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BeforeValidator, Field, WithJsonSchema, field_validator

from integrations.errors import CircuitOpen, RateLimited
from integrations.wildberries.batches import MAX_IDS
from integrations.wildberries.campaigns import RETIRED_TYPES, STATUSES, TYPES, campaign_item, chosen, types_meant
from integrations.wildberries.client import WildberriesClient
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Config, Done, Later, NodeContext, NodeType, Outcome, Port

DEFAULT_REST_SECONDS = 20.0
TOKEN_WARNING_DAYS = 14
MAX_REFUSALS = 5
"""How often in a row the same request may be answered 429 before the step fails."""


def _as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


Numbers = Annotated[
    tuple[int, ...] | None,
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}),
]
"""One number, a list of them, or nothing."""


class CampaignChoice(Config):
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
    outputs = (Port("campaigns_out", _("Кампании")),)
    weight = "io"
    stores = "raw"
    retry = RetryPolicy(attempts=5, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 120.0

    def run(self, context: NodeContext) -> Outcome:
        progress: dict[str, Any] = context.progress or {"refusals": 0, "items": []}
        client = context.connect(WildberriesClient)
        try:
            if "pending" not in progress:
                progress["pending"] = self._list(context, client)
            self._fetch(client, progress)
        except (RateLimited, CircuitOpen) as error:
            if error.details.get("status") == 429:
                progress["refusals"] += 1
            if progress["refusals"] > MAX_REFUSALS:
                raise
            rest = error.retry_after or DEFAULT_REST_SECONDS
            return Later(rest, error.code, progress, host=error.details.get("host"))
        context.log.info(gettext_noop("Получено кампаний: %(count)s"), count=len(progress["items"]))
        return Done({"campaigns_out": progress["items"]})

    def _list(self, context: NodeContext, client: WildberriesClient) -> list[list[int]]:
        """Id, type and status of the campaigns that are meant."""
        statuses, types = context.config.status or (), context.config.type or ()
        groups = client.campaign_groups()
        days_left = client.token_days_left
        if days_left is not None and days_left <= TOKEN_WARNING_DAYS:
            context.log.warning(gettext_noop("До конца действия токена Wildberries дней: %(days)s"), days=days_left)
        retired = sorted(RETIRED_TYPES.intersection(types))
        if retired:
            context.log.warning(
                gettext_noop("Типы кампаний %(types)s отменены Wildberries: выбраны кампании любого текущего типа"),
                types=", ".join(str(number) for number in retired),
            )
        found = chosen(groups, statuses=statuses, types=types_meant(types))
        return [[campaign_id, group.type, group.status] for campaign_id, group in found.items()]

    def _fetch(self, client: WildberriesClient, progress: dict[str, Any]) -> None:
        """Moves campaigns from `pending` to `items`, one request at a time."""
        pending = progress["pending"]
        while chunk := pending[:MAX_IDS]:
            details = {one.id: one for one in client.campaigns([campaign_id for campaign_id, *_rest in chunk])}
            for campaign_id, kind, status in chunk:
                one = details.get(campaign_id)
                progress["items"].append(campaign_item(campaign_id, type=kind, status=status, details=one))
            del pending[: len(chunk)]
            progress["refusals"] = 0
