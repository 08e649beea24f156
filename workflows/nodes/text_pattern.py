"""Finds, tests, replaces and splits texts by regular expressions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import javascript
from workflows.converting import Conversion, attempt, text_of, with_result
from workflows.items import paths
from workflows.javascript import LimitReached, ScriptFailed, Surroundings
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port

_FOUND: Final = "m => m.groups ? { ...m.groups } : m.length > 1 ? m.slice(1) : m[0]"
SOURCES: Final[Mapping[str, str]] = {
    "test": "new RegExp($json.pattern, $json.flags).test($json.text)",
    "match": f"[new RegExp($json.pattern, $json.flags).exec($json.text)].map(m => m && ({_FOUND})(m))[0]",
    "matchAll": f"[...$json.text.matchAll(new RegExp($json.pattern, $json.flags + 'g'))].slice(0, 10000).map({_FOUND})",
    "replace": "$json.text.replace(new RegExp($json.pattern, $json.flags + 'g'), $json.to)",
    "split": "$json.text.split(new RegExp($json.pattern, $json.flags), 10000)",
}
"""What is asked of JavaScript. The sources are ours; text, pattern and replacement come to them as data."""
ENDLESS: Final = gettext_noop(
    "Элемент %(item)s: выражение в поле «%(field)s» перебирает слишком много вариантов: уберите повторение внутри "
    "повторения, как в (a+)+, или сократите текст"
)


class TextPattern(NodeType):
    """Patterns run in the jail of the expressions: one that backtracks for ever is stopped there and harms nobody."""

    type = "text-pattern"
    title = _("Регулярное выражение")
    description = _("Проверяет, находит, заменяет или делит текст в поле каждого элемента по регулярному выражению.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)
    weight = "io"
    only_reads = True

    class Config(Conversion):
        operation: Literal["test", "match", "matchAll", "replace", "split"] = Field(
            title=gettext_noop("Что сделать"),
            description=gettext_noop(
                "test — подходит ли, match — первое найденное, matchAll — всё найденное, replace — заменить всё, "
                "split — разделить; если в выражении есть группы, найденное — их объект или список"
            ),
        )
        pattern: str = Field(
            min_length=1,
            max_length=1000,
            title=gettext_noop("Регулярное выражение"),
            description=gettext_noop("Как в JavaScript, без косых черт по краям"),
        )
        flags: str = Field(
            default="",
            pattern=r"^[imsu]{0,4}$",
            title=gettext_noop("Флаги"),
            description=gettext_noop("i — не различать регистр, m — ^ и $ у каждой строки, s — точка и за строкой, u"),
        )
        replacement: str = Field(
            default="",
            max_length=10_000,
            alias="with",
            title=gettext_noop("Заменить на"),
            description=gettext_noop("Для replace; $1 и $<name> — найденные группы"),
        )

    def run(self, context: NodeContext) -> Done:
        """All items in one call. Raises `Permanent("pattern_failed")` with the engine's words, or with what to change
        where it has looked for too long, and what conversions do.

        The first item's config says which operation.
        """
        asked: list[tuple[int, dict[str, str]]] = []
        for index, item in enumerate(context.items):
            config = context.config_for(index)
            value = paths.read(item, paths.parse(config.field))
            if value is not None and value is not paths.MISSING:
                text = attempt(partial(text_of, value), item=index, field=config.field)
                given = {"pattern": config.pattern, "flags": config.flags, "to": config.replacement}
                asked.append((index, {"text": text, **given}))
        found = _found(SOURCES[context.config.operation], asked) if asked else []
        items = list(context.items)
        for (index, _given), value in zip(asked, found, strict=True):
            items[index] = with_result(items[index], index, context.config_for(index), value)
        return Done({"out": items})


def _found(source: str, asked: list[tuple[int, dict[str, str]]]) -> list[Any]:
    given = [texts for _index, texts in asked]
    try:
        return [row[0] for row in javascript.render([source], Surroundings(given, now=0), count=len(given))]
    except LimitReached as error:
        raise Permanent("pattern_failed", ENDLESS, field="pattern", item=asked[error.item or 0][0]) from None
    except ScriptFailed as error:
        message = _("Регулярное выражение не сработало: %(reason)s")
        item = asked[error.item or 0][0]
        raise Permanent("pattern_failed", message, reason=error.message, field="pattern", item=item) from None
