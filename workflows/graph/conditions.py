"""PURE: structured conditions over an item, `{field, op, value}` joined by `all` or `any`; nothing is evaluated.

Missing is not null: `exists` asks whether the field is there, `empty` whether it holds nothing. Ordering never
matches null or things of two kinds. Numbers in text count as numbers, booleans do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from workflows.items import paths
from workflows.items.coercion import as_number, identity
from workflows.items.paths import MISSING
from workflows.items.wording import gettext_noop

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte", "in", "contains", "exists", "empty"]
Combine = Literal["all", "any"]

_WITHOUT_VALUE = frozenset({"exists", "empty"})


class Condition(BaseModel):
    """One question about a field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к полю, например a.b[0]"))
    op: Operator = Field(title=gettext_noop("Сравнение"), description=gettext_noop("Как сравнивать поле со значением"))
    value: Any = Field(
        default=None,
        title=gettext_noop("Значение"),
        description=gettext_noop("С чем сравнивать: для in — список, для exists и empty не нужно"),
    )

    @field_validator("field")
    @classmethod
    def _field_is_a_path(cls, field: str) -> str:
        paths.parse(field)
        return field

    @model_validator(mode="after")
    def _value_fits(self) -> Condition:
        if self.op not in _WITHOUT_VALUE and "value" not in self.model_fields_set:
            raise ValueError(gettext_noop("Для этого сравнения нужно значение"))
        if self.op in _WITHOUT_VALUE and not isinstance(self.value, bool | None):
            raise ValueError(gettext_noop("Для exists и empty значение — true или false, без него — true"))
        if self.op == "in" and not isinstance(self.value, list | tuple):
            raise ValueError(gettext_noop("Для сравнения in значение — список"))
        return self


def matches(item: Any, conditions: Sequence[Condition], combine: Combine) -> bool:
    """Whether the item fulfils all of the conditions, or any of them."""
    answers = (holds(item, condition) for condition in conditions)
    return all(answers) if combine == "all" else any(answers)


def fits(item: Any, conditions: Sequence[Condition], combine: Combine, when: Any) -> bool:
    """Whether the item fulfils the conditions, if there are any, and an expression beside them was not falsy."""
    return bool(when) and (not conditions or matches(item, conditions, combine))


def holds(item: Any, condition: Condition) -> bool:
    """Whether the item fulfils one condition."""
    found = paths.read(item, paths.parse(condition.field))
    if condition.op in _WITHOUT_VALUE:
        answer = found is not MISSING if condition.op == "exists" else _is_empty(found)
        return answer is not (condition.value is False)
    return _COMPARISONS[condition.op](found, condition.value)


def _is_empty(found: Any) -> bool:
    return found is MISSING or found is None or (isinstance(found, str | list | tuple | dict) and not found)


def _equal(found: Any, value: Any) -> bool:
    if found is MISSING:
        return False
    if isinstance(found, str) is not isinstance(value, str):
        left, right = as_number(found), as_number(value)
        return left is not None and left == right
    return identity(found) == identity(value)


def _ordered(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def compare(found: Any, value: Any) -> bool:
        left, right = as_number(found), as_number(value)
        if left is not None and right is not None:
            return test(left, right)
        if left is None and right is None and isinstance(found, str) and isinstance(value, str):
            return bool(found) and bool(value) and test(found, value)
        return False

    return compare


def _contains(found: Any, value: Any) -> bool:
    if isinstance(found, str):
        return isinstance(value, str) and value in found
    if isinstance(found, dict):
        return isinstance(value, str) and value in found
    if isinstance(found, list | tuple):
        return any(_equal(element, value) for element in found)
    return False


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": _equal,
    "ne": lambda found, value: not _equal(found, value),
    "gt": _ordered(lambda left, right: left > right),
    "gte": _ordered(lambda left, right: left >= right),
    "lt": _ordered(lambda left, right: left < right),
    "lte": _ordered(lambda left, right: left <= right),
    "in": lambda found, value: any(_equal(found, option) for option in value),
    "contains": _contains,
}
