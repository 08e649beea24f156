"""Lets a language model work on each item: with tools, a memory, knowledge to read, a form for its answer."""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.errors import OutboundError
from integrations.language_models.client import TalkingModel
from integrations.language_models.memory import TalkMemory
from integrations.language_models.talk import Image, Said
from integrations.vendors.shape import put
from workflows import agent_tools, answer_schema, libraries, node_type, stored_files
from workflows.agent_tools import AgentTool
from workflows.answer_schema import AnswerSchema
from workflows.calls import MAX_WAITS, failure, rest_after
from workflows.graph.settings import RetryPolicy
from workflows.items import attached
from workflows.model_config import AnswerSecondsField, Library, ModelChoice
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Permanent, Port

MAX_TEXT = 500_000
MAX_IMAGES = 10
READ = "Use what follows to answer. If it does not hold the answer, say that you do not know.\n\n"


class Memory(node_type.Config):
    """The last turns of a session are shown to the model, and this one is added."""

    session: str | None = Field(
        default=None,
        max_length=200,
        title=gettext_noop("Разговор"),
        description=gettext_noop(
            "По какому ключу разговор узнаётся, например {{ $json.sessionId }}; пусто — без памяти"
        ),
    )
    pairs: int = Field(
        default=5,
        ge=1,
        le=100,
        title=gettext_noop("Сколько помнить"),
        description=gettext_noop("Сколько последних вопросов с ответами показать модели"),
    )


@dataclass
class _Work:
    """Where the step is: answers that are there, the talk about the item under way, how often it was waited."""

    done: list[dict[str, Any]]
    talk: list[Said]
    rounds: int = 0
    waits: int = 0
    mended: bool = False

    @classmethod
    def of(cls, kept: Any) -> _Work:
        kept = kept or {}
        talk = [Said.of(said) for said in kept.get("talk", ())]
        return cls(
            list(kept.get("done", ())), talk, kept.get("rounds", 0), kept.get("waits", 0), kept.get("mended", False)
        )

    def kept(self) -> dict[str, Any]:
        talk = [said.as_json() for said in self.talk]
        return {"done": self.done, "talk": talk, "rounds": self.rounds, "waits": self.waits, "mended": self.mended}


class AiAgent(NodeType):
    """Each answer of the model and each round of tools is written down before the next: they cost money."""

    type = "ai-agent"
    title = _("Агент с моделью")
    description = _(
        "Языковая модель отвечает на вопрос о каждом элементе и сама решает, какими инструментами пользоваться: поиск "
        "в хранилище векторов, внешний запрос, программа. Помнит разговор, читает найденное, держит ответ в схеме."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Ответы")),)
    weight = "io"
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 600.0

    class Config(node_type.Config):
        model: ModelChoice = Field(title=gettext_noop("Модель"), description=gettext_noop("Какая модель отвечает"))
        prompt: str = Field(
            min_length=1, max_length=MAX_TEXT, title=gettext_noop("Вопрос"), description=gettext_noop("Что спросить")
        )
        system: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Указания"),
            description=gettext_noop("Кто модель и как ей отвечать; данные сюда лучше не подставлять"),
        )
        memory: Memory | None = Field(
            default=None, title=gettext_noop("Память"), description=gettext_noop("Помнить прошлые вопросы и ответы")
        )
        knowledge: Library | None = Field(
            default=None,
            title=gettext_noop("Что прочитать"),
            description=gettext_noop("Хранилище, в котором до ответа ищется вопрос"),
        )
        tools: tuple[AgentTool, ...] = Field(
            default=(),
            max_length=50,
            title=gettext_noop("Инструменты"),
            description=gettext_noop("Чем модель может пользоваться"),
        )
        answer: AnswerSchema | None = Field(
            default=None,
            title=gettext_noop("Схема ответа"),
            description=gettext_noop("JSON Schema, которой должен отвечать ответ; пусто — ответ текстом"),
        )
        images: bool = Field(
            default=False,
            title=gettext_noop("Показать картинки"),
            description=gettext_noop("Показать модели картинки из файлов элемента"),
        )
        most_rounds: int = Field(
            default=10,
            ge=1,
            le=100,
            alias="mostRounds",
            title=gettext_noop("Сколько раз спросить"),
            description=gettext_noop(
                "Сколько раз самое большее модель отвечает на один вопрос, вызовы инструментов тоже"
            ),
        )
        field: str = Field(
            default="output",
            min_length=1,
            max_length=200,
            title=gettext_noop("Поле ответа"),
            description=gettext_noop("Куда положить ответ; точка ведёт внутрь объекта"),
        )
        steps: bool = Field(
            default=False,
            title=gettext_noop("Показать шаги"),
            description=gettext_noop("Добавить поле intermediateSteps: что делали инструменты"),
        )
        timeout: float = AnswerSecondsField()

    def run(self, context: NodeContext) -> Outcome:
        work = _Work.of(context.progress)
        if len(work.done) == len(context.items):
            return Done({"out": work.done})
        index = len(work.done)
        try:
            _go_on(context, work, index)
        except OutboundError as error:
            rest = rest_after(error)
            if rest is None or work.waits >= MAX_WAITS:
                raise failure(error, item=index) from error
            kept = {**work.kept(), "waits": work.waits + 1}
            return Later(rest, error.code, kept, host=error.details.get("host"))
        work.waits = 0
        return Later(0.0, "time_slice", work.kept())


