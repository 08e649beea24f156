"""The scripts of a config: checked when it is saved, computed in one batch before a step runs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from django.utils.translation import gettext_noop

from workflows import javascript
from workflows.graph import expressions
from workflows.graph.rules import ConfigFault
from workflows.items.outputs import Unresolved
from workflows.javascript import Surroundings
from workflows.services.places import name_of

_THREW = gettext_noop("выражение не вычислено: %(reason)s")
_LIMITS: Mapping[str, str] = {
    "time": gettext_noop(
        "выражение вычислялось слишком долго: упростите его (в регулярном выражении уберите повторение внутри "
        "повторения, как в (a+)+) или сократите данные"
    ),
    "memory": gettext_noop("выражению не хватило памяти: упростите его или сократите данные"),
    "stack": gettext_noop("выражение вызывает себя слишком глубоко"),
    "output": gettext_noop("результат выражения больше допустимого"),
}


class NotComputed(Exception):
    """An expression gives no value for the item of number `item`; `fault` says of which field, and why."""

    def __init__(self, fault: ConfigFault, item: int) -> None:
        super().__init__(fault.message)
        self.fault = fault
        self.item = item


def syntax_faults(sources: Sequence[str], kind: Literal["expression", "code"]) -> list[str | None]:
    """What is wrong with each source, in the engine's words; None for nothing. An engine that is busy lets them pass:
    the step would then say it."""
    try:
        return javascript.syntax_faults(sources, kind)
    except javascript.Busy:
        return [None] * len(sources)
    except javascript.JavaScriptError as error:
        if len(sources) == 1:
            return [error.message]
        return [fault for source in sources for fault in syntax_faults([source], kind)]


def values_of(config: Any, items: Sequence[Any], surroundings: Surroundings | None) -> list[Mapping[str, Any]]:
    """For each item the values of the config's scripts by their source.

    Raises `NotComputed` for the first that fails, and `javascript.Busy`.
    """
    scripts = expressions.scripts(config)
    if not scripts:
        return [{}] * len(items)
    sources = list(scripts)
    around = surroundings or Surroundings(items=items, now=int(time.time() * 1000))
    try:
        rows = javascript.render(sources, around, count=len(items))
    except javascript.ScriptFailed as error:
        place = scripts[sources[error.place or 0]]
        fault = ConfigFault(name_of(place), _THREW, {"reason": error.message})
        raise NotComputed(fault, error.item or 0) from None
    except javascript.LimitReached as error:
        place = scripts[sources[error.place or 0]]
        raise NotComputed(ConfigFault(name_of(place), _LIMITS[error.limit], {}), error.item or 0) from None
    return [dict(zip(sources, row, strict=True)) for row in rows]


def field_of_node(config: Any, error: Unresolved) -> str:
    """The first field with an expression that names the node of the error."""
    node = str(error.params.get("node"))
    fields = (path for path, text in expressions.texts(config) if node in text)
    return name_of(next(fields, ()))
