"""What can go wrong with a run."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class ExecutionsError(DomainError):
    """Root of this package's errors."""


class ExecutionNotFound(ExecutionsError):
    code = "not_found"
    message = _("Запуск не найден")


class StepNotFound(ExecutionsError):
    code = "not_found"
    message = _("Шаг не найден")


class IllegalTransition(ExecutionsError):
    """The run is in a state from which this cannot be done; `details.status` says which."""

    code = "illegal_transition"
    message = _("В текущем состоянии запуска это действие невозможно")


class NothingToRetry(ExecutionsError):
    """No step of the run has failed or was cancelled, or none would run; `details.status` is the run's."""

    code = "nothing_to_retry"
    message = _("Повторять нечего: в запуске нет неудавшихся и отменённых шагов")


class StepMissing(ExecutionsError):
    """The chosen version has no such nodes; `details.nodeIds` names them."""

    code = "step_missing"
    message = _("В выбранной версии нет шага, с которого нужно продолжить: выберите другую версию или другой шаг")


class DeadLetterNotFound(ExecutionsError):
    """No failed step and no undelivered message of this id that somebody still has to deal with."""

    code = "not_found"
    message = _("Среди неразобранных неудач такой нет")


class ScheduleNotFound(ExecutionsError):
    """The workflow has no such schedule, or it has no row of django-celery-beat any more."""

    code = "not_found"
    message = _("Такого расписания у рабочего процесса нет")


class IdempotencyMismatch(ExecutionsError):
    """The key was used before, with another body."""

    code = "idempotency_mismatch"
    message = _("Этот Idempotency-Key уже использован с другим телом запроса: возьмите новый ключ")


class WorkflowBusy(ExecutionsError):
    """The workflow has runs that have not ended."""

    code = "open_executions"
    message = _("У рабочего процесса есть незавершённые запуски: остановите их или дождитесь конца")


class ConcurrencyLimit(ExecutionsError):
    """As many runs as the workflow allows at once are going on; `details` are `limit` and `key`."""

    code = "concurrency_limit"
    message = _("Уже идёт столько запусков, сколько разрешено: дождитесь конца одного из них или увеличьте предел")


class BadInput(ExecutionsError):
    """The start's own fields are wrong; `details.fields` names them."""

    code = "invalid"
    message = _("Данные запроса неверны")


class TooManySockets(ExecutionsError):
    """The person watches too many runs at once; `details.limit` says how many are allowed."""

    code = "too_many_sockets"
    message = _("Слишком много открытых соединений: закройте лишние")


class BadMessage(ExecutionsError):
    """A socket's client said something that is no message of the protocol."""

    code = "bad_message"
    message = _("Сообщение не понято: ожидается auth с токеном")


class TooManyMessages(ExecutionsError):
    """`details.limit` messages a minute are allowed."""

    code = "too_many_messages"
    message = _("Слишком много сообщений")
