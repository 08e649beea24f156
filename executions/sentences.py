"""Words for people, in the language that is active when they are read: states, and what a line of a journal says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

LOG = "log"

MOVES = {
    "execution.started": _("Запуск начат"),
    "execution.queued": _("Запуск ждёт своей очереди"),
    "execution.paused": _("Запуск приостановлен"),
    "execution.resumed": _("Запуск возобновлён"),
    "execution.stopped": _("Запуск остановлен"),
    "execution.succeeded": _("Запуск завершён успешно"),
    "execution.failing": _("Запуск завершается с ошибкой: новые шаги не начнутся"),
    "execution.failed": _("Запуск завершён с ошибкой"),
    "execution.retried": _("Запуск продолжен: шагов выполняется заново — %(steps)s"),
    "execution.took_over": _("Это повтор запуска %(retryOf)s, готовых результатов взято: %(reused)s"),
    "step.succeeded": _("Шаг «%(label)s» выполнен, попытка %(attempt)s"),
    "step.failed": _("Шаг «%(label)s» не выполнен: %(error)s"),
    "step.delayed": _("Шаг «%(label)s» отложен"),
    "step.waiting": _("Шаг «%(label)s» ждёт"),
    "step.held": _("Шаг «%(label)s» придержан до возобновления запуска"),
    "step.handed_back": _("Работник завершается: шаг «%(label)s» возвращён в очередь"),
    "step.cancelled": _("Шаг «%(label)s» отменён"),
    "step.rescued": _("Работник шага «%(label)s» пропал, шаг передан другому"),
    "step.skipped": _("Шаг «%(label)s» пропущен: ни одна ветка к нему не привела"),
    "step.retried": _("Шаг «%(label)s» выполняется заново"),
    "loop.pass": _("Начат новый проход цикла"),
    "child.failed": _("Запуск %(executionId)s, начатый шагом «%(label)s», завершился с ошибкой: %(error)s"),
    "error_workflow.started": _("О неудаче сообщено рабочему процессу «%(workflow)s», запуск %(executionId)s"),
    "error_workflow.refused": _("Рабочий процесс для неудач «%(workflow)s» не запустился: %(error)s"),
}


STATES = {
    "queued": _("Ждёт очереди"),
    "running": _("Выполняется"),
    "paused": _("Приостановлен"),
    "failing": _("Завершается с ошибкой"),
    "succeeded": _("Выполнен"),
    "failed": _("Ошибка"),
    "stopped": _("Остановлен"),
    "pending": _("Ждёт предыдущих"),
    "ready": _("Ждёт работника"),
    "held": _("Придержан"),
    "delayed": _("Отложен"),
    "waiting": _("Ждёт"),
    "skipped": _("Пропущен"),
    "cancelled": _("Отменён"),
    "dropped": _("Из прежнего прохода"),
}
"""Names of the states of runs and steps."""


ORIGINS = {
    "manual": _("Человек или программа"),
    "schedule": _("Расписание"),
    "subworkflow": _("Шаг другого запуска"),
    "error": _("Неудача другого запуска"),
    "event": _("Событие"),
    "retry": _("Повтор другого запуска"),
    "test": _("Проба в редакторе"),
}
"""What started a run."""


OUTCOMES = {
    "succeeded": _("выполнено"),
    "failed": _("не выполнено"),
    "retried": _("не выполнено, будет повтор"),
    "postponed": _("отложено узлом"),
    "waiting": _("ждёт"),
    "handed_back": _("возвращено"),
    "lost": _("работник пропал"),
    "cancelled": _("отменено"),
}
"""How an attempt has ended."""


class _Places(dict[str, Any]):
    """Values for the places of a sentence; a value that a line does not have is a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def sentence(type: str, payload: Mapping[str, Any]) -> str:
    """One line for people. A node's own log line is its message; every move has a sentence of its own."""
    if type == LOG:
        return phrase(str(payload.get("message", "")), payload.get("params") or {})
    move = MOVES.get(type)
    if move is None:
        return type
    values = _Places(payload)
    error = payload.get("error")
    if isinstance(error, Mapping):
        values["error"] = phrase(str(error.get("message") or error.get("code") or ""), error.get("details") or {})
    text = gettext(move) % values
    why = values["error"] if error else payload.get("reason") if type.startswith("execution.") else None
    return f"{text}: {why}" if why and "%(error)s" not in move else text


def state(status: str) -> str:
    """The name of a state of a run or a step."""
    return gettext(STATES[status])


def origin(name: str) -> str:
    """What started a run, in words."""
    return gettext(ORIGINS[name])


def outcome(name: str) -> str:
    """How an attempt has ended, in words."""
    return gettext(OUTCOMES[name])


def phrase(message: str, values: Mapping[str, Any]) -> str:
    """A stored msgid in the reader's language with its %(name)s places filled.

    What was stored may also be a text that nobody translates (an answer of another system): it stays as it is.
    """
    text = gettext(message) if message else ""
    if "%(" not in text:
        return text
    try:
        return text % _Places(told(values))
    except (ValueError, TypeError):
        return text


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with every stored sentence among them, `{message, params}`, in the reader's language."""
    return {name: _told(value) for name, value in values.items()}


def _told(value: Any) -> Any:
    match value:
        case {"message": str(message), "params": dict(params)} if len(value) == 2:
            return phrase(message, params)
        case _:
            return value
