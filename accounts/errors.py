"""What can go wrong about people and rights, and the root of every typed error of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A situation the caller can act on.

    `code` is stable and machine-readable, `message` is for a person, `details` is a JSON object
    that names fields, states or ids. The HTTP status is decided in `config.api_errors`, not here.
    """

    code: str = "error"
    message: str | Promise = _("Ошибка")

    def __init__(self, message: str | Promise | None = None, *, code: str | None = None, **details: Any) -> None:
        self.message = message if message is not None else type(self).message
        self.code = code or type(self).code
        self.details = details
        super().__init__(self.code)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class AccountsError(DomainError):
    """Root of this package's errors."""


class Forbidden(AccountsError):
    """The person may see the object, but not do this to it."""

    code = "forbidden"
    message = _("Недостаточно прав для этого действия")


class ProjectNotFound(AccountsError):
    """No such project among those in which the person has a role."""

    code = "not_found"
    message = _("Проект не найден")


class InvalidToken(AccountsError):
    """The bearer token is forged, expired, revoked or outlived by a change of the person's rights."""

    code = "invalid_token"
    message = _("Токен недействителен или истёк")


class BadCredentials(AccountsError):
    """Wrong login, wrong password or a deactivated person: on purpose one error for all three."""

    code = "bad_credentials"
    message = _("Неверный логин или пароль")


class TooManyAttempts(AccountsError):
    """Too many failed log-ins in the last minute; `retry_after` is in seconds."""

    code = "too_many_attempts"
    message = _("Слишком много неудачных попыток входа, попробуйте позже")

    def __init__(self, *, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__(retryAfter=retry_after)


class NotLoggedIn(AccountsError):
    """The request carries no token at all."""

    code = "not_authenticated"
    message = _("Нужен токен доступа")


class UnknownField(AccountsError):
    """The body has fields that this address does not know; they are in `details.fields`."""

    code = "unknown_field"
    message = _("В запросе есть неизвестные поля")


class UnknownFilter(AccountsError):
    """The address of a list asks for filters that it does not have: `details.filters`; it has `details.known`."""

    code = "unknown_filter"

    def __init__(self, filters: Sequence[str], known: Sequence[str]) -> None:
        text = _("У списка нет таких фильтров: %(filters)s. Есть: %(known)s")
        named = {"filters": ", ".join(name[:80] for name in filters), "known": ", ".join(known)}
        super().__init__(text % named, filters=list(filters), known=list(known))


class ReadOnlyField(AccountsError):
    """The body changes fields that cannot be changed here; they are in `details.fields`."""

    code = "read_only_field"
    message = _("В запросе меняются поля, которые нельзя менять")


class UnknownRole(AccountsError):
    """A role that is not in the table of roles."""

    code = "unknown_role"
    message = _("Такой роли нет")


class WeakPassword(AccountsError):
    """The password does not meet the rules; the reasons are in `details.fields.password`."""

    code = "weak_password"
    message = _("Пароль не подходит")


class LoginTaken(AccountsError):
    """Another person has this login, perhaps in another case."""

    code = "login_taken"
    message = _("Такой логин уже занят")


class TelegramTaken(AccountsError):
    """Another person is linked to this Telegram account."""

    code = "telegram_taken"
    message = _("Этот Telegram уже привязан к другому человеку")


class NameTaken(AccountsError):
    """A service account of this name is in force."""

    code = "name_taken"
    message = _("Действующий сервисный аккаунт с таким названием уже есть")


class WrongPassword(AccountsError):
    """Whoever changes their own password must know the present one."""

    code = "wrong_password"
    message = _("Текущий пароль указан неверно")


class LastAdmin(AccountsError):
    """Nobody could manage people any more."""

    code = "last_admin"
    message = _("Нельзя лишить прав последнего администратора")


class QuotaExceeded(AccountsError):
    """The person has as much of it as one person may; `details` are `quota`, its `setting`, `limit` and `used`."""

    code = "quota_exceeded"
    message = _("Достигнут предел на одного человека")


class QuotaFull(QuotaExceeded):
    """The same of something that becomes less by itself: the call may be repeated after a while."""

    retry_after = 30
