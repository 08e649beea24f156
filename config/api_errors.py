"""One table: which typed error is which HTTP status. Everything else about an error stands on its class."""

from __future__ import annotations

import math
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelInvalid
from django.core.signals import got_request_exception
from django.db import DataError, InterfaceError, OperationalError, close_old_connections
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts import errors as accounts_errors
from accounts.errors import DomainError
from config.api_json import BodyTooLarge
from executions import errors as executions_errors
from integrations import errors as integrations_errors
from tickets import errors as tickets_errors
from workflows import errors as workflows_errors

log = structlog.get_logger(__name__)

# An error that is not named here, nor any of its bases, is 400.
STATUS: dict[type[Exception], int] = {
    accounts_errors.Forbidden: 403,
    accounts_errors.ProjectNotFound: 404,
    accounts_errors.InvalidToken: 401,
    accounts_errors.BadCredentials: 401,
    accounts_errors.NotLoggedIn: 401,
    accounts_errors.TooManyAttempts: 429,
    accounts_errors.LoginTaken: 409,
    accounts_errors.TelegramTaken: 409,
    accounts_errors.NameTaken: 409,
    accounts_errors.LastAdmin: 409,
    accounts_errors.QuotaExceeded: 422,
    accounts_errors.QuotaFull: 429,
    BodyTooLarge: 413,
    integrations_errors.DatasetNotFound: 404,
    integrations_errors.CredentialNotFound: 404,
    integrations_errors.EventTypeNotFound: 404,
    integrations_errors.AlertNotFound: 404,
    integrations_errors.AlertOver: 409,
    tickets_errors.ContactNotFound: 404,
    tickets_errors.ContactTaken: 409,
    tickets_errors.ContactAmbiguous: 409,
    tickets_errors.FieldTaken: 409,
    tickets_errors.TicketNotFound: 404,
    tickets_errors.CategoryNotFound: 404,
    tickets_errors.ExecutorNotFound: 404,
    tickets_errors.AttachmentNotFound: 404,
    tickets_errors.ExecutorTaken: 409,
    tickets_errors.CategoryClosed: 409,
    tickets_errors.Refusal: 409,
    tickets_errors.NoRights: 403,
    tickets_errors.SelfConfirmation: 403,
    integrations_errors.CredentialInUse: 409,
    integrations_errors.BreakerNotFound: 404,
    integrations_errors.ValkeyAway: 503,
    integrations_errors.CredentialNameTaken: 409,
    integrations_errors.CredentialUnreadable: 409,
    workflows_errors.WorkflowNotFound: 404,
    workflows_errors.VersionNotFound: 404,
    workflows_errors.TemplateNotFound: 404,
    workflows_errors.UnknownNodeType: 404,
    workflows_errors.VariableNotFound: 404,
    workflows_errors.VariableExists: 409,
    workflows_errors.VariableTooLarge: 422,
    workflows_errors.StaleVersion: 409,
    workflows_errors.StaleETag: 412,
    workflows_errors.CodeTaken: 409,
    workflows_errors.NotPublished: 409,
    workflows_errors.InvalidDefinition: 422,
    workflows_errors.UnknownRepair: 409,
    workflows_errors.NodeNotFound: 404,
    workflows_errors.PinNotFound: 404,
    workflows_errors.NothingToTest: 422,
    workflows_errors.ActsOutside: 409,
    workflows_errors.PinTooLarge: 413,
    workflows_errors.DefinitionTooLarge: 413,
    executions_errors.ExecutionNotFound: 404,
    executions_errors.StepNotFound: 404,
    executions_errors.DeadLetterNotFound: 404,
    executions_errors.ScheduleNotFound: 404,
    executions_errors.SavedErrorNotFound: 404,
    executions_errors.NoticeNotFound: 404,
    executions_errors.EventNotFound: 404,
    executions_errors.HookNotFound: 404,
    executions_errors.HookRefused: 401,
    executions_errors.HookMethod: 405,
    executions_errors.HookTooLarge: 413,
    executions_errors.HookNotStarted: 409,
    executions_errors.HookPathTaken: 409,
    executions_errors.HookBusy: 429,
    executions_errors.ErrorHandled: 409,
    executions_errors.IllegalTransition: 409,
    executions_errors.WorkflowBusy: 409,
    executions_errors.NothingToRetry: 409,
    executions_errors.ConcurrencyLimit: 409,
    executions_errors.StepMissing: 422,
    executions_errors.IdempotencyMismatch: 422,
}


