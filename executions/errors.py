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


class SavedErrorNotFound(ExecutionsError):
    code = "not_found"
    message = _("Ошибка не найдена")


class NoticeNotFound(ExecutionsError):
    code = "not_found"
    message = _("Уведомление не найдено")


class ErrorHandled(ExecutionsError):
    """Somebody has dealt with the error; `details.state` says how."""

    code = "error_handled"
    message = _("Эту ошибку уже разобрали: обновите список")


class IllegalTransition(ExecutionsError):
    """The run is in a state from which this cannot be done; `details.status` says which."""

    code = "illegal_transition"
    message = _("В текущем состоянии запуска это действие невозможно")


class StepHasResult(IllegalTransition):
    """The step has succeeded or was skipped: it is repeated by `force` only; `details.stepStatus`."""

    message = _('У шага уже есть результат: чтобы повторить его всё равно, передайте "force": true')


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


class EventNotFound(ExecutionsError):
    """No such event is kept among those that the person may see; `details.events` names those that are missing."""

    code = "not_found"
    message = _("Такого события нет, или оно уже забыто")


class HookNotFound(ExecutionsError):
    """Nothing listens at this address."""

    code = "not_found"
    message = _("По этому адресу никто не слушает")


class HookRefused(ExecutionsError):
    """The call of a webhook has not proved that it may; what it lacks is not said."""

    code = "refused"
    message = _("Вызов не принят")


class HookMethod(ExecutionsError):
    """The webhook is not called by this method; `details.methods` are those that it takes."""

    code = "method_not_allowed"
    message = _("Этот адрес не принимает такой метод")


class HookTooLarge(ExecutionsError):
    """The body is longer than the webhook takes; `details.limit` is in bytes."""

    code = "too_large"
    message = _("Тело запроса слишком большое")


class HookUnreadable(ExecutionsError):
    """The body is not what its content type says, or must not be let in; `details.reason` is machine-readable."""

    code = "bad_body"
    message = _("Тело запроса не читается")


class HookPathTaken(ExecutionsError):
    """Another workflow answers at this old path of n8n; `details` are `path`, `methods` and the other's `workflow`."""

    code = "path_taken"
    message = _("По этому прежнему адресу уже отвечает другой рабочий процесс: уберите адрес у одного из них")


class HookNotStarted(ExecutionsError):
    """The call was taken in and nothing has begun by it; the code says why."""

    code = "not_started"
    message = _("Запуск не начат")


class HookBusy(ExecutionsError):
    """Too many calls; `retry_after` is in seconds."""

    code = "too_many_requests"
    message = _("Слишком много запросов, попробуйте позже")

    def __init__(self, *, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


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
