"""Changes texts: spaces, case, parts, padding, hashes, encodings."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal
from urllib.parse import quote, unquote

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field, model_validator

from workflows.converting import MAX_TEXT, Conversion, convert_each, text_of
from workflows.items import files
from workflows.items.coercion import as_text
from workflows.node_type import Done, NodeContext, NodeType, Port

Operation = Literal[
    "trim",
    "upper",
    "lower",
    "capitalize",
    "replace",
    "split",
    "join",
    "pad",
    "truncate",
    "between",
    "hash",
    "toBase64",
    "fromBase64",
    "toUrl",
    "fromUrl",
]
MAX_LENGTH: Final = 100_000


class Text(NodeType):
    """What a regular expression has to do is done by `text-pattern`."""

    type = "text"
    title = _("Обработать текст")
    description = _("Меняет текст в поле каждого элемента: пробелы, регистр, замены, части, дополнение, хеш, base64.")
    group = "data"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Выход")),)

    class Config(Conversion):
        operation: Operation = Field(
            title=gettext_noop("Что сделать"),
            description=gettext_noop(
                "trim, upper, lower, capitalize; replace (find → with); split и join (по separator); pad и truncate "
                "(до length); between (между start и end); hash; toBase64, fromBase64, toUrl, fromUrl"
            ),
        )
        find: str = Field(
            default="",
            max_length=10_000,
            title=gettext_noop("Найти"),
            description=gettext_noop("Для replace: этот текст, буква в букву"),
        )
        replacement: str = Field(
            default="",
            max_length=10_000,
            alias="with",
            title=gettext_noop("Заменить на"),
            description=gettext_noop("Для replace"),
        )
        separator: str = Field(
            default=",",
            max_length=100,
            title=gettext_noop("Разделитель"),
            description=gettext_noop("Для split и join; пусто — по пробелам, а в join — без разделителя"),
        )
        length: int = Field(
            default=80,
            ge=1,
            le=MAX_LENGTH,
            title=gettext_noop("Длина"),
            description=gettext_noop("Для pad и truncate, в знаках"),
        )
        fill: str = Field(
            default=" ",
            min_length=1,
            max_length=1,
            title=gettext_noop("Чем дополнить"),
            description=gettext_noop("Для pad: один знак"),
        )
        side: Literal["start", "end"] = Field(
            default="end",
            title=gettext_noop("С какой стороны"),
            description=gettext_noop("Для pad: start — слева, end — справа"),
        )
        start: str = Field(
            default="",
            max_length=1000,
            title=gettext_noop("Начало"),
            description=gettext_noop("Для between: текст перед нужной частью; пусто — с начала"),
        )
        end: str = Field(
            default="",
            max_length=1000,
            title=gettext_noop("Конец"),
            description=gettext_noop("Для between: текст после нужной части; пусто — до конца"),
        )
        algorithm: Literal["sha256", "sha512", "sha1", "md5"] = Field(
            default="sha256", title=gettext_noop("Хеш"), description=gettext_noop("Для hash; sha1 и md5 не для защиты")
        )

        @model_validator(mode="after")
        def _says_what_to_find(self) -> Any:
            if self.operation == "replace" and not self.find:
                raise ValueError(gettext_noop("Для replace укажите find"))
            return self

    def run(self, context: NodeContext) -> Done:
        return convert_each(context, lambda value, config: _OPERATIONS[config.operation](value, config))


def _replaced(text: str, config: Text.Config) -> str:
    """Its length is known before it is made: it could be ten thousand times that of the text."""
    if not config.find:
        return text
    growth = text.count(config.find) * (len(config.replacement) - len(config.find))
    if len(text) + growth > MAX_TEXT:
        raise files.TooLarge
    return text.replace(config.find, config.replacement)


def _between(text: str, config: Text.Config) -> str | None:
    """Null where the marks are not there."""
    begin = text.find(config.start)
    if begin < 0:
        return None
    begin += len(config.start)
    end = text.find(config.end, begin) if config.end else len(text)
    return None if end < 0 else text[begin:end]


def _joined(value: Any, config: Text.Config) -> str:
    return text_of(config.separator.join(as_text(one) for one in value) if isinstance(value, list) else value)


def _padded(text: str, config: Text.Config) -> str:
    pad = text.ljust if config.side == "end" else text.rjust
    return pad(config.length, config.fill)


def _truncated(text: str, config: Text.Config) -> str:
    return text if len(text) <= config.length else text[: config.length - 1] + "…"


def _hashed(text: str, config: Text.Config) -> str:
    return hashlib.new(config.algorithm, text.encode(), usedforsecurity=False).hexdigest()


def _of_text(change: Callable[[str, Text.Config], Any]) -> Callable[[Any, Text.Config], Any]:
    return lambda value, config: change(text_of(value), config)


_OPERATIONS: Final[Mapping[str, Callable[[Any, Text.Config], Any]]] = {
    "trim": _of_text(lambda text, _config: text.strip()),
    "upper": _of_text(lambda text, _config: text.upper()),
    "lower": _of_text(lambda text, _config: text.lower()),
    "capitalize": _of_text(lambda text, _config: text[:1].upper() + text[1:]),
    "replace": _of_text(_replaced),
    "split": _of_text(lambda text, config: text.split(config.separator or None)),
    "join": _joined,
    "pad": _of_text(_padded),
    "truncate": _of_text(_truncated),
    "between": _of_text(_between),
    "hash": _of_text(_hashed),
    "toBase64": _of_text(lambda text, _config: base64.b64encode(text.encode()).decode()),
    "fromBase64": lambda value, _config: files.content(value).decode(),
    "toUrl": _of_text(lambda text, _config: quote(text, safe="")),
    "fromUrl": _of_text(lambda text, _config: unquote(text, errors="strict")),
}