class Unavailable(DomainError):
    """The database cannot be asked right now."""

    code = "unavailable"
    message = _("Сервис временно недоступен, повторите запрос позже")
    retry_after = 5.0


class Internal(DomainError):
    """A defect of ours; the answer says nothing about it but the id under which the log tells more."""

    code = "internal"
    message = _("Внутренняя ошибка сервера")


class Unreadable(DomainError):
    """A value that no column and no number can hold."""

    code = "bad_value"
    message = _("Значение выходит за допустимые пределы")


# DRF's own errors: class -> (code, message)
SHELL: dict[type[exceptions.APIException], tuple[str, Any]] = {
    exceptions.NotAuthenticated: ("not_authenticated", accounts_errors.NotLoggedIn.message),
    exceptions.AuthenticationFailed: ("invalid_token", accounts_errors.InvalidToken.message),
    exceptions.PermissionDenied: ("forbidden", accounts_errors.Forbidden.message),
    exceptions.NotFound: ("not_found", _("Не найдено")),
    exceptions.MethodNotAllowed: ("method_not_allowed", _("Этот адрес не принимает такой метод")),
    exceptions.NotAcceptable: ("not_acceptable", _("Ответ в запрошенном формате не выдаётся")),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", _("Тело запроса принимается только как JSON")),
    exceptions.Throttled: ("too_many_requests", _("Слишком много запросов, попробуйте позже")),
    exceptions.ParseError: ("bad_json", _("Тело запроса не читается как JSON")),
}


def handle(exc: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every answer that is no success is `{code, message, details}`."""
    set_rollback()
    if isinstance(exc, DomainError):
        return answer(exc, status_of(exc))
    if isinstance(exc, exceptions.ValidationError):
        return _invalid(exc.detail)
    if isinstance(exc, ModelInvalid):
        return _invalid(exc.message_dict if hasattr(exc, "error_dict") else exc.messages)
    if isinstance(exc, Http404):
        exc = exceptions.NotFound()
    elif isinstance(exc, PermissionDenied):
        exc = exceptions.PermissionDenied()
    if isinstance(exc, exceptions.APIException):
        return _shell(exc)
    if isinstance(exc, DataError | OverflowError | RecursionError | SuspiciousOperation):
        log.warning("request.refused", error=type(exc).__name__)
        return answer(Unreadable(), 400)
    if isinstance(exc, OperationalError | InterfaceError):
        log.error("database.unavailable", error=type(exc).__name__)
        close_old_connections()
        return answer(Unavailable(), 503)
    log.exception("request.failed", exc_info=exc)
    got_request_exception.send(sender=None, request=getattr(context.get("request"), "_request", None))
    return answer(Internal(requestId=structlog.contextvars.get_contextvars().get("request_id")), 500)


def status_of(error: DomainError) -> int:
    """The HTTP status of a typed error: its own row of the table, else that of its nearest base, else 400."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)


def answer(error: DomainError, status: int) -> Response:
    response = Response({"code": error.code, "message": error.message, "details": error.details}, status=status)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    retry_after = getattr(error, "retry_after", None)
    if retry_after is not None and status in (429, 503):
        response["Retry-After"] = str(math.ceil(retry_after))
    return response


def _invalid(fields: Any) -> Response:
    if not isinstance(fields, dict):
        fields = {"nonFieldErrors": fields}
    error = DomainError(_("Данные не прошли проверку"), code="invalid", fields=fields)
    return answer(error, 400)


def _shell(exc: exceptions.APIException) -> Response:
    code, message = next(
        (SHELL[kind] for kind in type(exc).__mro__ if kind in SHELL), (str(exc.default_code), str(exc.detail))
    )
    # DRF turns 401 into 403 where a view names no scheme; here it is always the bearer.
    unknown = isinstance(exc, exceptions.NotAuthenticated | exceptions.AuthenticationFailed)
    response = answer(DomainError(message, code=code), 401 if unknown else exc.status_code)
    wait = getattr(exc, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(math.ceil(wait))
    return response
