"""Keeps texts with their vectors in a store, and finds those that are nearest to a question."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_OID, uuid5

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.vector_stores.client import VectorStore as Store
from workflows import file_texts, libraries, node_type, stored_files
from workflows.converting import attempt
from workflows.graph.settings import RetryPolicy
from workflows.items import attached, splitting
from workflows.model_config import EmbeddingChoice, Library, NearestField, StoreChoice
from workflows.node_type import Done, Item, Later, NodeContext, NodeType, Outcome, Port
from workflows.one_by_one import for_each_item

SECONDS = 250.0
MAX_CHUNK = 100_000
OPERATION = gettext_noop("Действие")
EVERY = "*"


class Splitter(node_type.Config):
    """How long texts are cut."""

    by: Literal["structure", "separator", "tokens"] = Field(
        default="structure",
        title=gettext_noop("Как резать"),
        description=gettext_noop(
            "structure — по абзацам, строкам, словам; separator — по разделителю; tokens — по токенам"
        ),
    )
    size: int = Field(
        default=1000,
        ge=1,
        le=MAX_CHUNK,
        title=gettext_noop("Размер"),
        description=gettext_noop("Знаков или токенов в куске"),
    )
    overlap: int = Field(
        default=200,
        ge=0,
        le=MAX_CHUNK,
        title=gettext_noop("Нахлёст"),
        description=gettext_noop("Сколько из конца куска повторить в начале следующего"),
    )
    separator: str = Field(
        default="\n\n", max_length=100, title=gettext_noop("Разделитель"), description=gettext_noop("Для separator")
    )

    def pieces(self, text: str) -> list[str]:
        if self.by == "separator":
            return splitting.by_separator(text, self.size, self.overlap, self.separator)
        cut = splitting.by_tokens if self.by == "tokens" else splitting.by_structure
        return cut(text, self.size, self.overlap)


class Keep(node_type.Config):
    """Keeps the texts of each item."""

    operation: Literal["add"] = Field(title=OPERATION, description=gettext_noop("Сохранить тексты элементов"))
    texts: Any = Field(
        default=None,
        title=gettext_noop("Тексты"),
        description=gettext_noop("Текст, список или объект, чьи тексты сохранить; пусто — файл"),
    )
    file: str = Field(
        default="",
        max_length=200,
        title=gettext_noop("Файл"),
        description=gettext_noop("Имя файла элемента: PDF, текст, CSV или JSON; * — все файлы, пусто — не читать"),
    )
    metadata: dict[str, Any] = Field(
        default_factory=dict, title=gettext_noop("Сведения"), description=gettext_noop("Что сохранить рядом с текстом")
    )
    splitter: Splitter = Field(
        default_factory=Splitter, title=gettext_noop("Куски"), description=gettext_noop("Как резать длинные тексты")
    )


class Find(node_type.Config):
    """Finds the nearest texts."""

    operation: Literal["find"] = Field(title=OPERATION, description=gettext_noop("Найти ближайшие тексты"))
    question: str = Field(
        min_length=1, max_length=100_000, title=gettext_noop("Вопрос"), description=gettext_noop("Что искать")
    )
    top: int = NearestField()
    metadata: bool = Field(
        default=True,
        title=gettext_noop("Сведения"),
        description=gettext_noop("Отдать и то, что сохранено рядом с текстом"),
    )


class VectorStore(NodeType):
    """Ids follow from step, item and place, so a repeated step of Pinecone and Qdrant writes the same documents."""

    type = "vector-store"
    title = _("Хранилище векторов")
    description = _(
        "Режет тексты на куски, превращает их в векторы и хранит в Pinecone, Qdrant или Supabase; находит тексты, "
        "ближайшие к вопросу: {document: {pageContent, metadata}, score}."
    )
    group = "http"
    inputs = (Port("in", _("Вход")),)
    outputs = (Port("out", _("Документы")),)
    weight = "io"
    retry = RetryPolicy(attempts=3, delay_seconds=5.0, cap_seconds=120.0)
    timeout_seconds = 600.0

    class Config(node_type.Config):
        store: StoreChoice = Field(title=gettext_noop("Хранилище"), description=gettext_noop("Где лежат векторы"))
        embeddings: EmbeddingChoice = Field(
            title=gettext_noop("Векторы"), description=gettext_noop("Чем тексты превращаются в векторы")
        )
        call: Annotated[Keep | Find, Field(discriminator="operation")] = Field(
            title=gettext_noop("Вызов"), description=gettext_noop("Действие и его поля")
        )

    def run(self, context: NodeContext) -> Outcome:
        def ask(index: int) -> list[Item]:
            config = context.config_for(index)
            return _kept(context, config, index) if isinstance(config.call, Keep) else _found(context, config)

        found = for_each_item(context, ask, seconds=lambda _index: SECONDS, keep_each=True)
        if isinstance(found, Later):
            return found
        sources = [("in", index) for index, items in enumerate(found) for _one in items]
        context.log.info(gettext_noop("Документов: %(count)s"), count=len(sources))
        return Done({"out": [item for items in found for item in items]}, {"out": sources})


def _kept(context: NodeContext, config: Any, index: int) -> list[Item]:
    call: Keep = config.call
    texts = list(file_texts.texts_in(call.texts))
    item = context.items[index]
    for name in attached.files_of(item) if call.file == EVERY else [call.file] if call.file else []:
        content = stored_files.read(context, item, name, index=index)
        texts += attempt(partial(file_texts.texts_of, content), item=index, field="call.file")
    pieces = [piece for text in texts for piece in call.splitter.pieces(text)]
    if not pieces:
        return []
    vectors = libraries.vectors_of(context, config.embeddings, pieces)
    documents = [
        {
            "id": str(uuid5(NAMESPACE_OID, f"{context.idempotency_key}:{index}:{place}")),
            "text": piece,
            "metadata": dict(call.metadata),
            "vector": vector,
        }
        for place, (piece, vector) in enumerate(zip(pieces, vectors, strict=True))
    ]
    context.connect(Store).add(config.store.place(), documents)
    return [{"pageContent": piece, "metadata": dict(call.metadata)} for piece in pieces]


def _found(context: NodeContext, config: Any) -> list[Item]:
    call: Find = config.call
    library = Library(store=config.store, embeddings=config.embeddings, top=call.top)
    return [
        {
            "document": {"pageContent": one["text"], **({"metadata": one["metadata"]} if call.metadata else {})},
            "score": one["score"],
        }
        for one in libraries.look_up(context, library, call.question)
    ]
