"""Refusals of Wildberries under names of their own, each with what Wildberries itself says about it.

A message may have %(name)s places that its details fill; the journal fills them in the reader's language.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from integrations.errors import InvalidAnswer, OutboundError, RateLimited, Refused, ServerFault
from integrations.safe_json import UnsafeJSON, loads

MAX_DETAIL = 500


class TokenMissing(Refused):
    """There is no token to ask with."""

    code = "wb_token_missing"
    message = _("Не задан токен Wildberries: укажите WB_API_KEY")


class TokenRejected(Refused):
    """401: the token is malformed, expired or withdrawn."""

    code = "wb_token_rejected"
    message = _("Wildberries не принимает токен: выпустите новый в личном кабинете продавца")


class PaymentRequired(Refused):
    """402: the service behind the token has no money left at Wildberries."""

    code = "wb_payment_required"
    message = _("Wildberries требует оплаты: пополните баланс решения в кабинете разработчика")


class AccessDenied(Refused):
    """403: the token has no right to this part of the API."""

    code = "wb_access_denied"
    message = _("У токена Wildberries нет доступа к этому методу: проверьте категории токена")


class RequestRejected(Refused):
    """Another 4xx, or a redirect: Wildberries does not understand or does not serve the request."""

    code = "wb_request_rejected"
    message = _("Wildberries отклонил запрос: %(detail)s")


class UnexpectedAnswer(InvalidAnswer):
    """The answer is JSON of another shape than published; `details.where` says where. It will be so again."""

    code = "wb_unexpected_answer"
    message = _("Ответ Wildberries не такой, как описан: возможно, метод изменился")
    transient = False


BY_STATUS: dict[int, type[Refused]] = {401: TokenRejected, 402: PaymentRequired, 403: AccessDenied}


def error_of(status: int, body: bytes, *, method: str, retry_after: float | None = None) -> OutboundError:
    """The typed error for an answer that is no success.

    Its details are `status`, `method`, `detail` (in Wildberries' words) and `requestId` (for their support).
    """
    detail, request_id = explanation(body)
    details: dict[str, Any] = {"status": status, "method": method, "detail": detail, "requestId": request_id}
    if status == 429:
        return RateLimited(retry_after=retry_after, **details)
    if status >= 500:
        return ServerFault(retry_after=retry_after, **details)
    if status in BY_STATUS:
        return BY_STATUS[status](**details)
    return RequestRejected(**{**details, "detail": detail or str(status)})


def wording(error: OutboundError) -> str:
    """The message with its places filled, in the language of the moment."""
    text = str(error.message)
    return text % error.details if "%(" in text else text


def sentence_of(error: OutboundError) -> dict[str, Any]:
    """The message as the journal keeps a sentence inside another one: translated when it is read."""
    return {"message": str(error.message), "params": error.details}


def explanation(body: bytes) -> tuple[str | None, str | None]:
    """What an error body says in words, and its request id. Every service of Wildberries has a form of its own."""
    try:
        data = loads(body)
    except UnsafeJSON:
        return _text(body.decode("utf-8", "replace")), None
    if not isinstance(data, dict):
        return _text(data), None
    return _fields(data.get("errors")) or _text(data.get("detail") or data.get("title")), _request_id(data)


def _fields(errors: Any) -> str | None:
    """`errors` is one text, a list of texts, or a list of fields with a detail each."""
    rows = errors if isinstance(errors, list) else [errors]
    texts = [f"{row.get('field')}: {row.get('detail')}" if isinstance(row, dict) else _text(row) for row in rows]
    return _text("; ".join(text for text in texts if text))


def _request_id(data: dict[str, Any]) -> str | None:
    return _text(data.get("requestId") or data.get("request_id"))


def _text(value: Any) -> str | None:
    return value.strip()[:MAX_DETAIL] or None if isinstance(value, str) else None
