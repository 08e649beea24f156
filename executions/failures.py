"""Failures that the engine itself gives to steps and runs. Messages are translated when they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from executions.engine.settlement import Failure

WORKER_LOST = Failure("worker_lost", gettext_noop("Работник исчез, не закончив шаг"))
TIMED_OUT = Failure(
    "timed_out",
    gettext_noop("Узел не уложился в отведённое время: увеличьте timeoutSeconds или уменьшите объём работы"),
    transient=True,
)
LOOP_LIMIT = Failure(
    "loop_limit",
    gettext_noop("Цикл повторился больше раз, чем разрешено: увеличьте maxIterations или исправьте условие"),
)
DEADLINE_EXCEEDED = Failure("deadline_exceeded", gettext_noop("Запуск не уложился в свой срок"))
CONCURRENCY_DROPPED = Failure(
    "concurrency_dropped",
    gettext_noop("Запуск не начат: уже идёт столько запусков этого рабочего процесса, сколько разрешено"),
)
STOPPED = gettext_noop("он остановлен")
CHILD_NOT_STARTED = gettext_noop("Не удалось запустить рабочий процесс «%(workflow)s»: %(reason)s")
STUCK = Failure("stuck", gettext_noop("Запуск не может продолжаться: ни один его шаг ничего не ждёт"))
PROCESS_DIED = gettext_noop("Процесс узла прервался, не закончив работу: возможно, ему не хватило памяти")
REFUSED = gettext_noop("Результат узла не удалось записать: сообщите администратору")
DEFECT = gettext_noop("Внутренняя ошибка узла: сообщите администратору")


def too_deep(limit: int) -> Failure:
    """A run started by a run that was started by a run …, more than `limit` times."""
    return Failure(
        "too_deep",
        gettext_noop("Вложенных запусков больше %(limit)s: рабочие процессы запускают друг друга по кругу"),
        {"limit": limit},
    )


def child_failed(child: str, status: str | None, error: Mapping[str, Any] | None) -> Failure:
    """A run that the step was waiting for has not succeeded; `status` is None when it has been forgotten."""
    why = {"message": error["message"], "params": error["details"]} if error else {"message": STOPPED, "params": {}}
    return Failure(
        "child_failed",
        gettext_noop("Вложенный запуск не завершился успешно: %(why)s"),
        {"executionId": child, "status": status, "error": error, "why": why},
    )


def steps_left_out(count: int) -> Failure:
    """A step was retried in a run that somebody had stopped; others stay cancelled, so the run is not complete."""
    return Failure(
        "steps_left_out",
        gettext_noop("Отменённых шагов осталось %(count)s: чтобы выполнить и их, повторите запуск от ошибки"),
        {"count": count},
    )


def unknown_port(port: str, known: Sequence[str]) -> Failure:
    """A node type sends items by a port that it does not have."""
    return Failure(
        "unknown_port",
        gettext_noop("У типа узла нет выхода «%(port)s»: сообщите администратору"),
        {"port": port, "known": list(known)},
    )


def version_broken(reason: str) -> Failure:
    """The version of a run cannot be compiled any more, for example because a node type has been removed."""
    return Failure(
        "version_broken",
        gettext_noop("Версию рабочего процесса больше нельзя выполнить: её тип узла удалён или изменён"),
        {"reason": reason},
    )
