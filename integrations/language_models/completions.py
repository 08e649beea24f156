"""Language models behind any endpoint that speaks OpenAI's chat completions; every call goes through the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from integrations.errors import InvalidAnswer
from integrations.service_client import ServiceClient


@dataclass(frozen=True)
class Reply:
    """What the model has said. `usage` counts tokens: `promptTokens`, `completionTokens`, `totalTokens`."""

    text: str
    model: str
    finish_reason: str
    usage: Mapping[str, int]


class LanguageModel(ServiceClient):
    """Chats, at the base URL that the credential holds. Raises the door's errors and `InvalidAnswer`."""

    rest_seconds = 20.0

    def chat(
        self,
        messages: Sequence[Mapping[str, str]],
        *,
        credential: UUID,
        model: str,
        timeout: float,
        options: Mapping[str, Any],
    ) -> Reply:
        """One answer to the messages (`role`, `content`); `options` are further fields of the request."""
        base = str(self._scope.secret(credential).settings["baseUrl"]).rstrip("/")
        answer = self._ask(
            "POST",
            f"{base}/chat/completions",
            json={"model": model, "messages": list(messages), **options},
            credential=credential,
            timeout=timeout,
            bucket=f"llm:{credential}",
        )
        return _read(answer.json())


def _read(body: Any) -> Reply:
    try:
        choice = body["choices"][0]
        text = choice["message"]["content"]
    except (TypeError, LookupError):
        raise InvalidAnswer(reason="no_choices") from None
    if not isinstance(text, str):
        raise InvalidAnswer(reason="no_content")
    usage = body.get("usage") or {}
    counted = {
        ours: int(usage[theirs])
        for ours, theirs in (
            ("promptTokens", "prompt_tokens"),
            ("completionTokens", "completion_tokens"),
            ("totalTokens", "total_tokens"),
        )
        if isinstance(usage, Mapping) and isinstance(usage.get(theirs), int)
    }
    return Reply(text, str(body.get("model", "")), str(choice.get("finish_reason", "")), counted)
