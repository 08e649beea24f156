"""Looking things up in a store of vectors: the question becomes a vector, and the nearest texts are what is found."""

from __future__ import annotations

from typing import Any

from integrations.language_models.client import TalkingModel
from integrations.vector_stores.client import VectorStore
from workflows.model_config import EmbeddingChoice, Library
from workflows.node_type import NodeContext


def look_up(context: NodeContext, library: Library, question: str) -> list[dict[str, Any]]:
    """The nearest documents `{"text", "metadata", "score"}`. Raises `OutboundError`."""
    (vector,) = vectors_of(context, library.embeddings, [question])
    return context.connect(VectorStore).find(library.store.place(), vector, library.top)


def vectors_of(context: NodeContext, choice: EmbeddingChoice, texts: list[str]) -> list[list[float]]:
    """A vector for each text. Raises `OutboundError`."""
    model = context.connect(TalkingModel)
    return model.embed(texts, maker=choice.maker, credential=choice.credential, model=choice.model)


def as_reading(found: list[dict[str, Any]]) -> str:
    """What was found, as a model reads it."""
    return "\n\n".join(str(one["text"]) for one in found) or "Nothing was found."
