"""What nodes ask of each element: a list of conditions, or one expression."""

from __future__ import annotations

from typing import Any, Self

from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows.graph.conditions import Combine, Condition, fits
from workflows.node_type import Config, Item


class ElementConditions(Config):
    """Conditions or an expression; one of them has to be given."""

    conditions: tuple[Condition, ...] = Field(
        default=(),
        max_length=100,
        title=gettext_noop("Условия"),
        description=gettext_noop("Список условий вида {field, op, value}"),
    )
    when: Any = Field(
        default=True,
        title=gettext_noop("Выражение"),
        description=gettext_noop("Вместо условий: {{ … }}, которое для каждого элемента даёт да или нет"),
    )
    combine: Combine = Field(
        default="all",
        title=gettext_noop("Как соединять"),
        description=gettext_noop("all — выполнены все условия, any — хотя бы одно"),
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not self.conditions and "when" not in self.model_fields_set:
            raise ValueError(gettext_noop("Нужны условия conditions или выражение when"))
        return self

    def hold_for(self, item: Item) -> bool:
        """Whether what is asked is true of this element, for which expressions were worked out."""
        return fits(item, self.conditions, self.combine, self.when)
