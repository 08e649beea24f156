"""PURE: models, what embeds texts, memories and parsers, as parts of the node that they work inside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workflows.importers.n8n.conversion import UNKNOWN_TYPE
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import optional, resource
from workflows.items.wording import gettext_noop

NO_PART = gettext_noop("К узлу не присоединено то, без чего он не работает: %(part)s")
TOO_MANY = gettext_noop("К узлу присоединено больше, чем он берёт: %(part)s")


def only(node: Written, key: str) -> Written | None:
    """The one part of this kind, None where there is none. Raises `Unsupported` for several."""
    parts = node.parts.get(key, ())
    if len(parts) > 1:
        raise Unsupported(TOO_MANY, part=key)
    return parts[0] if parts else None


def needed_part(node: Written, key: str) -> Written:
    found = only(node, key)
    if found is None:
        raise Unsupported(NO_PART, part=key)
    return found


def unknown(part: Written) -> Unsupported:
    """The error for a part of a type that has no counterpart."""
    return Unsupported(UNKNOWN_TYPE, type=str(part.raw["type"])[:200])


def _named(parameters: Parameters, name: str, otherwise: str) -> Any:
    value = parameters.take(name)
    if isinstance(value, Mapping):
        return resource(parameters, name)[1]
    return template(value) if isinstance(value, str) and value else otherwise


Read = Callable[[Written, Parameters], dict[str, Any]]


def _speaks_openai(otherwise: str, *, tokens: str = "maxTokens") -> Read:
    def read(_part: Written, parameters: Parameters) -> dict[str, Any]:
        options = parameters.group("options")
        form = options.take("responseFormat", "text")
        if form not in ("text", "json_object"):
            raise Unsupported(PARAMETER, parameter="options.responseFormat")
        found = {
            "maker": "openai",
            "model": _named(parameters, "model", otherwise),
            "temperature": options.take("temperature"),
            "maxTokens": options.take(tokens),
            "asJson": form == "json_object" or None,
        }
        if not found["model"]:
            raise Unsupported(MISSING, parameter="model")
        return found

    return read


def _anthropic(part: Written, parameters: Parameters) -> dict[str, Any]:
    options = parameters.group("options")
    otherwise = "claude-2" if part.version < 1.2 else "claude-3-sonnet-20240229"
    return {
        "maker": "anthropic",
        "model": _named(parameters, "model", otherwise),
        "temperature": options.take("temperature"),
        "maxTokens": options.take("maxTokensToSample"),
    }


def _gemini(_part: Written, parameters: Parameters) -> dict[str, Any]:
    options = parameters.group("options")
    return {
        "maker": "gemini",
        "model": _named(parameters, "modelName", "models/gemini-1.5-pro"),
        "temperature": options.take("temperature"),
        "maxTokens": options.take("maxOutputTokens"),
    }


_MODELS: Mapping[str, Read] = {
    "lc:lmChatOpenAi": _speaks_openai("gpt-4o-mini"),
    "lc:lmChatGroq": _speaks_openai("llama3-8b-8192", tokens="maxTokensToSample"),
    "lc:lmChatOpenRouter": _speaks_openai("openai/gpt-4.1-mini"),
    "lc:lmChatDeepSeek": _speaks_openai("deepseek-chat"),
    "lc:lmChatMistralCloud": _speaks_openai("mistral-small"),
    "lc:lmChatOllama": _speaks_openai("llama3.2"),
    "lc:lmChatAnthropic": _anthropic,
    "lc:lmChatGoogleGemini": _gemini,
}


PARTS = (
    *_MODELS,
    "lc:embeddingsOpenAi",
    "lc:embeddingsGoogleGemini",
    "lc:memoryBufferWindow",
    "lc:memoryPostgresChat",
    "lc:memoryRedisChat",
    "lc:outputParserStructured",
    "lc:outputParserAutofixing",
    "lc:outputParserItemList",
)


def model_of(node: Written, parameters: Parameters) -> dict[str, Any]:
    """The config of the model that the node speaks with. Raises `Unsupported`."""
    part = needed_part(node, "ai_languageModel")
    read = _MODELS.get(part.kind)
    if read is None:
        raise unknown(part)
    found = read(part, parameters.adopt(part.parameters, part.name))
    return {name: template(value) for name, value in found.items() if value is not None}


def embeddings_of(node: Written, parameters: Parameters) -> dict[str, Any]:
    """The config of what embeds the texts of a store. Raises `Unsupported`."""
    part = needed_part(node, "ai_embedding")
    inner = parameters.adopt(part.parameters, part.name)
    if part.kind == "lc:embeddingsOpenAi":
        inner.group("options")
        otherwise = "text-embedding-ada-002" if part.version < 1.1 else "text-embedding-3-small"
        return {"maker": "openai", "model": _named(inner, "model", otherwise)}
    if part.kind == "lc:embeddingsGoogleGemini":
        return {"maker": "gemini", "model": _named(inner, "modelName", "models/text-embedding-004")}
    raise unknown(part)


def memory_of(node: Written, parameters: Parameters) -> dict[str, Any] | None:
    """The config of what the node remembers of a talk; sessions are those of one workflow."""
    part = only(node, "ai_memory")
    if part is None:
        return None
    if part.kind not in ("lc:memoryBufferWindow", "lc:memoryPostgresChat", "lc:memoryRedisChat"):
        raise unknown(part)
    inner = parameters.adopt(part.parameters, part.name)
    table = inner.text("tableName", "")
    if inner.text("sessionIdType", "fromInput") == "customKey" or (
        part.kind == "lc:memoryBufferWindow" and part.version < 1.2
    ):
        session: Any = "{{ $workflow.id }}:" + str(_named(inner, "sessionKey", "chat_history"))
    else:
        inner.take("sessionKey")
        session = "{{ $json.sessionId ? $workflow.id + ':' + $json.sessionId : null }}"
    pairs = int(inner.number("contextWindowLength", 5))
    return {
        "session": f"{table}:{session}" if table and session.startswith("{{ $workflow.id }}") else session,
        "pairs": pairs,
    }


def answer_of(node: Written, parameters: Parameters) -> dict[str, Any] | None:
    """The JSON schema that the node's answer is held to."""
    part = only(node, "ai_outputParser")
    if part is None:
        return None
    inner = parameters.adopt(part.parameters, part.name)
    if part.kind == "lc:outputParserAutofixing":
        inner.group("options")
        return answer_of(part, parameters)
    if part.kind == "lc:outputParserItemList":
        inner.group("options")
        return {"type": "array", "items": {"type": "string"}}
    if part.kind != "lc:outputParserStructured":
        raise unknown(part)
    inner.take("autoFix")
    return schema_in(inner, "manual" if part.version < 1.2 else "fromJson")


