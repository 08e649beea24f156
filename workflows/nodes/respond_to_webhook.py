"""Says what the caller of a webhook is answered: status, headers and body."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, field_validator, model_validator

from integrations import safe_json
from workflows import node_type
from workflows.file_field import FileField
from workflows.headers import refuse_headers
from workflows.items import attached
from workflows.node_type import Done, Item, NodeContext, NodeType, Permanent, Port
from workflows.notes import Answer

MAX_BODY: Final = 1_000_000
OURS: Final = frozenset(
    {
        "alt-svc",
        "clear-site-data",
        "connection",
        "content-length",
        "content-security-policy",
        "host",
        "keep-alive",
        "nel",
        "report-to",
        "reporting-endpoints",
        "server",
        "service-worker-allowed",
        "set-cookie",
        "strict-transport-security",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "x-accel-buffering",
        "x-accel-charset",
        "x-accel-expires",
        "x-accel-limit-rate",
        "x-accel-redirect",
        "x-content-type-options",
        "x-lighttpd-send-file",
        "x-sendfile",
    }
)
"""Headers that the server sets itself, or nobody. Answers come from the address of the admin, where they may set no
cookies and say nothing for all pages of the address; and a proxy in front would take some for its own orders."""


class RespondToWebhook(NodeType):
    """The first answer of a run counts; without one the caller is answered in the way that its trigger says."""

    type = "respond-to-webhook"
    title = _("Ответить на вебхук")
    description = _(
        "Отвечает тому, кто вызвал вебхук: код, заголовки и тело. Запуск идёт дальше; считается первый ответ запуска."
    )
    group = "flow"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(node_type.Config):
        status: int = Field(
            default=200,
            ge=200,
            le=599,
            title=gettext_noop("Код ответа"),
            description=gettext_noop("Например 200, 201 или 422, если данные неверны"),
        )
        what: Literal["item", "items", "body", "file", "nothing"] = Field(
            default="item",
            title=gettext_noop("Чем ответить"),
            description=gettext_noop(
                "item — первый элемент, items — все элементы списком, body — поле «Тело», file — файл первого "
                "элемента, nothing — без тела; если задано только «Тело», отвечает оно"
            ),
        )
        file: str = FileField(description=gettext_noop("Для file: имя файла в элементе, обычно data"))
        body: Any = Field(
            default=None,
            title=gettext_noop("Тело"),
            description=gettext_noop("Текст отправляется как есть, остальное — как JSON"),
        )
        headers: dict[str, str] = Field(
            default_factory=dict, title=gettext_noop("Заголовки"), description=gettext_noop("Имя и значение")
        )

        @model_validator(mode="before")
        @classmethod
        def _a_body_is_meant(cls, raw: Any) -> Any:
            """Who writes a body and not what is answered wants that body to be it."""
            if isinstance(raw, dict) and raw.get("body") is not None and raw.get("what") is None:
                return {**raw, "what": "body"}
            return raw

        @field_validator("headers")
        @classmethod
        def _can_be_sent(cls, headers: dict[str, str]) -> dict[str, str]:
            refuse_headers(headers, ours=OURS, why=gettext_noop("этот заголовок ставит сам сервер: уберите его"))
            return headers

    def run(self, context: NodeContext) -> Done:
        """Raises `Permanent`: "answer_too_large", "no_file". The first item's config decides."""
        config = context.config
        answer = Answer(config.status, config.headers, _body(config, context.items))
        size = len(safe_json.dumps(answer.body).encode())
        if size > MAX_BODY:
            raise Permanent(
                "answer_too_large",
                _("Ответ занимает %(bytes)s байт, можно не больше %(limit)s: сократите его"),
                bytes=size,
                limit=MAX_BODY,
            )
        context.log.info(gettext_noop("Ответ на вебхук: %(status)s"), status=config.status)
        return Done({"out": context.items}, notes=(answer,))


def _body(config: Any, items: list[Item]) -> Any:
    """What is answered; a file stands as `{"$file": …}`, and goes out with its content."""
    first = items[0] if items else {}
    if config.what == "file":
        held = attached.files_of(first).get(config.file)
        if held is None:
            message = _("У элемента %(item)s нет файла «%(file)s»: проверьте предыдущий узел")
            raise Permanent("no_file", message, item=0, file=config.file)
        return {attached.FILE: held}
    plain = [attached.without_files(item) for item in items]
    return {"item": plain[0] if plain else {}, "items": plain, "body": config.body}.get(config.what)
