"""Asks a language model, once per item; the answer may be held to a JSON schema."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import OPENAI
from integrations.language_models.completions import LanguageModel, Reply
from workflows import answer_schema, node_type
from workflows.answer_schema import AnswerSchema
from workflows.credential_field import CredentialField, CredentialRef
from workflows.graph.settings import RetryPolicy
from workflows.model_config import MODEL, MODEL_ABOUT, AnswerSecondsField, TemperatureField, TokensField
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

MAX_TEXT = 500_000


class LlmChat(NodeType):
    """Answers cost money, so each is kept before the next is asked for; one that does not fit may be mended once."""

    type = "llm-chat"
    title = _("Спросить языковую модель")
    description = _(
        "Задаёт вопрос языковой модели (OpenAI и совместимые) для каждого элемента. Со схемой JSON ответ проверяется, "
        "негодный модель исправляет один раз. К элементу добавляется answer: {text, json, model, usage}."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 600.0

    class Config(node_type.Config):
        credential: CredentialRef = CredentialField(OPENAI, required=True)
        model: str = Field(min_length=1, max_length=200, title=MODEL, description=MODEL_ABOUT)
        system: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Указания"),
            description=gettext_noop("Кто модель и как ей отвечать; данные сюда лучше не подставлять"),
        )
        prompt: str = Field(
            min_length=1, max_length=MAX_TEXT, title=gettext_noop("Вопрос"), description=gettext_noop("Что спросить")
        )
        answer: AnswerSchema | None = Field(
            default=None,
            title=gettext_noop("Схема ответа"),
            description=gettext_noop("JSON Schema, которой должен отвечать ответ; пусто — ответ текстом"),
        )
        send_schema: Literal["schema", "object", "text"] = Field(
            default="schema",
            alias="sendSchema",
            title=gettext_noop("Как передать схему"),
            description=gettext_noop("schema и object — полем response_format, если сервер его знает; text — словами"),
        )
        temperature: float | None = TemperatureField()
        max_tokens: int | None = TokensField()
        timeout: float = AnswerSecondsField()

    def run(self, context: NodeContext) -> Outcome:
        model = context.connect(LanguageModel)

        def ask(index: int) -> Item:
            return _ask(model, context.config_for(index), index)

        answers = for_each_item(context, ask, seconds=lambda _index: 2 * context.config.timeout, keep_each=True)
        if isinstance(answers, Later):
            return answers
        tokens = sum(answer["usage"].get("totalTokens", 0) for answer in answers)
        context.log.info(gettext_noop("Ответов: %(count)s, токенов: %(tokens)s"), count=len(answers), tokens=tokens)
        return Done({"out": [{**item, "answer": said} for item, said in zip(context.items, answers, strict=True)]})


def _ask(model: LanguageModel, config: Any, index: int) -> Item:
    messages = _messages(config)
    options = _options(config)

    def chat() -> Reply:
        return model.chat(
            messages, credential=config.credential, model=config.model, timeout=config.timeout, options=options
        )

    reply = chat()
    usage = dict(reply.usage)
    if not config.answer:
        return _told(reply, None, usage)
    value, faults = answer_schema.read(reply.text, config.answer)
    if faults:
        messages += [
            {"role": "assistant", "content": reply.text},
            {"role": "user", "content": answer_schema.repair(faults)},
        ]
        reply = chat()
        usage = {name: usage.get(name, 0) + reply.usage.get(name, 0) for name in {*usage, *reply.usage}}
        value, faults = answer_schema.read(reply.text, config.answer)
    if faults:
        raise answer_schema.refusal(reply.text, faults, item=index)
    return _told(reply, value, usage)


def _messages(config: Any) -> list[dict[str, str]]:
    system = [config.system] if config.system else []
    if config.answer:
        system.append(answer_schema.order(config.answer))
    said = [{"role": "system", "content": "\n\n".join(system)}] if system else []
    return [*said, {"role": "user", "content": config.prompt}]


def _options(config: Any) -> dict[str, Any]:
    options: dict[str, Any] = {"temperature": config.temperature, "max_tokens": config.max_tokens}
    if config.answer and config.send_schema == "schema":
        named = {"name": "answer", "schema": config.answer}
        options["response_format"] = {"type": "json_schema", "json_schema": named}
    elif config.answer and config.send_schema == "object":
        options["response_format"] = {"type": "json_object"}
    return {name: value for name, value in options.items() if value is not None}


def _told(reply: Reply, value: Any, usage: dict[str, int]) -> Item:
    return {
        "text": reply.text,
        "json": value,
        "model": reply.model,
        "finishReason": reply.finish_reason,
        "usage": usage,
    }
