"""Parts that the configs of several Wildberries nodes are made of."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Self

from django.utils.translation import gettext_noop
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from integrations.credential_kinds import WILDBERRIES
from integrations.wildberries.batches import date_range
from workflows.credential_field import CredentialField, CredentialRef
from workflows.node_type import Config


def _as_list(value: Any) -> Any:
    return value if value is None or isinstance(value, list | tuple) else [value]


Numbers = Annotated[
    tuple[int, ...] | None,
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}),
]
"""One number, a list of them, or nothing."""


def CampaignsField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """A field `campaignIds`: the campaigns to ask about, None where the input names them."""
    return Field(
        default=None,
        alias="campaignIds",
        title=gettext_noop("Номера кампаний"),
        description=gettext_noop("Если заданы, спрашиваются только эти кампании, и вход можно не соединять"),
    )


class SellerChoice(Config):
    """Whose campaigns, orders and sales."""

    seller: CredentialRef | None = CredentialField(
        WILDBERRIES,
        title=gettext_noop("Продавец"),
        description=gettext_noop("Токен Wildberries этого продавца; пусто – токен установки WB_API_KEY"),
    )


class PeriodChoice(SellerChoice):
    """Which days: the last ones that are over, or those from a first to a last. All in Moscow."""

    period: int = Field(
        default=7,
        ge=1,
        le=366,
        title=gettext_noop("Период, дней"),
        description=gettext_noop("Сколько последних полных суток по Москве; сегодняшний день не входит"),
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

    def days(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """First and last day, never later than `today`."""
        return date_range(begin=self.begin_date, end=self.end_date, period=self.period, today=today)
