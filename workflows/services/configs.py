"""Configs of nodes: checked when saved, rendered and checked again when run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop
from pydantic import ValidationError

from workflows import catalogue
from workflows.field_titles import title_of
from workflows.graph import expressions
from workflows.graph.rules import ConfigFault
from workflows.items.outputs import Unresolved
from workflows.javascript import Surroundings
from workflows.node_type import Config, NodeType, Permanent
from workflows.services import scripting
from workflows.services.places import name_of
from workflows.services.wording import WHOLE_CONFIG, naming, sentence

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
    "uuid_type": gettext_noop("здесь нужен номер, выберите из списка"),
    "uuid_parsing": gettext_noop("здесь нужен номер, выберите из списка"),
    "timezone_aware": gettext_noop("у времени нужен часовой пояс, например Z или +03:00"),
    "url_parsing": gettext_noop("здесь нужен адрес, например https://example.com/"),
}
LAST_CHOICE = re.compile(r" or (?='[^']*'$)")
_RULES = frozenset({"value_error", "assertion_error"})
_OTHER = gettext_noop("такое значение не подходит (%(reason)s)")
_NO_CREDENTIAL = gettext_noop("учётные данные выбирают из сохранённых: выражение здесь не подходит")
_AS_IT_IS = gettext_noop("выражение здесь не подходит: значения передают отдельно, как параметры")
_NO_TEMPLATES = gettext_noop("до запуска выражению нечего найти: напишите здесь само значение")
_UNREADABLE = gettext_noop("выражение «%(expression)s» написано с ошибкой: %(reason)s")
UNREADABLE_CODE = gettext_noop("код написан с ошибкой: %(reason)s")
_SOME = UUID(int=0)
"""Stands for credentials that somebody will choose."""
_WHOLE = gettext_noop("здесь нужен объект с настройками узла")


def read_scripts(configs: Iterable[tuple[NodeType, Any]]) -> None:
    """Let the engine read the scripts of all these configs together; `check_config` then finds what it has said."""
    written = (
        source
        for node_type, raw in configs
        if isinstance(raw, Mapping) and not node_type.starts
        for source in expressions.scripts(raw, node_type.verbatim)
    )
    scripting.syntax_faults(list(dict.fromkeys(written)), "expression")


def unusable(configs: Sequence[tuple[NodeType, Mapping[str, Any]]]) -> list[list[ConfigFault]]:
    """For each config what keeps it from ever running: expressions and programs that nobody can read, and values that
    its type refuses. Credentials may be missing: people choose them.

    Programs go to the engine together, too: they are too long to be remembered one by one.
    """
    read_scripts(configs)
    programs = [
        (place, name, raw[name])
        for place, (node_type, raw) in enumerate(configs)
        for name in sorted(node_type.programs)
        if isinstance(raw.get(name), str)
    ]
    found = [
        [
            *_template_faults(node_type, raw),
            *_expression_faults(node_type, raw),
            *_value_faults(node_type, _with_credentials(node_type, raw), catalogue.credential_fields(node_type)),
        ]
        for node_type, raw in configs
    ]
    faults = scripting.syntax_faults([source for _place, _name, source in programs], "code")
    for (place, name, _source), message in zip(programs, faults, strict=True):
        if message is not None:
            found[place].append(ConfigFault(name, UNREADABLE_CODE, {"reason": message}))
    return [_titled(node_type, raw, faults) for (node_type, raw), faults in zip(configs, found, strict=True)]


def check_config(node_type: NodeType, raw: Any) -> list[ConfigFault]:
    """What is wrong with a config as written.

    Templates are checked for syntax only: what they will give is known when the step runs. A trigger may have none.
    """
    if not isinstance(raw, Mapping):
        return [ConfigFault(WHOLE_CONFIG, _WHOLE, {})]
    written = [*_template_faults(node_type, raw), *_script_faults(node_type, raw), *_literal_faults(node_type, raw)]
    return _titled(node_type, raw, [*written, *_value_faults(node_type, raw)])


def render_config(
    node_type: NodeType,
    raw_config: Mapping[str, Any],
    scopes: Sequence[Mapping[str, Any]],
    surroundings: Surroundings | None = None,
) -> list[Config]:
    """The checked config for every scope (item), one object repeated when nothing in it varies.

    `surroundings` are what scripts see, with the items of the scopes; without them they see those items and nothing
    else. Without scopes the list is empty. Raises `Permanent("config_invalid")` with `field`, `item`, `words` and,
    where the form has one, the field's `title` in its details, both sentences `{message, params}` that are translated
    when they are read, `Permanent("expression_failed")` with the same, and `javascript.Busy` when scripts cannot be run
    now.
    """
    if not scopes:
        return []
    templated = expressions.templated(raw_config, node_type.verbatim)
    alike = 1 if expressions.varies(templated) else len(scopes)
    scopes = scopes if alike == 1 else scopes[:1]
    try:
        values = scripting.values_of(templated, [scope.get("$json") for scope in scopes], surroundings)
    except scripting.NotComputed as error:
        raise _failure("expression_failed", node_type, raw_config, error.fault, error.item) from None
    return alike * [
        _rendered(node_type, raw_config, {**scope, expressions.VALUES: value} if value else scope, index)
        for index, (scope, value) in enumerate(zip(scopes, values, strict=True))
    ]


def _titled(node_type: NodeType, raw: Any, faults: Iterable[ConfigFault]) -> list[ConfigFault]:
    return [replace(fault, title=title_of(node_type.Config, raw, fault.field)) for fault in faults]


def _rendered(node_type: NodeType, raw: Mapping[str, Any], scope: Mapping[str, Any], item: int) -> Config:
    templated = expressions.templated(raw, node_type.verbatim)
    try:
        rendered = {**raw, **expressions.render(templated, scope)}
    except Unresolved as error:
        fault = ConfigFault(scripting.field_of_node(templated, error), error.message, error.params)
        raise _failure("expression_failed", node_type, raw, fault, item) from None
    try:
        return node_type.Config.model_validate(rendered)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        fault = _fault(_place(rendered, detail["loc"]), detail)
        raise _failure("config_invalid", node_type, rendered, fault, item) from error


def _failure(code: str, node_type: NodeType, raw: Any, fault: ConfigFault, item: int) -> Permanent:
    """The failure of a step over a field of its config, which is called as on the form."""
    title = title_of(node_type.Config, raw, fault.field)
    called = {"title": sentence(title, {})} if title else {}
    words = sentence(fault.message, fault.params)
    return Permanent(code, naming(fault.field, title), field=fault.field, **called, words=words, item=item)


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


def _value_faults(
    node_type: NodeType, raw: Mapping[str, Any], chosen_later: Collection[str] = ()
) -> Iterator[ConfigFault]:
    """What the type's config refuses, whatever templates will give; fields `chosen_later` may be absent."""
    try:
        node_type.Config.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            place = _place(raw, detail["loc"])
            if detail["type"] == "missing" and place and place[-1] in chosen_later:
                continue
            current = _at(raw, place)
            is_choice = len(place) < len(detail["loc"])
            is_rule = is_choice or detail["type"] in _RULES
            if not _is_up_to_a_template(current, is_rule=is_rule) and not _is_consequence(current, detail):
                yield _fault(place, detail)


