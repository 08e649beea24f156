"""What can go wrong at the border, each situation under a name of its own.

`transient` answers the one question of the retry policy: may the same call work when it is made again?
`retry_after` is the number of seconds before which it is pointless, where somebody told us.
Messages name a host at most: paths, queries and headers may hold secrets.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.errors import DomainError


class IntegrationsError(DomainError):
    """Root of this package's errors."""


class OutboundError(IntegrationsError):
    """A call to the outside that brought no usable answer."""

    code = "outbound_error"
    message = _("Не удалось выполнить запрос к внешней системе")
    transient: ClassVar[bool] = True

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        code: str | None = None,
        retry_after: float | None = None,
        **details: Any,
    ) -> None:
        super().__init__(message, code=code, **details)
        self.retry_after = retry_after


class ErrorListAway(IntegrationsError):
    """The Redis server that keeps lists of errors cannot be asked; `details.cause` says why."""

    code = "error_list_away"
    message = _("Сервер Redis со списками ошибок недоступен: проверьте ERROR_REDIS_URL")


class Unreachable(OutboundError):
    """No connection: the name is unknown, the port is closed, the line broke, the certificate is wrong."""

    code = "unreachable"
    message = _("Нет связи с внешней системой: проверьте адрес и доступность сервера")


class TimedOut(OutboundError):
    """The total time of the call is over."""

    code = "timed_out"
    message = _("Внешняя система не ответила за отведённое время: увеличьте тайм-аут или повторите позже")


class Refused(OutboundError):
    """The other side answered 4xx (429 is `RateLimited`): the request itself is wrong."""

    code = "refused"
    message = _("Внешняя система отклонила запрос: исправьте адрес, параметры или доступ")
    transient = False


class ServerFault(OutboundError):
    """The other side answered 5xx."""

    code = "server_fault"
    message = _("Внешняя система сообщила о своей ошибке: повторите позже")


class RateLimited(OutboundError):
    """Too many calls: the other side said so (429), or a shared bucket of ours still rests after it did."""

    code = "rate_limited"
    message = _("Превышен лимит запросов внешней системы: нужно подождать")


class CircuitOpen(OutboundError):
    """Not called at all: the host failed again and again a moment ago (`retry_after` says how long it rests)."""

    code = "circuit_open"
    message = _("Внешняя система недавно отказывала: запросы к ней приостановлены")


class ServerCrowded(CircuitOpen):
    """Not called either: as many calls as one server may have are under way, and it does not answer them."""

    code = "server_crowded"
    message = _("Внешняя система медлит с ответами на другие запросы: этот отправится позже")


class ForbiddenTarget(OutboundError):
    """The address may not be called from here."""

    code = "forbidden_target"
    message = _("Этот адрес вызывать запрещено")
    transient = False


class TooLarge(OutboundError):
    """The answer is longer than the caller can take."""

    code = "too_large"
    message = _("Ответ внешней системы больше допустимого размера")
    transient = False


class InvalidAnswer(OutboundError):
    """The answer is not what its kind promises (broken JSON, unknown encoding): a proxy's page, a cut line."""

    code = "invalid_answer"
    message = _("Ответ внешней системы не удалось прочитать")


class FileGone(OutboundError):
    """The content of an item's file is not in the store of its project: too old, or never there."""

    code = "file_gone"
    message = _("Содержимого файла больше нет: получите файл заново")
    transient = False


class FileTooLarge(OutboundError):
    """A file is larger than one may be, or the files of the project would be larger than all may be together."""

    code = "file_too_large"
    message = _("Файл больше допустимого или место для файлов проекта кончилось: FILE_MAX_BYTES, FILE_QUOTA_BYTES")
    transient = False


class FolderRefused(OutboundError):
    """A file of the server that workflows may not reach, or that is not there; `details.reason` says which."""

    code = "folder_refused"
    message = _("Файл в папке процессов не прочитать и не записать: проверьте путь и WORKFLOW_FOLDER")
    transient = False


