"""Calls an address on the internet, once per input item, and passes on what it answered."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BeforeValidator, Field, field_validator

from integrations.credentials import redact
from integrations.errors import Cancelled, CircuitOpen, OutboundError, RateLimited
from integrations.http import Answer, Door
from workflows import node_type
from workflows.graph.settings import RetryPolicy
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port, Transient

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
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
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
        for name, value in headers.items():
            if not HEADER_NAME.fullmatch(name):
                raise ValueError(gettext_noop("имя заголовка состоит из латинских букв, цифр и дефиса"))
            if name.lower() in OUR_HEADERS:
                raise ValueError(gettext_noop("заголовки соединения (Host, Content-Length и подобные) задавать нельзя"))
            if not value.isprintable():
                raise ValueError(gettext_noop("значение заголовка не может содержать переводы строк"))
        return headers


class HttpRequest(NodeType):
    """The engine's headers make a repeated call recognisable: the key is the same over all tries of one item."""

    type = "http-request"
    title = _("HTTP-запрос")
    description = _("Вызывает адрес в интернете для каждого элемента и передаёт дальше статус, заголовки и тело ответа")
    group = "http"
    Config = Call
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    retry = RetryPolicy(attempts=1 + REPEATS, delay_seconds=2.0, cap_seconds=60.0)
    timeout_seconds = 300.0

    @classmethod
    def retry_for(cls, config: Mapping[str, Any]) -> RetryPolicy:
        """`retries` further tries; without it, or while it is a template, as many as the method allows."""
        retries = config.get("retries")
        if isinstance(retries, str) and retries.isdigit():
            retries = int(retries)
        if not isinstance(retries, int) or isinstance(retries, bool) or not 0 <= retries <= MAX_RETRIES:
            retries = REPEATS if str(config.get("method") or "GET").upper() in REPEATABLE else 0
        return RetryPolicy(
            attempts=1 + retries,
            backoff=cls.retry.backoff,
            delay_seconds=cls.retry.delay_seconds,
            cap_seconds=cls.retry.cap_seconds,
        )

    def run(self, context: NodeContext) -> Outcome:
        """One call after the other. Whoever has to wait gives the worker back and keeps the answers so far."""
        progress = context.progress or {}
        answers: list[Item] = list(progress.get("answers", []))
        waits: int = progress.get("waits", 0)
        had = len(answers)
        door = context.connect(Door)
        for index in range(had, len(context.items)):
            call: Call = context.config_for(index)
            if len(answers) > had and context.deadline - time.monotonic() < call.timeout:
                return Later(0.0, "time_slice", {"answers": answers})
            try:
                answers.append(self._call(context, door, call, index))
            except OutboundError as error:
                rest = _rest(error)
                if rest is None or waits >= MAX_WAITS:
                    raise _explained(error, item=index) from error
                kept = {"answers": answers, "waits": waits + 1}
                return Later(rest, error.code, kept, host=error.details.get("host"))
            waits = 0
        context.log.info(gettext_noop("Выполнено запросов: %(count)s"), count=len(answers) - had)
        return Done({"out": answers})

    def _call(self, context: NodeContext, door: Door, call: Call, index: int) -> Item:
        """Raises `OutboundError` as the door does, and for every status that is no success."""
        headers = dict(call.headers)
        if len(context.items) > 1:
            headers = {"Idempotency-Key": f"{context.idempotency_key}:{index}", **headers}
        answer = door.request(
            call.method,
            call.url,
            headers=headers,
            params=_query(call.query),
            timeout=call.timeout,
            follow_redirects=call.followRedirects,
            bucket=f"http-request:{_marker(_secrets(call))}",
            **_body(call.body),
        )
        try:
            answer.raise_for_status()
        except OutboundError as error:
            error.details["answer"] = redact(answer.text(), _secrets(call))[:EXCERPT].replace("\x00", " ")
            raise
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


def _body(body: Any) -> dict[str, Any]:
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


def _rest(error: OutboundError) -> float | None:
    """Seconds after which the same call may go out, where waiting is a state and no failure; None where it is one."""
    if isinstance(error, CircuitOpen):
        return error.retry_after or DEFAULT_WAIT
    return error.retry_after if isinstance(error, RateLimited) else None


def _explained(error: OutboundError, *, item: int) -> Exception:
    """The step's failure: which field is at fault, for which item, and whether another try may help."""
    if isinstance(error, Cancelled):
        return error
    details = {"field": FIELD_AT_FAULT.get(error.code, "url"), "item": item, **error.details}
    if error.transient:
        return Transient(error.code, error.message, retry_after=error.retry_after, **details)
    return Permanent(error.code, error.message, **details)
