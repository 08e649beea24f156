"""A request to the internet as a node's config describes it, and what its answer or its failure means."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_noop
from pydantic import BeforeValidator, Field, field_validator

from integrations.credential_kinds import HTTP_KINDS
from integrations.errors import Cancelled, CircuitOpen, OutboundError, RateLimited
from integrations.http import Answer, Door
from integrations.redaction import redact
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.settings import RetryPolicy
from workflows.headers import refuse_headers
from workflows.node_type import Item, Permanent, Transient

MAX_RETRIES = 10
REPEATS = 2
"""Further tries of a request that may be repeated, unless the config says how many."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
MAX_WAITS = 20
"""How often in a row one request may be put off before the step fails."""
DEFAULT_WAIT = 5.0
EXCERPT = 500
"""Characters of a refusal's body that its error shows."""

TEXT_TYPES = re.compile(r"(?i)^(text/|application/(.+\+)?xml\b|application/(java|ecma)script\b|application/x-www-form)")
JSON_TYPES = re.compile(r"(?i)^application/(.+\+)?json\b")
OUR_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "te", "trailer", "upgrade"})
SECRET_HEADERS = re.compile(r"(?i)auth|cookie|key|token|secret|password")

FIELD_AT_FAULT = {"timed_out": "timeout", "redirected": "followRedirects"}
"""Which field of the config an error is about, where that is not the address."""


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Method = Annotated[Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"], BeforeValidator(_upper)]
HeaderValue = Annotated[str, BeforeValidator(_as_text)]


class Call(node_type.Config):
    """One request. Every field may hold templates, which are filled for each item."""

    method: Method = Field(default="GET", title=gettext_noop("Метод"), description=gettext_noop("Метод HTTP"))
    url: str = Field(
        min_length=1,
        max_length=8000,
        title=gettext_noop("Адрес"),
        description=gettext_noop("Например https://example.org/api; внутренние адреса разрешает OUTBOUND_ALLOW"),
    )
    headers: dict[str, HeaderValue] = Field(
        default_factory=dict, title=gettext_noop("Заголовки"), description=gettext_noop("Имя и значение")
    )
    query: dict[str, Any] = Field(
        default_factory=dict,
        title=gettext_noop("Параметры адреса"),
        description=gettext_noop("Добавляются после знака вопроса; список повторяет параметр"),
    )
    body: Any = Field(
        default=None,
        title=gettext_noop("Тело"),
        description=gettext_noop("Текст отправляется как есть, остальное – как JSON"),
    )
    auth: CredentialRef | None = CredentialField(*HTTP_KINDS, title=gettext_noop("Доступ"))
    timeout: float = Field(
        default=30.0,
        gt=0,
        le=300,
        allow_inf_nan=False,
        title=gettext_noop("Тайм-аут"),
        description=gettext_noop("Сколько секунд ждать ответа целиком, от 0 до 300"),
    )
    retries: int | None = Field(
        default=None,
        ge=0,
        le=MAX_RETRIES,
        title=gettext_noop("Повторы"),
        description=gettext_noop(
            "Сколько раз повторить после сбоя; пусто – 2 для GET, HEAD, OPTIONS, PUT и DELETE, 0 для остальных"
        ),
    )
    followRedirects: bool = Field(  # noqa: N815 - a field of the definition
        default=False,
        title=gettext_noop("Следовать перенаправлениям"),
        description=gettext_noop("До трёх, каждое проверяется; на другой сервер заголовки не передаются"),
    )

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, headers: dict[str, str]) -> dict[str, str]:
        why = gettext_noop("заголовки соединения (Host, Content-Length и подобные) задавать нельзя")
        refuse_headers(headers, ours=OUR_HEADERS, why=why)
        return headers


RETRY = RetryPolicy(attempts=1 + REPEATS, delay_seconds=2.0, cap_seconds=60.0)


def retry_for(config: Mapping[str, Any]) -> RetryPolicy:
    """`retries` further tries; without it, or while it is a template, as many as the method allows."""
    retries = config.get("retries")
    if isinstance(retries, str) and retries.isdigit():
        retries = int(retries)
    if not isinstance(retries, int) or isinstance(retries, bool) or not 0 <= retries <= MAX_RETRIES:
        retries = REPEATS if str(config.get("method") or "GET").upper() in REPEATABLE else 0
    return replace(RETRY, attempts=1 + retries)