def _go_on(context: NodeContext, work: _Work, index: int) -> None:
    """One thing: ask the model, or use the tools that it wants."""
    config = context.config_for(index)
    if not work.talk:
        work.talk = _opening(context, config)
    last = work.talk[-1]
    if last.role == "assistant" and last.calls:
        _use_tools(context, config, work, index)
        return
    if work.rounds >= config.most_rounds:
        message = _("Модель не ответила за %(limit)s вопросов: увеличьте предел или уточните указания")
        raise Permanent("agent_rounds", message, limit=config.most_rounds, item=index)
    work.rounds += 1
    choice = config.model
    answer = context.connect(TalkingModel).answer(
        _with_images(context, config, work.talk, index),
        maker=choice.maker,
        credential=choice.credential,
        wish=choice.wish(),
        tools=[agent_tools.told(tool) for tool in config.tools],
        timeout=config.timeout,
    )
    tokens = answer.usage.get("totalTokens", 0)
    context.log.info(gettext_noop("Модель ответила, токенов: %(tokens)s"), tokens=tokens)
    work.talk.append(answer.said)
    if not answer.said.calls:
        _close(context, config, work, index)


def _opening(context: NodeContext, config: Any) -> list[Said]:
    system = [config.system] if config.system else []
    if config.knowledge is not None:
        system.append(READ + libraries.as_reading(libraries.look_up(context, config.knowledge, config.prompt)))
    if config.answer:
        system.append(answer_schema.order(config.answer))
    remembered: list[Said] = []
    if config.memory is not None and config.memory.session:
        remembered = context.connect(TalkMemory).recall(config.memory.session, 2 * config.memory.pairs)
    opening = [Said("system", "\n\n".join(system))] if system else []
    return [*opening, *remembered, Said("user", config.prompt)]


def _use_tools(context: NodeContext, config: Any, work: _Work, index: int) -> None:
    """All calls of the last answer, in their order."""
    tools = {tool.name: tool for tool in config.tools}
    answers = []
    for place, call in enumerate(work.talk[-1].calls):
        key = f"{context.idempotency_key}:{index}:{work.rounds}:{place}"
        result = agent_tools.use(context, tools, call, key=key)
        context.log.info(
            gettext_noop("Инструмент %(tool)s: знаков в ответе %(length)s"), tool=call.tool, length=len(result)
        )
        answers.append(Said("tool", result, call=call.id, tool=call.tool))
    work.talk += answers


def _close(context: NodeContext, config: Any, work: _Work, index: int) -> None:
    """The model has said its last word about this item, unless it does not fit."""
    said = work.talk[-1].text
    value: Any = said
    if config.answer:
        value, faults = answer_schema.read(said, config.answer)
        if faults and not work.mended and work.rounds < config.most_rounds:
            work.mended = True
            work.talk.append(Said("user", answer_schema.repair(faults)))
            return
        if faults:
            raise answer_schema.refusal(said, faults, item=index)
    if config.memory is not None and config.memory.session:
        asked = Said("user", config.prompt)
        context.connect(TalkMemory).remember(config.memory.session, [asked, Said("assistant", said)])
    item: Item = {}
    put(item, config.field, value)
    if config.steps:
        item["intermediateSteps"] = _steps(work.talk)
    work.done.append(item)
    work.talk, work.rounds, work.mended = [], 0, False


def _steps(talk: list[Said]) -> list[dict[str, Any]]:
    told = {said.call: said.text for said in talk if said.role == "tool"}
    return [
        {"action": {"tool": call.tool, "toolInput": dict(call.arguments)}, "observation": told.get(call.id, "")}
        for said in talk
        for call in said.calls
    ]


def _with_images(context: NodeContext, config: Any, talk: list[Said], index: int) -> list[Said]:
    """The talk with the item's pictures at its question. They are read each time, and kept nowhere else."""
    if not config.images or index >= len(context.items):
        return talk
    item = context.items[index]
    names = [
        name for name, file in attached.files_of(item).items() if str(file.get("mimeType", "")).startswith("image/")
    ]
    contents = [stored_files.read(context, item, name, index=index) for name in names[:MAX_IMAGES]]
    shown = tuple(Image(one.mime, base64.b64encode(one.data).decode()) for one in contents)
    place = max(at for at, said in enumerate(talk) if said.role == "user" and said.text == config.prompt)
    return [replace(said, images=shown) if at == place else said for at, said in enumerate(talk)]
