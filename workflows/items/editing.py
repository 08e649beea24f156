"""PURE: changed copies of items. What is not changed is shared with the original, which stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workflows.items import paths
from workflows.items.paths import MISSING, Key
from workflows.items.wording import gettext_noop

UNWRITABLE = gettext_noop(
    "Элемент %(item)s: поле «%(field)s» не записать, на пути к нему не объект; выберите другое название"
)


class Unwritable(ValueError):
    """Something on the way to the field is neither an object nor null, so nothing can be put into it."""


def with_value(item: Any, path: Sequence[Key], value: Any) -> dict[str, Any]:
    """The item with `value` at `path`; objects on the way are made where they are missing or null.

    Raises `Unwritable`.
    """
    if item is not None and not isinstance(item, dict):
        raise Unwritable
    copy: dict[str, Any] = dict(item or {})
    name, rest = str(path[0]), path[1:]
    copy[name] = with_value(copy.get(name), rest, value) if rest else value
    return copy


def without(item: Any, path: Sequence[Key]) -> Any:
    """The item without what stands at `path`; an element of a list is taken out of it."""
    key, rest = path[0], path[1:]
    inner = paths.read(item, [key])
    if inner is MISSING or not isinstance(item, dict | list | tuple):
        return item
    if rest and (changed := without(inner, rest)) is inner:
        return item
    if isinstance(item, dict):
        others = {name: value for name, value in item.items() if name != str(key)}
        return {**item, str(key): changed} if rest else others
    if not isinstance(key, int):
        return item
    return [*item[:key], *([changed] if rest else []), *item[key + 1 :]]


def picked(item: Any, fields: Iterable[Sequence[Key]]) -> dict[str, Any]:
    """A new item with only these fields, each where it was; what is missing stays missing."""
    result: dict[str, Any] = {}
    for path in fields:
        value = paths.read(item, path)
        if value is not MISSING:
            result = with_value(result, path, value)
    return result


def renamed(item: Any, path: Sequence[Key], to: Sequence[Key]) -> Any:
    """The item with the value at `path` under another name; itself when there is none. Raises `Unwritable`.

    A name that stays on its level keeps its place.
    """
    value = paths.read(item, path)
    if value is MISSING or list(path) == list(to):
        return item
    if len(path) == len(to) == 1:
        return {
            str(to[0]) if name == str(path[0]) else name: inner for name, inner in item.items() if name != str(to[0])
        }
    return with_value(without(item, path), to, value)