def perform(door: Door, call: Call, *, key: str | None = None) -> Item:
    """The answer as an item; `key` is the call's own `Idempotency-Key` where the step makes several.

    Raises `OutboundError` as the door does, and for every status that is no success.
    """
    return as_item(send(door, call, plain_body(call.body), key=key))


def send(
    door: Door, call: Call, body: Mapping[str, Any], *, key: str | None = None, any_status: bool = False
) -> Answer:
    """The answer; `body` is what the door is given for one: `json` or `data`, and `headers` that belong to it.

    Raises `OutboundError` as the door does, and for every status that is no success, unless `any_status` will do.
    """
    own = {**body.get("headers", {}), **call.headers}
    headers = own if key is None else {"Idempotency-Key": key, **own}
    answer = door.request(
        call.method,
        call.url,
        headers=headers,
        params=_query(call.query),
        timeout=call.timeout,
        follow_redirects=call.followRedirects,
        credential=call.auth,
        bucket=f"http-request:{call.auth or _marker(_secrets(call))}",
        **{name: value for name, value in body.items() if name != "headers"},
    )
    try:
        if not any_status:
            answer.raise_for_status()
    except OutboundError as error:
        error.details["answer"] = redact(answer.text(), _secrets(call))[:EXCERPT].replace("\x00", " ")
        raise
    return answer


def as_item(answer: Answer) -> Item:
    """The answer with its body as JSON, as text, or else in base64."""
    body, encoding = _content(answer)
    return {
        "status": answer.status,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "body": body,
        "encoding": encoding,
        "url": answer.url,
    }


def _secrets(call: Call) -> list[str]:
    return [value for name, value in call.headers.items() if SECRET_HEADERS.search(name)]


def _marker(secrets: list[str]) -> str:
    """Tells accounts of one server apart, whose rate limits are not each other's, without telling what they are."""
    return hashlib.sha256("\n".join(secrets).encode()).hexdigest()[:16]


def _query(query: Mapping[str, Any]) -> dict[str, Any]:
    """Null leaves a parameter out, lists repeat it, true and false are written as in JSON."""
    written = {name: value if isinstance(value, list) else [value] for name, value in query.items()}
    return {
        name: ["true" if one is True else "false" if one is False else one for one in values if one is not None]
        for name, values in written.items()
    }


def plain_body(body: Any) -> dict[str, Any]:
    """A text as it is, anything else as JSON: what the door is given for it."""
    if isinstance(body, str):
        return {"data": body.encode()}
    return {} if body is None else {"json": body}


def _content(answer: Answer) -> tuple[Any, str | None]:
    """The body as JSON, as text, or else in base64, and which of them it is; None for an empty one."""
    kind = answer.headers.get("content-type", "")
    if not answer.body:
        return None, None
    if JSON_TYPES.match(kind):
        return answer.json(), "json"
    if TEXT_TYPES.match(kind) or (not kind and b"\x00" not in answer.body):
        return answer.text().replace("\x00", "\ufffd"), "text"
    return base64.b64encode(answer.body).decode(), "base64"


def rest_after(error: OutboundError) -> float | None:
    """Seconds after which the same call may go out, where waiting is a state and no failure; None where it is one."""
    if isinstance(error, CircuitOpen):
        return error.retry_after or DEFAULT_WAIT
    return error.retry_after if isinstance(error, RateLimited) else None


def explained(error: OutboundError, *, item: int) -> Exception:
    """The failure of a step whose config is a `Call`: also which field of it is at fault."""
    return failure(error, item=item, field=FIELD_AT_FAULT.get(error.code, "url"))


def failure(error: OutboundError, *, item: int, **told: Any) -> Exception:
    """The step's failure: for which item, what else is `told`, and whether another try may help."""
    if isinstance(error, Cancelled):
        return error
    details = {"item": item, **told, **error.details}
    if error.transient:
        return Transient(error.code, error.message, retry_after=error.retry_after, **details)
    return Permanent(error.code, error.message, **details)
