"""PURE: the parts of configs that many nodes have: paths of fields, values for fields, time zones."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from workflows.items import paths
from workflows.items.wording import gettext_noop


def _is_a_path(text: str) -> str:
    paths.parse(text)
    return text


def _can_be_written(text: str) -> str:
    if not all(isinstance(key, str) for key in paths.parse(text)):
        raise ValueError(gettext_noop("Здесь нужны имена полей без номеров в скобках, например a.b"))
    return text


FieldPath = Annotated[str, AfterValidator(_is_a_path)]
"""The path of a field that is read."""

FieldName = Annotated[str, AfterValidator(_can_be_written)]
"""The path of a field that is written: names only, so that it can be made where it is not there."""


def _is_a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(
            gettext_noop("Такого часового пояса нет, напишите название IANA, например Europe/Moscow")
        ) from None
    return name


TimeZoneName = Annotated[str, AfterValidator(_is_a_zone)]
"""A time zone by its IANA name."""


class Assignment(BaseModel):
    """A value, mostly a template, for a field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FieldName = Field(
        title=gettext_noop("Название"), description=gettext_noop("Поле, которое будет записано, например a.b")
    )
    value: Any = Field(
        title=gettext_noop("Значение"),
        description=gettext_noop("Что записать; одно выражение {{ … }} сохраняет свой тип"),
    )


def listed(field_or_fields: str | tuple[str, ...]) -> tuple[str, ...]:
    """One path or many, always as a tuple."""
    return (field_or_fields,) if isinstance(field_or_fields, str) else field_or_fields
