"""Fields that triggers share which listen for events: which event, about whom, under which conditions."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from django.utils.translation import gettext_noop
from pydantic import AfterValidator, Field

from integrations.event_names import MAX_NAME, PATTERN
from workflows import node_type
from workflows.graph.conditions import Combine, Condition

MASK: Final = re.compile(PATTERN.removesuffix("$") + r"(?:\.\*)?$")
ILL_NAMED: Final = gettext_noop("имя события пишется строчными латинскими буквами, например order.paid")


def _well_named(value: str) -> str:
    if value and not re.fullmatch(PATTERN, value):
        raise ValueError(ILL_NAMED)
    return value


def _well_masked(value: str) -> str:
    if not MASK.fullmatch(value):
        raise ValueError(ILL_NAMED)
    return value


EventName = Annotated[str, AfterValidator(_well_named), Field(max_length=MAX_NAME)]
"""The name of one event; empty where the field has a default."""

EventMask = Annotated[str, AfterValidator(_well_masked), Field(max_length=MAX_NAME)]
"""The name of an event, or the beginning of several: `ticket.*`."""


def covers(mask: str, name: str) -> bool:
    """Whether an event of this name is one that the mask stands for."""
    return name == mask or (mask.endswith(".*") and name.startswith(mask.removesuffix("*")))


class Conditional(node_type.Config):
    """Which of the events count."""

    conditions: tuple[Condition, ...] = Field(
        default=(),
        max_length=100,
        title=gettext_noop("Условия"),
        description=gettext_noop(
            "Какие события подходят: поля события {event, subject, payload, at}, например payload.amount gte 100"
        ),
    )
    combine: Combine = Field(
        default="all",
        title=gettext_noop("Как соединять"),
        description=gettext_noop("all — выполнены все условия, any — хотя бы одно"),
    )


def own_name(default: str) -> Any:
    """The field by which a trigger with an address says as what its calls are written down."""
    return Field(
        default=default,
        min_length=1,
        title=gettext_noop("Имя события"),
        description=gettext_noop(
            "Под каким именем записать вызов, например payment.received: тогда данные проверяются по его схеме, "
            "и о нём узнают и другие процессы"
        ),
    )
