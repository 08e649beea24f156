"""Nodes that make something else of one field of every item: their two fields, and the way round the items."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.graph.fields import FieldName, FieldPath
from workflows.items import files, paths
from workflows.items.coercion import as_text
from workflows.items.editing import UNWRITABLE, Unwritable, with_value
from workflows.items.limits import MAX_ITEMS, TOO_MANY_ITEMS
from workflows.node_type import Done, Item, NodeContext, Permanent

MAX_TEXT: Final = 5_000_000
"""Characters that one conversion takes."""
MAX_REASON: Final = 300


class Conversion(node_type.Config):
    """Base of their configs."""

    field: FieldPath = Field(title=gettext_noop("Поле"), description=gettext_noop("Путь к полю, например a.b[0]"))
    to: FieldName | None = Field(
        default=None,
        title=gettext_noop("Куда записать"),
        description=gettext_noop("Поле для результата; пусто — на то же место"),
    )


ResultPlace = Literal["field", "found"]


def result_place() -> Any:
    """The config's field that says where a result is put."""
    return Field(
        default="field",
        title=gettext_noop("Что отдать"),
        description=gettext_noop(
            "field — элемент с результатом в поле, found — только результат; список — по элементу"
        ),
    )


def convert_each(context: NodeContext, convert: Callable[[Any, Any], Any]) -> Done:
    """Every item with `convert(value of its field, config)` in it; null and missing stay as they are.

    Where the config's `output` is "found" the results are the items, one for each value of a list.

    Raises `Permanent` with item and field: "unreadable" for what is refused with a `ValueError` or nested too deeply,
    "not_a_file", "too_large", "field_unwritable".
    """
    if getattr(context.config, "output", "field") == "found":
        return _found(context, convert)
    items = [_converted(item, index, context.config_for(index), convert) for index, item in enumerate(context.items)]
    return Done({"out": items})


def _found(context: NodeContext, convert: Callable[[Any, Any], Any]) -> Done:
    items: list[Item] = []
    sources: list[tuple[str, int]] = []
    for index, item in enumerate(context.items):
        config = context.config_for(index)
        value = paths.read(item, paths.parse(config.field))
        for one in value if isinstance(value, list) else [value]:
            empty = one is None or one is paths.MISSING
            result = None if empty else attempt(partial(convert, one, config), item=index, field=config.field)
            items.append(result if isinstance(result, dict) else {} if empty else {"data": result})
            sources.append(("in", index))
    return Done({"out": items}, {"out": sources})


def read_each(context: NodeContext, read: Callable[[Any, Any, int], list[Item]]) -> Done:
    """The items that `read(value of the field, config, most)` finds in each item; null and missing give none.

    `read` need not find more than one beyond `most`. Raises `Permanent("too_many_items")` and what `convert_each` does.
    """
    items: list[Item] = []
    sources: list[tuple[str, int]] = []
    for index, item in enumerate(context.items):
        config = context.config_for(index)
        value = paths.read(item, paths.parse(config.field))
        if value is None or value is paths.MISSING:
            continue
        most = MAX_ITEMS - len(items)
        found = attempt(partial(read, value, config, most), item=index, field=config.field)
        if len(found) > most:
            raise Permanent("too_many_items", TOO_MANY_ITEMS, item=index, limit=MAX_ITEMS)
        items += found
        sources += [("in", index)] * len(found)
    context.log.info(gettext_noop("Прочитано строк: %(count)s"), count=len(items))
    return Done({"out": items}, {"out": sources})


def text_of(value: Any) -> str:
    """The value as a text of bearable length; raises `files.TooLarge`."""
    text = as_text(value)
    if len(text) > MAX_TEXT:
        raise files.TooLarge
    return text


def _converted(item: Item, index: int, config: Any, convert: Callable[[Any, Any], Any]) -> Item:
    value = paths.read(item, paths.parse(config.field))
    if value is None or value is paths.MISSING:
        return item
    result = attempt(partial(convert, value, config), item=index, field=config.field)
    return with_result(item, index, config, result)


def with_result(item: Item, index: int, config: Any, result: Any) -> Item:
    """The item with the result where the config wants it. Raises `Permanent("field_unwritable")`."""
    to = config.to or config.field
    try:
        return with_value(item, paths.parse(to), result)
    except Unwritable:
        raise Permanent("field_unwritable", UNWRITABLE, field=to, item=index) from None


def attempt(act: Callable[[], Any], *, item: int, field: str) -> Any:
    """What `act` gives; what it refuses is the step's failure, as `convert_each` says."""
    try:
        return act()
    except files.TooLarge:
        raise Permanent("too_large", files.TOO_LARGE, item=item, field=field, limit=files.MAX_BYTES) from None
    except files.NotAFile:
        raise Permanent("not_a_file", files.NOT_A_FILE, item=item, field=field) from None
    except (ValueError, RecursionError) as error:
        reason = str(error)[:MAX_REASON] or type(error).__name__
        message = _("Элемент %(item)s: поле «%(field)s» не обработать: %(reason)s")
        raise Permanent("unreadable", message, item=item, field=field, reason=reason) from None
