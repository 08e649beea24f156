"""Sends items different ways by rules."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

from workflows import node_type
from workflows.graph.conditions import Combine, Condition, matches
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port, routed

MAX_RULES = 10
FALLBACK = "fallback"
NO_SUCH_OUTPUT = gettext_noop("Выражение дало выход %(output)s, а выходы имеют номера от 1 до %(limit)s")


class Rule(BaseModel):
    """The conditions for one way out: the first rule is for `case_1`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        default="",
        max_length=200,
        title=gettext_noop("Название"),
        description=gettext_noop("Чтобы люди узнали правило"),
    )
    conditions: tuple[Condition, ...] = Field(
        min_length=1,
        max_length=100,
        title=gettext_noop("Условия"),
        description=gettext_noop("Список условий вида {field, op, value}"),
    )
    combine: Combine = Field(
        default="all",
        title=gettext_noop("Как соединять"),
        description=gettext_noop("all — выполнены все условия, any — хотя бы одно"),
    )


class Switch(NodeType):
    type = "switch"
    title = _("Переключатель")
    description = _(
        "Отправляет каждый элемент на выход правила, которое для него выполнено; выход, которому ничего не досталось, "
        "молчит."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (
        Port("case_1", _("Правило 1")),
        Port("case_2", _("Правило 2")),
        Port("case_3", _("Правило 3")),
        Port("case_4", _("Правило 4")),
        Port("case_5", _("Правило 5")),
        Port("case_6", _("Правило 6")),
        Port("case_7", _("Правило 7")),
        Port("case_8", _("Правило 8")),
        Port("case_9", _("Правило 9")),
        Port("case_10", _("Правило 10")),
        Port(FALLBACK, _("Остальное")),
    )

    class Config(node_type.Config):
        choose: Any = Field(
            default=None,
            title=gettext_noop("Выражение"),
            description=gettext_noop(
                "Вместо правил: {{ … }}, которое даёт номер выхода или список номеров; 0 — никуда, -1 — остальное"
            ),
        )
        rules: tuple[Rule, ...] = Field(
            default=(),
            max_length=MAX_RULES,
            title=gettext_noop("Правила"),
            description=gettext_noop(
                "Список вида {name, conditions, combine}: первое ведёт на выход case_1 и так далее"
            ),
        )
        mode: Literal["first", "all"] = Field(
            default="first",
            title=gettext_noop("Сколько правил"),
            description=gettext_noop("first — первое подошедшее, all — на выходы всех подошедших"),
        )

        @model_validator(mode="after")
        def _says_where(self) -> Any:
            if not self.rules and "choose" not in self.model_fields_set:
                raise ValueError(gettext_noop("Нужны правила rules или выражение choose"))
            return self

    def run(self, context: NodeContext) -> Done:
        """What no rule is for leaves by `fallback`."""
        return routed(
            (port, index, item)
            for index, item in enumerate(context.items)
            for port in _chosen(context.config_for(index), item)
        )


def _chosen(config: Any, item: Item) -> list[str]:
    if not config.rules:
        return _numbered(config.choose)
    fitting = [
        f"case_{number}"
        for number, rule in enumerate(config.rules, start=1)
        if matches(item, rule.conditions, rule.combine)
    ]
    return (fitting[:1] if config.mode == "first" else fitting) or [FALLBACK]


def _numbered(choice: Any) -> list[str]:
    """The outputs that an expression has named. Raises `Permanent("no_such_output")`."""
    ports = []
    for number in choice if isinstance(choice, list) else [choice]:
        if isinstance(number, bool) or not isinstance(number, int | float) or number not in range(-1, MAX_RULES + 1):
            raise Permanent("no_such_output", NO_SUCH_OUTPUT, output=number, limit=MAX_RULES)
        if number:
            ports.append(FALLBACK if number < 0 else f"case_{int(number)}")
    return ports