class UnsafeAnswer(InvalidAnswer):
    """The answer is JSON that must not be let in; it would be the same the next time."""

    code = "unsafe_answer"
    message = _("Ответ внешней системы содержит недопустимые данные")
    transient = False


class Cancelled(OutboundError):
    """The step was stopped, or its worker lost it, while the call was under way."""

    code = "cancelled"
    message = _("Запрос прерван: шаг остановлен")
    transient = False


class CredentialError(IntegrationsError):
    """Root of what can go wrong with stored secrets."""


class CredentialNotFound(CredentialError):
    """No such credential in this project."""

    code = "credential_not_found"
    message = _("Учётные данные не найдены в этом проекте")


class CredentialRevoked(CredentialError):
    """It was taken out of use, while something still names it."""

    code = "credential_revoked"
    message = _("Учётные данные отозваны: выберите другие или верните эти")


class CredentialUnreadable(CredentialError):
    """The ciphertext does not open: the key is missing or another one, or the row was tampered with."""

    code = "credential_unreadable"
    message = _("Учётные данные не расшифровываются: проверьте CREDENTIAL_KEYS")


class CredentialKeysInvalid(CredentialError):
    """The installation's list of keys is empty or malformed."""

    code = "credential_keys_invalid"
    message = _("Ключи шифрования заданы неверно: CREDENTIAL_KEYS ждёт ключи по 32 байта в base64 через запятую")


class CredentialInvalid(CredentialError):
    """The secret does not fit its kind; `details.field` names the field."""

    code = "credential_invalid"
    message = _("Учётные данные заполнены неверно")


class SecretNeeded(CredentialError):
    """Where a secret goes may be changed only by somebody who has it; `details.field` names what was to change."""

    code = "secret_needed"
    message = _("Чтобы изменить, куда отправляются учётные данные, введите секрет заново")


class CredentialNameTaken(CredentialError):
    """The project has a credential of this name."""

    code = "credential_name_taken"
    message = _("Учётные данные с таким названием в проекте уже есть")


class CredentialInUse(CredentialError):
    """Published workflows name it: `details.usedBy`."""

    code = "credential_in_use"
    message = _("Учётные данные нужны опубликованным рабочим процессам: замените их там или отзовите")


class BreakerNotFound(IntegrationsError):
    """No circuit breaker of this name has met a failure lately."""

    code = "breaker_not_found"
    message = _("Такого предохранителя нет: возможно, он уже забыт")


class ValkeyAway(IntegrationsError):
    """The shared memory cannot be asked; work goes on without it."""

    code = "valkey_away"
    message = _("Общая память (Valkey) не отвечает: повторите позже")


class DatasetNotFound(IntegrationsError):
    """No such dataset among those that the person may see."""

    code = "dataset_not_found"
    message = _("Набор данных не найден")


class DatasetQueryInvalid(IntegrationsError):
    """A filter of the rows cannot be read; `details` says which."""

    code = "dataset_query_invalid"
    message = _("Неверный параметр запроса")


class EventInvalid(IntegrationsError):
    """A word about an event is too long or has forbidden characters; `details.field` says which."""

    code = "event_invalid"
    message = _("Событие описано неверно: проверьте имя, предмет и ключ от повторов")


class EventTypeNotFound(IntegrationsError):
    """The catalogue has no type of event of this code."""

    code = "not_found"
    message = _("Такого вида событий нет")


class AlertNotFound(IntegrationsError):
    """No such alert is kept among those that the person may see."""

    code = "not_found"
    message = _("Такой тревоги нет")


class AlertOver(IntegrationsError):
    """What the alert was about is over: nobody has to look after it any more."""

    code = "alert_over"
    message = _("Эта тревога уже закончилась")


class PayloadInvalid(IntegrationsError):
    """The content is not what the type of event says; `details.fields` names what is wrong."""

    code = "payload_invalid"
    message = _("Содержание события не подходит под его схему")


class UnknownTopic(IntegrationsError):
    """A message for a topic that has no handler in `OUTBOX_HANDLERS`."""

    code = "unknown_topic"
    message = _("Для темы сообщения нет обработчика")
