"""Configs of nodes: checked when saved, rendered and checked again when run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop
from pydantic import ValidationError

from workflows.graph import expressions
from workflows.graph.rules import ConfigFault
from workflows.node_type import Config, NodeType, Permanent
from workflows.services.wording import FIELD_AND_WORDS

_WORDS = {
    "missing": gettext_noop("поле обязательно, заполните его"),
    "extra_forbidden": gettext_noop("такого поля нет, удалите его"),
    "int_type": gettext_noop("здесь нужно целое число"),
    "int_parsing": gettext_noop("здесь нужно целое число"),
    "int_from_float": gettext_noop("здесь нужно целое число"),
    "float_type": gettext_noop("здесь нужно число"),
    "float_parsing": gettext_noop("здесь нужно число"),
    "decimal_type": gettext_noop("здесь нужно число"),
    "decimal_parsing": gettext_noop("здесь нужно число"),
    "finite_number": gettext_noop("здесь нужно конечное число"),
    "string_type": gettext_noop("здесь нужна строка"),
    "bool_type": gettext_noop("здесь нужно true или false"),
    "bool_parsing": gettext_noop("здесь нужно true или false"),
    "list_type": gettext_noop("здесь нужен список"),
    "tuple_type": gettext_noop("здесь нужен список"),
    "dict_type": gettext_noop("здесь нужен объект"),
    "model_type": gettext_noop("здесь нужен объект"),
    "model_attributes_type": gettext_noop("здесь нужен объект"),
    "literal_error": gettext_noop("возможные значения: %(expected)s"),
    "enum": gettext_noop("возможные значения: %(expected)s"),
    "greater_than": gettext_noop("число должно быть больше %(gt)s"),
    "greater_than_equal": gettext_noop("число должно быть не меньше %(ge)s"),
    "less_than": gettext_noop("число должно быть меньше %(lt)s"),
    "less_than_equal": gettext_noop("число должно быть не больше %(le)s"),
    "string_too_short": gettext_noop("строка короче, чем нужно (%(min_length)s)"),
    "string_too_long": gettext_noop("строка длиннее, чем можно (%(max_length)s)"),
    "too_short": gettext_noop("элементов меньше, чем нужно (%(min_length)s)"),
    "too_long": gettext_noop("элементов больше, чем можно (%(max_length)s)"),
    "datetime_type": gettext_noop("здесь нужны дата и время, например 2026-03-01T09:00:00Z"),
    "datetime_parsing": gettext_noop("здесь нужны дата и время, например 2026-03-01T09:00:00Z"),
    "datetime_from_date_parsing": gettext_noop("здесь нужны дата и время, например 2026-03-01T09:00:00Z"),
    "date_type": gettext_noop("здесь нужна дата, например 2026-03-01"),
    "date_parsing": gettext_noop("здесь нужна дата, например 2026-03-01"),
    "date_from_datetime_parsing": gettext_noop("здесь нужна дата, например 2026-03-01"),
    "date_from_datetime_inexact": gettext_noop("здесь нужна дата, например 2026-03-01"),
    "timezone_aware": gettext_noop("у времени нужен часовой пояс, например Z или +03:00"),
    "url_parsing": gettext_noop("здесь нужен адрес, например https://example.com/"),
}
LAST_CHOICE = re.compile(r" or (?='[^']*'$)")
_RULES = frozenset({"value_error", "assertion_error"})
_OTHER = gettext_noop("такое значение не подходит (%(reason)s)")
_NO_TEMPLATES = gettext_noop("до запуска выражению нечего найти: напишите здесь само значение")
_WHOLE = gettext_noop("здесь нужен объект с настройками узла")


def check_config(node_type: NodeType, raw: Any) -> list[ConfigFault]:
    """What is wrong with a config as written.

    Templates are checked for syntax only: what they will give is known when the step runs. A trigger may have none.
    """
    if not isinstance(raw, Mapping):
        return [ConfigFault("config", _WHOLE, {})]
    faults = list(_template_faults(node_type, raw))
    try:
        node_type.Config.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = _place(raw, detail["loc"])
            current = _at(raw, place)
            is_choice = len(place) < len(detail["loc"])
            is_rule = is_choice or detail["type"] in _RULES
            if not _is_up_to_a_template(current, is_rule=is_rule) and not _is_consequence(current, detail):
                faults.append(_fault(place, detail))
    return faults


def render_config(
    node_type: NodeType, raw_config: Mapping[str, Any], scopes: Sequence[Mapping[str, Any]]
) -> list[Config]:
    """The checked config for every scope (item), one object repeated when nothing in it varies.

    Without scopes the list is empty. Raises `Permanent("config_invalid")` with `field`, `item` and `words` in its
    details: a sentence `{message, params}` that is translated when it is read.
    """
    if not scopes:
        return []
    if not expressions.varies(raw_config):
        return [_rendered(node_type, raw_config, scopes[0], 0)] * len(scopes)
    return [_rendered(node_type, raw_config, scope, index) for index, scope in enumerate(scopes)]


def _rendered(node_type: NodeType, raw: Mapping[str, Any], scope: Mapping[str, Any], item: int) -> Config:
    rendered = expressions.render(raw, scope)
    try:
        return node_type.Config.model_validate(rendered)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        fault = _fault(_place(rendered, detail["loc"]), detail)
        words = {"message": fault.message, "params": dict(fault.params)}
        raise Permanent("config_invalid", FIELD_AND_WORDS, field=fault.field, words=words, item=item) from error


def _place(raw: Any, location: Sequence[str | int]) -> tuple[str | int, ...]:
    """Where in the config pydantic's location points: without the names of union members that it mixes in.

    The last part stays even if it is not there, because a missing field is named by it.
    """
    place: list[str | int] = []
    current = raw
    for position, part in enumerate(location):
        inner = _at(current, [part])
        is_named = isinstance(current, Mapping) and position == len(location) - 1
        if inner is None and not is_named:
            continue
        current = inner
        place.append(part)
    return tuple(place)


def _at(raw: Any, place: Sequence[str | int]) -> Any:
    """The value at a place; None where there is nothing."""
    current = raw
    for part in place:
        if isinstance(current, Mapping):
            current = current.get(part)
        elif isinstance(current, list | tuple) and isinstance(part, int) and part < len(current):
            current = current[part]
        else:
            return None
    return current


def _is_up_to_a_template(current: Any, *, is_rule: bool) -> bool:
    """Whether rendering may cure the error: it is at a template, or about parts of which one is a template.

    Such are rules over several fields, and the refused members of a union.
    """
    return expressions.is_template(current) or (is_rule and any(True for _text in expressions.texts(current)))


def _is_consequence(current: Any, detail: Any) -> bool:
    """pydantic counts only the good elements of a tuple, and calls it too short because of the bad ones."""
    return detail["type"] == "too_short" and len(current) >= detail["ctx"]["min_length"]


def _template_faults(node_type: NodeType, raw: Mapping[str, Any]) -> Iterator[ConfigFault]:
    if node_type.starts:
        for path, _text in expressions.texts(raw):
            yield ConfigFault(_field(path), _NO_TEMPLATES, {})
    else:
        for fault in expressions.problems(raw):
            yield ConfigFault(_field(fault.path), fault.message, fault.params)


def _fault(place: Sequence[str | int], detail: Any) -> ConfigFault:
    field = _field(place) or "config"
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return ConfigFault(field, str(context["error"]), {})
    if detail["type"] in _WORDS:
        return ConfigFault(field, _WORDS[detail["type"]], {key: _shown(value) for key, value in context.items()})
    return ConfigFault(field, _OTHER, {"reason": detail["msg"]})


def _shown(value: Any) -> str:
    """A limit or a list of choices as every language writes it: pydantic has an English "or" before the last one."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return LAST_CHOICE.sub(", ", str(value))


def _field(place: Sequence[str | int]) -> str:
    """`aggregations[0].field`"""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
