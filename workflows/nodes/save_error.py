"""Keeps errors for later: on the list of errors, from which they can be run again, and for other systems in Redis."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from workflows import node_type
from workflows.node_type import Done, Item, NodeContext, NodeType, Port
from workflows.notes import Note, Notice, Trouble

MAX_SAVED: Final = 1000
MAX_CODE: Final = 100
MAX_MESSAGE: Final = 10_000
SAVED: Final = "saved"
"""The code of an error that brings none."""
NO_WORDS: Final = gettext_noop("Ошибка без описания")


class SaveError(NodeType):
    """It reads the error out of what `onError` adds: `{error, item}` of the port `error`, or `error` in the item."""

    type = "save-error"
    title = _("Сохранить ошибку")
    description = _(
        "Записывает ошибку каждого элемента в список ошибок: рабочий процесс, запуск, узел, элемент, время. "
        "Элементы идут дальше как были."
    )
    group = "flow"
    inputs = (Port("in", _("Ошибки")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        message: str = Field(
            default="",
            max_length=MAX_MESSAGE,
            title=gettext_noop("Сообщение"),
            description=gettext_noop("Что случилось; пусто — сообщение ошибки, которая пришла с элементом"),
        )
        code: str = Field(
            default="",
            max_length=MAX_CODE,
            title=gettext_noop("Код"),
            description=gettext_noop("Короткое имя ошибки для поиска; пусто — код ошибки, которая пришла с элементом"),
        )
        notify: bool = Field(
            default=False,
            title=gettext_noop("Уведомить"),
            description=gettext_noop("Добавить ли уведомление в общий список, одно на все ошибки шага"),
        )
        telegram: tuple[int, ...] = Field(
            default=(),
            max_length=20,
            title=gettext_noop("Чаты Telegram"),
            description=gettext_noop("Куда отправить это уведомление"),
        )
        redis_list: str = Field(
            default="",
            max_length=200,
            pattern=r"^[\w.:-]*$",
            alias="redisList",
            title=gettext_noop("Список Redis"),
            description=gettext_noop(
                "Добавить ошибку ещё и в список naryad:errors:название на сервере ERROR_REDIS_URL; пусто — не нужно"
            ),
        )

    def run(self, context: NodeContext) -> Done:
        items = context.items[:MAX_SAVED]
        troubles = [_trouble(item, context.config_for(index)) for index, item in enumerate(items)]
        rest = len(context.items) - len(troubles)
        if rest:
            context.log.warning(
                gettext_noop("Сохранено ошибок: %(saved)s, остальные не поместились: %(rest)s"),
                saved=len(troubles),
                rest=rest,
            )
        elif troubles:
            context.log.info(gettext_noop("Сохранено ошибок: %(saved)s"), saved=len(troubles))
        return Done({"out": context.items}, notes=[*troubles, *_notice(troubles, context.config)])


def _trouble(item: Item, config: SaveError.Config) -> Trouble:
    error = item.get("error")
    said: dict[str, Any] = error if isinstance(error, dict) else {"message": error} if isinstance(error, str) else {}
    details = said.get("details")
    node = said.get("node")
    return Trouble(
        code=config.code or _text(said.get("code"))[:MAX_CODE] or SAVED,
        message=config.message or _text(said.get("message"))[:MAX_MESSAGE] or NO_WORDS,
        item=_about(item),
        details=details if isinstance(details, dict) else {},
        node_id=node[:200] if isinstance(node, str) else "",
        list_key=config.redis_list,
    )


def _about(item: Item) -> Item | None:
    """The item that had the error, without it: what a replay begins with. Null came instead where a step had none."""
    if "error" in item and set(item) == {"error", "item"}:
        inner = item["item"]
        return inner if isinstance(inner, dict) else None
    return {name: value for name, value in item.items() if name != "error"}


def _notice(troubles: list[Trouble], config: SaveError.Config) -> list[Note]:
    if not troubles or not (config.notify or config.telegram):
        return []
    first = troubles[0]
    more = f" (+{len(troubles) - 1})" if len(troubles) > 1 else ""
    return [Notice("error", f"{first.code}{more}"[:200], first.message, config.telegram)]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