def schema_in(parameters: Parameters, otherwise: str) -> dict[str, Any]:
    """A schema that is written out, or the one of an example. Raises `Unsupported`."""
    how = parameters.text("schemaType", otherwise)
    name = "jsonSchemaExample" if how == "fromJson" else "inputSchema"
    written = parameters.take(name)
    if written is None:
        name = "jsonSchema"
        written = parameters.take(name)
    try:
        value = json.loads(written)
        value = schema_like(value) if how == "fromJson" else value
    except (TypeError, ValueError, RecursionError):
        raise Unsupported(PARAMETER, parameter=name) from None
    if not isinstance(value, dict):
        raise Unsupported(PARAMETER, parameter=name)
    return value


def schema_like(example: Any) -> dict[str, Any]:
    """A schema that the example fits, and what looks like it."""
    if isinstance(example, dict):
        inner = {name: schema_like(value) for name, value in example.items()}
        return {"type": "object", "properties": inner}
    if isinstance(example, list):
        return {"type": "array", **({"items": schema_like(example[0])} if example else {})}
    if isinstance(example, bool):
        return {"type": "boolean"}
    if isinstance(example, int | float):
        return {"type": "number"}
    return {"type": "string"} if isinstance(example, str) else {}


def question(parameters: Parameters, *, versioned: bool) -> Any:
    """What is asked: a text of one's own, or what a chat has sent. `versioned`: whether the node can choose."""
    if not versioned or parameters.text("promptType", "auto") == "define":
        found = optional(parameters, "text")
        if found is None:
            raise Unsupported(MISSING, parameter="text")
        return found
    parameters.take("text")
    return "{{ $json.chatInput }}"
