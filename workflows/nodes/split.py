"""Divides items among branches by chance, with weights."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, field_validator

from workflows import node_type
from workflows.graph.fields import FieldPath
from workflows.items import paths
from workflows.items.chance import HUNDRED, chosen, lot
from workflows.items.coercion import EXACT, as_number, as_text
from workflows.items.paths import MISSING
from workflows.node_type import Done, Item, NodeContext, NodeType, Port, routed

MAX_BRANCHES = 10


class Branch(BaseModel):
    """One way out: the first branch is `branch_1`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default="",
        max_length=200,
        title=gettext_noop("Название"),
        description=gettext_noop("Чтобы люди узнали ветку"),
    )
    share: Decimal = Field(
        ge=0,
        le=100,
        allow_inf_nan=False,
        title=gettext_noop("Доля в процентах"),
        description=gettext_noop("Какая часть элементов пойдёт сюда; вместе доли дают 100"),
    )


class Split(NodeType):
    """Without a seed chance is drawn from the step's idempotency key: a step that is tried again divides as before."""

    type = "split"
    title = _("Разделить случайно")
    description = _("Отправляет каждый элемент в одну из веток случайно, по их долям; ветка без элементов молчит.")
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (
        Port("branch_1", _("Ветка 1")),
        Port("branch_2", _("Ветка 2")),
        Port("branch_3", _("Ветка 3")),
        Port("branch_4", _("Ветка 4")),
        Port("branch_5", _("Ветка 5")),
        Port("branch_6", _("Ветка 6")),
        Port("branch_7", _("Ветка 7")),
        Port("branch_8", _("Ветка 8")),
        Port("branch_9", _("Ветка 9")),
        Port("branch_10", _("Ветка 10")),
    )

    class Config(node_type.Config):
        branches: tuple[Branch, ...] = Field(
            min_length=2,
            max_length=MAX_BRANCHES,
            title=gettext_noop("Ветки"),
            description=gettext_noop("Список вида {name, share}: первая ведёт на выход branch_1 и так далее"),
        )
        by: FieldPath | None = Field(
            default=None,
            title=gettext_noop("По какому полю"),
            description=gettext_noop(
                "Элементы с одним значением этого поля идут в одну ветку, а с зерном — и в следующих запусках"
            ),
        )
        seed: str | None = Field(
            default=None,
            min_length=1,
            max_length=200,
            title=gettext_noop("Зерно"),
            description=gettext_noop(
                "Любой текст: с ним случай повторяется в каждом запуске; пусто — каждый раз новый"
            ),
        )

        @field_validator("branches")
        @classmethod
        def _shares_add_up(cls, branches: tuple[Branch, ...]) -> Any:
            if sum((branch.share for branch in branches), Decimal(0)) != HUNDRED:
                raise ValueError(gettext_noop("Доли веток вместе должны давать ровно 100"))
            return branches

    def run(self, context: NodeContext) -> Done:
        done = routed((_drawn(context, index, item), index, item) for index, item in enumerate(context.items))
        for number, branch in enumerate(context.config.branches, start=1):
            context.log.info(
                gettext_noop("Ветка «%(name)s»: элементов %(count)s"),
                name=branch.name or f"branch_{number}",
                count=len(done.ports.get(f"branch_{number}", ())),
            )
        return done


def _drawn(context: NodeContext, index: int, item: Item) -> str:
    config = context.config_for(index)
    drawn = lot(config.seed or context.idempotency_key, _subject(item, index, config.by))
    return f"branch_{chosen([branch.share for branch in config.branches], drawn) + 1}"


def _subject(item: Item, index: int, by: str | None) -> str:
    """What chance is drawn for: the value of a field, or else the place of the item. 1, 1.0 and "1" are one value."""
    value = MISSING if by is None else paths.read(item, paths.parse(by))
    if value is None or value is MISSING:
        return f"place {index}"
    number = as_number(value)
    return f"value {as_text(value) if number is None else format(Decimal(number).normalize(EXACT), 'f')}"
