"""OpenAI and those that speak like it: chats, completions, pictures. One request, one answer: `ai-agent` has tools."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.utils.translation import gettext_noop

from integrations import safe_json
from integrations.credential_kinds import OPENAI
from integrations.safe_json import UnsafeJSON
from integrations.vendors.shape import Field, Operation, Vendor

_MODEL = Field("model", gettext_noop("Модель"), gettext_noop("Название модели, как её знает сервер"), required=True)
_OPTIONS = (
    Field(
        "temperature", gettext_noop("Температура"), gettext_noop("От 0 до 2; пусто — как решит сервер"), kind="number"
    ),
    Field(
        "maxTokens",
        gettext_noop("Предел ответа"),
        gettext_noop("Сколько токенов самое большее; пусто — как решит сервер"),
        kind="number",
        to="body:max_tokens",
    ),
    Field(
        "topP",
        gettext_noop("Доля вероятности"),
        gettext_noop("top_p от 0 до 1; пусто — как решит сервер"),
        kind="number",
        to="body:top_p",
    ),
    Field("choices", gettext_noop("Вариантов"), gettext_noop("Сколько вариантов ответа"), kind="number", to="body:n"),
    Field(
        "frequencyPenalty",
        gettext_noop("Штраф за повторы"),
        gettext_noop("frequency_penalty от -2 до 2"),
        kind="number",
        to="body:frequency_penalty",
    ),
    Field(
        "presencePenalty",
        gettext_noop("Штраф за старые темы"),
        gettext_noop("presence_penalty от -2 до 2"),
        kind="number",
        to="body:presence_penalty",
    ),
)
_WHOLE = Field(
    "whole",
    gettext_noop("Ответ целиком"),
    gettext_noop("Отдать ответ сервера со счётом токенов, а не варианты"),
    kind="flag",
    to="none",
    default=False,
)


def _choices(body: Any, values: Mapping[str, Any]) -> Any:
    """An item for each choice, its text without space around it; JSON is read when it was asked for."""
    if values.get("whole") or not isinstance(body, Mapping) or not isinstance(body.get("choices"), list):
        return body
    return [_choice(choice, is_json=bool(values.get("asJson"))) for choice in body["choices"]]


def _choice(choice: Any, *, is_json: bool) -> Any:
    if isinstance(choice.get("text"), str):
        return {**choice, "text": choice["text"].strip()}
    message = choice.get("message")
    if not isinstance(message, Mapping) or not isinstance(message.get("content"), str):
        return choice
    content: Any = message["content"].strip()
    if is_json:
        with suppress(UnsafeJSON):
            content = safe_json.loads(content)
    return {**choice, "message": {**message, "content": content}}


def _asking_for_json(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "format": {"type": "json_object"}} if values.get("asJson") else values


VENDOR = Vendor(
    name="openai",
    base_url="",
    kinds=(OPENAI,),
    operations=(
        Operation(
            "chat",
            gettext_noop("Задать вопрос"),
            "POST",
            "/chat/completions",
            (
                _MODEL,
                Field(
                    "messages",
                    gettext_noop("Сообщения"),
                    gettext_noop("Список {role, content}"),
                    kind="list",
                    required=True,
                ),
                Field(
                    "asJson",
                    gettext_noop("Ответ в JSON"),
                    gettext_noop("Попросить JSON и прочитать его"),
                    kind="flag",
                    to="none",
                    default=False,
                ),
                Field("format", "", "", to="body:response_format", hidden=True),
                *_OPTIONS,
                _WHOLE,
            ),
            prepare=_asking_for_json,
            shape=_choices,
        ),
        Operation(
            "completion",
            gettext_noop("Продолжить текст"),
            "POST",
            "/completions",
            (
                _MODEL,
                Field("prompt", gettext_noop("Начало"), gettext_noop("Текст, который модель продолжит"), required=True),
                *_OPTIONS,
                _WHOLE,
            ),
            shape=_choices,
        ),
        Operation(
            "image",
            gettext_noop("Нарисовать картинку"),
            "POST",
            "/images/generations",
            (
                _MODEL,
                Field("prompt", gettext_noop("Описание"), gettext_noop("Что нарисовать"), required=True),
                Field("size", gettext_noop("Размер"), gettext_noop("Например 1024x1024"), to="body:size"),
                Field(
                    "choices", gettext_noop("Вариантов"), gettext_noop("Сколько картинок"), kind="number", to="body:n"
                ),
            ),
            items="data",
        ),
    ),
)
