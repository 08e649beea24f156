"""Fields by which nodes choose a language model and how it speaks, what embeds texts, and where vectors are kept."""

from __future__ import annotations

from typing import Any, Literal

from django.utils.translation import gettext_noop
from pydantic import Field

from integrations.credential_kinds import BEARER, HEADER, OPENAI
from integrations.language_models.talk import Wish
from integrations.vector_stores.client import Place
from workflows import node_type
from workflows.credential_field import CredentialField, CredentialRef

MAKER = gettext_noop("Чья модель")
MAKER_ABOUT = gettext_noop(
    "openai — OpenAI и все совместимые (Groq, DeepSeek, Ollama), anthropic — Claude, gemini — Gemini"
)
MODEL = gettext_noop("Модель")
MODEL_ABOUT = gettext_noop("Название модели, как её знает сервер")


def TemperatureField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """How much is left to chance."""
    return Field(
        default=None,
        ge=0,
        le=2,
        allow_inf_nan=False,
        title=gettext_noop("Температура"),
        description=gettext_noop("От 0 до 2; пусто — как решит сервер"),
    )


def TokensField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """How long an answer may get."""
    return Field(
        default=None,
        ge=1,
        le=1_000_000,
        alias="maxTokens",
        title=gettext_noop("Предел ответа"),
        description=gettext_noop("Сколько токенов самое большее; пусто — как решит сервер"),
    )


def AnswerSecondsField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """How long one answer is waited for."""
    return Field(
        default=120.0,
        gt=0,
        le=250,
        allow_inf_nan=False,
        title=gettext_noop("Тайм-аут"),
        description=gettext_noop("Сколько секунд ждать одного ответа"),
    )


def NearestField() -> Any:  # noqa: N802 - stands where pydantic's `Field` would
    """How many texts are found."""
    return Field(
        default=4,
        ge=1,
        le=100,
        title=gettext_noop("Сколько найти"),
        description=gettext_noop("Сколько ближайших текстов"),
    )


class ModelChoice(node_type.Config):
    """Which model speaks."""

    maker: Literal["openai", "anthropic", "gemini"] = Field(default="openai", title=MAKER, description=MAKER_ABOUT)
    credential: CredentialRef = CredentialField(
        OPENAI,
        HEADER,
        required=True,
        description=gettext_noop(
            "openai — вида openai; Claude и Gemini — заголовок с ключом: x-api-key, x-goog-api-key"
        ),
    )
    model: str = Field(min_length=1, max_length=200, title=MODEL, description=MODEL_ABOUT)
    temperature: float | None = TemperatureField()
    max_tokens: int | None = TokensField()
    as_json: bool = Field(
        default=False,
        alias="asJson",
        title=gettext_noop("Ответ в JSON"),
        description=gettext_noop("Потребовать от сервера объект JSON"),
    )

    def wish(self) -> Wish:
        return Wish(self.model, self.temperature, self.max_tokens, self.as_json)


class EmbeddingChoice(node_type.Config):
    """What makes a vector of a text."""

    maker: Literal["openai", "gemini"] = Field(default="openai", title=MAKER, description=MAKER_ABOUT)
    credential: CredentialRef = CredentialField(OPENAI, HEADER, required=True)
    model: str = Field(
        default="text-embedding-3-small", min_length=1, max_length=200, title=MODEL, description=MODEL_ABOUT
    )


class StoreChoice(node_type.Config):
    """Where vectors are kept."""

    kind: Literal["pinecone", "qdrant", "supabase"] = Field(
        title=gettext_noop("Хранилище"), description=gettext_noop("Какое хранилище векторов")
    )
    credential: CredentialRef = CredentialField(
        HEADER,
        BEARER,
        required=True,
        description=gettext_noop("Pinecone — заголовок Api-Key, Qdrant — api-key, Supabase — токен"),
    )
    name: str = Field(
        min_length=1,
        max_length=200,
        title=gettext_noop("Название"),
        description=gettext_noop("Индекс Pinecone, коллекция Qdrant или таблица Supabase"),
    )
    namespace: str = Field(
        default="",
        max_length=200,
        title=gettext_noop("Пространство"),
        description=gettext_noop("Пространство имён Pinecone; пусто — общее"),
    )
    function: str = Field(
        default="match_documents",
        min_length=1,
        max_length=100,
        title=gettext_noop("Функция поиска"),
        description=gettext_noop("Для Supabase: функция базы, которая находит ближайшие строки"),
    )

    def place(self) -> Place:
        return Place(self.kind, self.credential, self.name, self.namespace, self.function)


class Library(node_type.Config):
    """A store with what embeds the questions to it."""

    store: StoreChoice = Field(title=gettext_noop("Хранилище"), description=gettext_noop("Где лежат векторы"))
    embeddings: EmbeddingChoice = Field(
        title=gettext_noop("Векторы"), description=gettext_noop("Чем тексты превращаются в векторы")
    )
    top: int = NearestField()