def _with_credentials(node_type: NodeType, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The config as if credentials had been chosen where it names none: some rules ask for one."""
    absent = [name for name in catalogue.credential_fields(node_type) if name in node_type.Config.model_fields]
    return {**dict.fromkeys(absent, str(_SOME)), **{name: value for name, value in raw.items() if value is not None}}


def _template_faults(node_type: NodeType, raw: Mapping[str, Any]) -> Iterator[ConfigFault]:
    if node_type.starts:
        for path, _text in expressions.texts(raw):
            yield ConfigFault(name_of(path), _NO_TEMPLATES, {})
    else:
        for fault in expressions.problems(raw, node_type.verbatim):
            yield ConfigFault(name_of(fault.path), fault.message, fault.params)


def _script_faults(node_type: NodeType, raw: Mapping[str, Any]) -> Iterator[ConfigFault]:
    """Scripts, and the programs of fields that are one, that the engine cannot read."""
    yield from _expression_faults(node_type, raw)
    if node_type.starts:
        return
    programs = {name: raw[name] for name in sorted(node_type.programs) if isinstance(raw.get(name), str)}
    for name, message in zip(programs, scripting.syntax_faults(list(programs.values()), "code"), strict=True):
        if message is not None:
            yield ConfigFault(name, UNREADABLE_CODE, {"reason": message})


def _expression_faults(node_type: NodeType, raw: Mapping[str, Any]) -> Iterator[ConfigFault]:
    if node_type.starts:
        return
    scripts = expressions.scripts(raw, node_type.verbatim)
    for source, message in zip(scripts, scripting.syntax_faults(list(scripts), "expression"), strict=True):
        if message is not None:
            yield ConfigFault(name_of(scripts[source]), _UNREADABLE, {"expression": source[:80], "reason": message})


def _literal_faults(node_type: NodeType, raw: Mapping[str, Any]) -> Iterator[ConfigFault]:
    """Which credentials a node may use, and what a literal field says, must be known before it runs."""
    for use in catalogue.credential_uses(node_type, raw):
        if expressions.is_template(use.value):
            yield ConfigFault(name_of(use.path), _NO_CREDENTIAL, {})
    for path, value in catalogue.literal_fields(node_type, raw):
        if expressions.is_template(value):
            yield ConfigFault(name_of(path), _AS_IT_IS, {})


def _fault(place: Sequence[str | int], detail: Any) -> ConfigFault:
    field = name_of(place) or WHOLE_CONFIG
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
