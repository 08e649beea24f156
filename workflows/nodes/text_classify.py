"""Lets a language model say which of several categories each text belongs to, and sends the item that way."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import BaseModel, ConfigDict, Field, model_validator

from integrations.language_models.client import TalkingModel
from integrations.language_models.talk import Said
from workflows import answer_schema, node_type
from workflows.graph.fields import FieldName
from workflows.graph.settings import RetryPolicy
from workflows.items import paths
from workflows.items.editing import with_value
from workflows.model_config import AnswerSecondsField, ModelChoice
from workflows.node_type import Item, Later, NodeContext, NodeType, Outcome, Port, routed
from workflows.one_by_one import for_each_item

MAX_TEXT = 500_000
MAX_CATEGORIES = 10
OTHER = "other"
CLASSIFY = "Say which of these categories the user's text belongs to. If none of them fits well, give an empty list."
ONE = "Give one category at most."
SEVERAL = "Give every category that fits."


class Category(BaseModel):
    """The first category leaves by `category_1`, and so on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        min_length=1,
        max_length=200,
        title=gettext_noop("Название"),
        description=gettext_noop("Как категорию знает модель"),
    )
    description: str = Field(
        default="",
        max_length=2000,
        title=gettext_noop("Описание"),
        description=gettext_noop("Что к ней относится, чтобы модель не ошиблась"),
    )


class TextClassify(NodeType):
    """Answers cost money, so each is kept before the next is asked for; one that does not fit may be mended once."""

    type = "text-classify"
    title = _("Классификатор текста")
    description = _(
        "Языковая модель относит текст каждого элемента к одной из категорий, и элемент выходит через выход этой "
        "категории: обращения по темам, отзывы по настроению. Что никуда не подошло, выходит через «Остальное»."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (
        Port("category_1", _("Категория 1")),
        Port("category_2", _("Категория 2")),
        Port("category_3", _("Категория 3")),
        Port("category_4", _("Категория 4")),
        Port("category_5", _("Категория 5")),
        Port("category_6", _("Категория 6")),
        Port("category_7", _("Категория 7")),
        Port("category_8", _("Категория 8")),
        Port("category_9", _("Категория 9")),
        Port("category_10", _("Категория 10")),
        Port(OTHER, _("Остальное")),
    )
    weight = "io"
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 600.0

    class Config(node_type.Config):
        model: ModelChoice = Field(title=gettext_noop("Модель"), description=gettext_noop("Какая модель отвечает"))
        text: str = Field(
            min_length=1,
            max_length=MAX_TEXT,
            title=gettext_noop("Текст"),
            description=gettext_noop("Что отнести к категории, например {{ $json.message }}"),
        )
        categories: tuple[Category, ...] = Field(
            min_length=1,
            max_length=MAX_CATEGORIES,
            title=gettext_noop("Категории"),
            description=gettext_noop("Список вида {name, description}: первая ведёт на выход category_1 и так далее"),
        )
        several: bool = Field(
            default=False,
            title=gettext_noop("Несколько категорий"),
            description=gettext_noop("Текст может относиться к нескольким категориям: элемент выходит через каждую"),
        )
        instructions: str = Field(
            default="",
            max_length=MAX_TEXT,
            title=gettext_noop("Указания"),
            description=gettext_noop("Что ещё знать модели; данные сюда лучше не подставлять"),
        )
        field: FieldName | None = Field(
            default=None,
            title=gettext_noop("Поле ответа"),
            description=gettext_noop("Куда записать название категории (список, если их несколько); пусто — никуда"),
        )
        timeout: float = AnswerSecondsField()

        @model_validator(mode="after")
        def _are_told_apart(self) -> Any:
            if len({one.name for one in self.categories}) < len(self.categories):
                raise ValueError(gettext_noop("у категорий должны быть разные названия"))
            return self

    def run(self, context: NodeContext) -> Outcome:
        """Raises `Permanent("llm_answer_invalid")` and what a model's server says."""
        model = context.connect(TalkingModel)

        def ask(index: int) -> list[str]:
            return _asked(model, context.config_for(index), index)

        found = for_each_item(context, ask, seconds=lambda _index: 2 * context.config.timeout, keep_each=True)
        if isinstance(found, Later):
            return found
        context.log.info(gettext_noop("Отнесено к категориям: %(count)s"), count=sum(map(bool, found)))
        return routed(
            (port, index, _marked(item, context.config_for(index), names))
            for index, (item, names) in enumerate(zip(context.items, found, strict=True))
            for port in _ports(context.config_for(index), names)
        )


def _asked(model: TalkingModel, config: Any, index: int) -> list[str]:
    """The names of the categories that the model gives, asked a second time where the answer does not fit."""
    schema = _schema(config)
    talk = [Said("system", _order(config, schema)), Said("user", config.text)]
    choice = config.model
    for _try in range(2):
        answer = model.answer(
            talk, maker=choice.maker, credential=choice.credential, wish=choice.wish(), timeout=config.timeout
        )
        value, faults = answer_schema.read(answer.said.text, schema)
        if not faults:
            return list(value["categories"])
        talk += [answer.said, Said("user", answer_schema.repair(faults))]
    raise answer_schema.refusal(answer.said.text, faults, item=index)


def _order(config: Any, schema: dict[str, Any]) -> str:
    listed = "\n".join(f"- {one.name}: {one.description}".rstrip(": ") for one in config.categories)
    how_many = SEVERAL if config.several else ONE
    parts = [f"{CLASSIFY} {how_many}", config.instructions, listed, answer_schema.order(schema)]
    return "\n\n".join(part for part in parts if part)


def _schema(config: Any) -> dict[str, Any]:
    names = [one.name for one in config.categories]
    listed = {"type": "array", "items": {"enum": names}, "maxItems": len(names) if config.several else 1}
    return {"type": "object", "properties": {"categories": listed}, "required": ["categories"]}


def _ports(config: Any, names: list[str]) -> list[str]:
    """In the order of the categories, each once."""
    return [f"category_{number}" for number, one in enumerate(config.categories, 1) if one.name in names] or [OTHER]


def _marked(item: Item, config: Any, names: list[str]) -> Item:
    if config.field is None:
        return item
    return with_value(item, paths.parse(config.field), names if config.several else next(iter(names), None))
