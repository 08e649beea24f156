"""Fields that triggers share which look again and again: how often, by what a row is known, as what it is told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop
from pydantic import Field, field_validator

from workflows import node_type
from workflows.event_config import EventName
from workflows.items import paths

MAX_SECONDS = 24 * 3600


def PeriodField(usual: int, *, least: int = 10) -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """A field `everySeconds`: seconds between two looks, at most a day."""
    return Field(
        default=usual,
        ge=least,
        le=MAX_SECONDS,
        allow_inf_nan=False,
        alias="everySeconds",
        title=gettext_noop("Как часто, с"),
        description=gettext_noop("Сколько секунд между проверками"),
    )


class Poll(node_type.Config):
    """How rows are looked for."""

    every_seconds: float = PeriodField(300)
    key_field: str = Field(
        default="",
        max_length=200,
        alias="keyField",
        title=gettext_noop("Поле с номером"),
        description=gettext_noop("По какому полю узнаётся строка, например id; пусто — по всему содержимому"),
    )
    emits: EventName = Field(
        default="sheet.row_added",
        min_length=1,
        title=gettext_noop("Имя события"),
        description=gettext_noop("Под каким именем записать новую строку"),
    )

    @field_validator("key_field")
    @classmethod
    def _key_is_a_path(cls, path: str) -> str:
        if path:
            paths.parse(path)
        return path
