"""Models behind their makers' APIs: talks and embeddings; every call goes through the door."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from integrations.errors import InvalidAnswer
from integrations.language_models.dialects import DIALECTS
from integrations.language_models.talk import Answer, Said, Tool, Wish
from integrations.service_client import ServiceClient

EMBEDDED_AT_ONCE: Final = 100


class TalkingModel(ServiceClient):
    """`maker` is a name of `DIALECTS`. Raises the door's errors and `InvalidAnswer`."""

    rest_seconds = 20.0

    def answer(
        self,
        talk: Sequence[Said],
        *,
        maker: str,
        credential: UUID,
        wish: Wish,
        tools: Sequence[Tool] = (),
        timeout: float = 120.0,
    ) -> Answer:
        """What the model says next: a text, or tools that it wants."""
        dialect = DIALECTS[maker]
        path, body = dialect.request(talk, tools, wish)
        return dialect.read(self._told(maker, path, body, credential, timeout))

    def embed(
        self, texts: Sequence[str], *, maker: str, credential: UUID, model: str, timeout: float = 120.0
    ) -> list[list[float]]:
        """A vector for each text, in their order."""
        vectors: list[list[float]] = []
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            part = list(texts[start : start + EMBEDDED_AT_ONCE])
            vectors += self._embed(part, maker, credential, model, timeout)
        return vectors

    def _embed(self, texts: list[str], maker: str, credential: UUID, model: str, timeout: float) -> list[list[float]]:
        if maker == "gemini":
            named = f"models/{model.removeprefix('models/')}"
            path = f"/v1beta/{quote(named)}:batchEmbedContents"
            asked = [{"model": named, "content": {"parts": [{"text": text}]}} for text in texts]
            answer = self._told(maker, path, {"requests": asked}, credential, timeout)
            found, held = (answer.get("embeddings") if isinstance(answer, dict) else None), "values"
        else:
            answer = self._told(maker, "/embeddings", {"model": model, "input": texts}, credential, timeout)
            found, held = (answer.get("data") if isinstance(answer, dict) else None), "embedding"
        if not isinstance(found, list) or len(found) != len(texts):
            raise InvalidAnswer(reason="no_embeddings")
        try:
            return [[float(number) for number in one[held]] for one in found]
        except (TypeError, LookupError, ValueError):
            raise InvalidAnswer(reason="no_embeddings") from None

    def _told(self, maker: str, path: str, body: dict[str, Any], credential: UUID, timeout: float) -> Any:
        dialect, secret = DIALECTS[maker], self._scope.secret(credential)
        base = str(secret.settings.get("baseUrl") or dialect.base_url).rstrip("/")
        answer = self._ask(
            "POST",
            base + path,
            headers=dialect.headers,
            json=body,
            credential=credential,
            timeout=timeout,
            bucket=f"llm:{credential}",
        )
        return answer.json()
