"""`code`: a program of one's own in JavaScript, run in the jail and nowhere else."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations import safe_json
from workflows import javascript, node_type, stored_files
from workflows.javascript import Ran
from workflows.node_type import Done, NodeContext, NodeType, Permanent, Port
from workflows.notes import Keeping

MOST_SECONDS = 60.0
SPARE_SECONDS = 6.0
"""How much sooner than the step the program has to end, so that the step can still say why."""
THREW = gettext_noop("Код завершился ошибкой: %(reason)s")
LIMITS = {
    "time": gettext_noop(
        "Код в поле «%(field)s» не закончил за %(seconds)s с: упростите его (в регулярном выражении уберите повторение "
        "внутри повторения, как в (a+)+) или увеличьте предел времени «seconds»"
    ),
    "memory": gettext_noop("Коду не хватило памяти: упростите его или обрабатывайте меньше данных за раз"),
    "stack": gettext_noop("Код вызывает себя слишком глубоко"),
    "output": gettext_noop("Результат кода больше допустимого"),
}
MOST_KEPT = 200_000
KEPT_TOO_LARGE = gettext_noop("Данные между запусками занимают %(size)s знаков, можно не больше %(limit)s")
CUT_SHORT = gettext_noop("Шаг остановлен, код не закончил работу")


class Program(node_type.Config):
    """The program and how often it is run."""

    mode: Literal["all", "each"] = Field(
        default="all",
        title=gettext_noop("Режим"),
        description=gettext_noop("all – один раз для всех элементов, each – для каждого элемента"),
    )
    code: str = Field(
        min_length=1,
        max_length=100_000,
        title=gettext_noop("Код"),
        description=gettext_noop(
            "JavaScript, тело функции: в режиме all верните список объектов или [{json: {…}}], в режиме each – объект. "
            "Доступны $input, items, $json, $('Узел'), $vars, DateTime; сети, файлов и модулей нет"
        ),
    )
    seconds: float = Field(
        default=10.0,
        gt=0,
        le=MOST_SECONDS,
        allow_inf_nan=False,
        title=gettext_noop("Предел времени"),
        description=gettext_noop("Сколько секунд код может работать, от 0 до 60"),
    )


class Code(NodeType):
    """Items go in and come out as JSON. What the program prints with `console` is the step's log."""

    type = "code"
    title = _("Код")
    description = _("Выполняет программу на JavaScript над элементами: без сети, файлов и доступа к системе")
    group = "flow"
    Config = Program
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Результат")),)
    weight = "io"
    only_reads = True
    timeout_seconds = MOST_SECONDS + 2 * SPARE_SECONDS
    verbatim = frozenset({"code"})
    programs = frozenset({"code"})

    def run(self, context: NodeContext) -> Done:
        program: Program = context.config
        left = context.deadline - time.monotonic() - SPARE_SECONDS
        seconds = max(0.1, min(program.seconds, left))
        try:
            ran = javascript.run(
                program.code,
                context.surroundings,
                mode=program.mode,
                seconds=seconds,
                watching=context.watching,
            )
        except javascript.ScriptFailed as error:
            _tell(context, error.lines)
            details: dict[str, Any] = {} if error.item is None else {"item": error.item}
            raise Permanent("code_failed", THREW, reason=error.message, **details) from None
        except javascript.LimitReached as error:
            took = {"seconds": round(seconds, 1)} if error.limit == "time" else {}
            raise Permanent("code_limit", LIMITS[error.limit], limit=error.limit, field="code", **took) from None
        except javascript.Interrupted:
            raise Permanent("code_interrupted", CUT_SHORT) from None
        _tell(context, ran.lines)
        return _done(context, ran)


def _tell(context: NodeContext, lines: list[tuple[str, str]]) -> None:
    say = {"debug": context.log.debug, "warning": context.log.warning, "error": context.log.error}
    for level, text in lines:
        say.get(level, context.log.info)("%(text)s", text=text)


def _done(context: NodeContext, ran: Ran) -> Done:
    """The items, and where each came from if that is known of all; files that the program has made are stored."""
    known = [source for source in ran.sources if source is not None]
    sources = {"out": [("in", source) for source in known]} if known and len(known) == len(ran.items) else {}
    notes = () if ran.kept is None else (Keeping(_bearable(ran.kept)),)
    return Done({"out": stored_files.keep_made(context, ran.items)}, sources, notes)


def _bearable(kept: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises `Permanent("kept_too_large")`."""
    size = len(safe_json.dumps(kept))
    if size > MOST_KEPT:
        raise Permanent("kept_too_large", KEPT_TOO_LARGE, size=size, limit=MOST_KEPT)
    return kept
