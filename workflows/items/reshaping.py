"""PURE: items in another shape, by an expression of JMESPath. It sees nothing but the item.

It cannot loop, but a short expression can double what it holds again and again. So what an expression visits, compares,
flattens and hands to functions is counted, and parts that are shared count as often as they occur.

Fractions are `Decimal` on the way in and out: for the functions and comparisons of JMESPath they are numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final

import jmespath
from jmespath import exceptions, functions, visitor
from pydantic import AfterValidator, StringConstraints

from workflows.items.coercion import as_number, as_text
from workflows.items.wording import gettext_noop

MAX_EXPRESSION: Final = 2000
MAX_REASON: Final = 200
MAX_SIZE: Final = 20_000_000
"""Values and characters that an expression may go through, and that its result may have: more than a step hands on."""
WHOLE: Final = 2**63
"""Texts of whole numbers below it are whole numbers."""
VALUE: Final = 8
"""What a value that an expression visits or lists counts: it takes more room and time than a character."""

functions.TYPES_MAP.setdefault("Decimal", "number")
functions.REVERSE_TYPES_MAP["number"] = tuple(dict.fromkeys((*functions.REVERSE_TYPES_MAP["number"], "Decimal")))


class Unshapely(ValueError):
    """The expression cannot be applied to this item, or does not give an object; says why in English."""


def reshaped(item: Any, expression: str) -> dict[str, Any]:
    """The object that the expression makes of the item. Raises `Unshapely`."""
    try:
        found = _Careful().visit(_compiled(expression), item)
        size = _size(found, {})
    except Unshapely:
        raise
    except (exceptions.JMESPathError, RecursionError, TypeError, ValueError, ArithmeticError) as error:
        raise Unshapely(str(error).splitlines()[0][:MAX_REASON] or type(error).__name__) from None
    if not isinstance(found, dict):
        raise Unshapely(f"{type(found).__name__} instead of an object")
    if size > MAX_SIZE:
        raise Unshapely("the object is too large")
    return found


def _exact(node: Any) -> Any:
    """The fractions that an expression names itself as Decimal, since they are added to others."""
    if node["type"] == "literal":
        return {**node, "value": _decimals(node["value"])}
    return {**node, "children": [_exact(child) if isinstance(child, dict) else child for child in node["children"]]}


def _decimals(value: Any) -> Any:
    if isinstance(value, list):
        return [_decimals(one) for one in value]
    if isinstance(value, dict):
        return {name: _decimals(one) for name, one in value.items()}
    return Decimal(repr(value)) if isinstance(value, float) else value


class _Budget:
    """How much an expression may still go through for one item."""

    def __init__(self) -> None:
        self._left = MAX_SIZE

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Unshapely("the object is too large")


class _CarefulFunctions(functions.Functions):
    """The functions of JMESPath, none of which takes longer than its arguments are large."""

    def __init__(self, budget: _Budget) -> None:
        self._budget = budget

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        arguments = list(resolved_args)
        self._budget.spend(_size(arguments, {}))
        return super().call_function(function_name, arguments)

    # The library's own know nothing of Decimal.

    @functions.signature({"types": []})
    def _func_to_string(self, value: Any) -> str:
        return "null" if value is None else as_text(value)

    @functions.signature({"types": []})
    def _func_to_number(self, value: Any) -> Any:
        number = as_number(value)
        if number is None or not isinstance(value, str):
            return number
        return int(number) if -WHOLE < number < WHOLE and number == int(number) else number

    @functions.signature({"types": []})
    def _func_type(self, value: Any) -> Any:
        return "number" if isinstance(value, Decimal) else super()._func_type(value)  # type: ignore[misc]


class _Careful(visitor.TreeInterpreter):
    """Works an expression out and counts what that takes. For one item. Raises `Unshapely`."""

    def __init__(self) -> None:
        self._budget = _Budget()
        super().__init__(jmespath.Options(custom_functions=_CarefulFunctions(self._budget)))

    def visit(self, node: Any, *args: Any, **options: Any) -> Any:
        self._budget.spend(VALUE)
        return super().visit(node, *args, **options)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        parts = self.visit(node["children"][0], value)
        if not isinstance(parts, list):
            return None
        self._budget.spend(VALUE * sum(len(part) if isinstance(part, list) else 1 for part in parts))
        return [one for part in parts for one in (part if isinstance(part, list) else [part])]

    def visit_comparator(self, node: Any, value: Any) -> Any:
        sides = [self.visit(child, value) for child in node["children"]]
        self._budget.spend(_size(sides, {}))
        known: Any = [{"type": "literal", "value": side, "children": []} for side in sides]
        return super().visit_comparator({"type": node["type"], "value": node["value"], "children": known}, value)


def _size(value: Any, known: dict[int, int]) -> int:
    """Values and characters of the value once it is written: parts that are shared count as often as they occur.

    `known` are the sizes of objects and lists by their identity.
    """
    if not isinstance(value, dict | list):
        return 1 + (len(value) if isinstance(value, str) else 0)
    if id(value) not in known:
        names, parts = (value, value.values()) if isinstance(value, dict) else ((), value)
        known[id(value)] = 1 + sum(map(len, names)) + sum([_size(part, known) for part in parts])
    return known[id(value)]


def _can_be_read(expression: str) -> str:
    try:
        _compiled(expression)
    except (exceptions.JMESPathError, RecursionError):
        raise ValueError(gettext_noop("Это не выражение JMESPath, например {id: nmId, names: cards[].name}")) from None
    return expression


JmesPath = Annotated[str, StringConstraints(min_length=1, max_length=MAX_EXPRESSION), AfterValidator(_can_be_read)]
"""An expression that can be read."""


@lru_cache(maxsize=512)
def _compiled(expression: str) -> Any:
    return _exact(jmespath.compile(expression).parsed)
