"""PURE: how each maker of models writes a talk: OpenAI (and all that are compatible), Anthropic, Gemini."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from integrations import safe_json
from integrations.errors import InvalidAnswer
from integrations.language_models.talk import Answer, Said, Tool, ToolCall, Wish
from integrations.safe_json import UnsafeJSON

ANTHROPIC_TOKENS: Final = 4096
"""Anthropic wants to be told how long an answer may be."""


class Dialect(Protocol):
    """`base_url` is where the maker itself answers; `headers` go with every call."""

    base_url: str
    headers: Mapping[str, str]

    def request(self, talk: Sequence[Said], tools: Sequence[Tool], wish: Wish) -> tuple[str, dict[str, Any]]:
        """The path and the body."""

    def read(self, body: Any) -> Answer:
        """Raises `InvalidAnswer`."""


class OpenAI:
    base_url = ""
    headers: Mapping[str, str] = {}

    def request(self, talk: Sequence[Said], tools: Sequence[Tool], wish: Wish) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {"model": wish.model, "messages": [_openai_turn(said) for said in talk]}
        body |= _set({"temperature": wish.temperature, "max_tokens": wish.max_tokens})
        if wish.json:
            body["response_format"] = {"type": "json_object"}
        if tools:
            body["tools"] = [{"type": "function", "function": _told(tool, "parameters")} for tool in tools]
        return "/chat/completions", body

    def read(self, body: Any) -> Answer:
        try:
            message = body["choices"][0]["message"]
            calls = tuple(
                ToolCall(str(one["id"]), str(one["function"]["name"]), _arguments(one["function"].get("arguments")))
                for one in message.get("tool_calls") or ()
            )
        except (TypeError, LookupError, AttributeError):
            raise InvalidAnswer(reason="no_choices") from None
        text = message.get("content")
        if not isinstance(text, str) and not calls:
            raise InvalidAnswer(reason="no_content")
        names = {"promptTokens": "prompt_tokens", "completionTokens": "completion_tokens"}
        return Answer(Said("assistant", text if isinstance(text, str) else "", calls), _usage(body.get("usage"), names))


class Anthropic:
    base_url = "https://api.anthropic.com"
    headers: Mapping[str, str] = {"anthropic-version": "2023-06-01"}

    def request(self, talk: Sequence[Said], tools: Sequence[Tool], wish: Wish) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {
            "model": wish.model,
            "max_tokens": wish.max_tokens or ANTHROPIC_TOKENS,
            "messages": _merged([_anthropic_turn(said) for said in talk if said.role != "system"], "content"),
        }
        system = _system(talk)
        body |= _set({"temperature": wish.temperature, "system": system or None})
        if tools:
            body["tools"] = [_told(tool, "input_schema") for tool in tools]
        return "/v1/messages", body

    def read(self, body: Any) -> Answer:
        parts = body.get("content") if isinstance(body, Mapping) else None
        if not isinstance(parts, list) or not all(isinstance(one, Mapping) for one in parts):
            raise InvalidAnswer(reason="no_content")
        text = "".join(str(one.get("text", "")) for one in parts if one.get("type") == "text")
        calls = tuple(
            ToolCall(str(one.get("id")), str(one.get("name")), _arguments(one.get("input")))
            for one in parts
            if one.get("type") == "tool_use"
        )
        names = {"promptTokens": "input_tokens", "completionTokens": "output_tokens"}
        return Answer(Said("assistant", text, calls), _usage(body.get("usage"), names))


class Gemini:
    base_url = "https://generativelanguage.googleapis.com"
    headers: Mapping[str, str] = {}

    def request(self, talk: Sequence[Said], tools: Sequence[Tool], wish: Wish) -> tuple[str, dict[str, Any]]:
        body: dict[str, Any] = {
            "contents": _merged([_gemini_turn(said) for said in talk if said.role != "system"], "parts")
        }
        system = _system(talk)
        if system:
            body["systemInstruction"] = {"parts": [{"text": system}]}
        options = _set({"temperature": wish.temperature, "maxOutputTokens": wish.max_tokens})
        if wish.json:
            options["responseMimeType"] = "application/json"
        if options:
            body["generationConfig"] = options
        if tools:
            body["tools"] = [{"functionDeclarations": [_told(tool, "parameters") for tool in tools]}]
        return f"/v1beta/models/{wish.model.removeprefix('models/')}:generateContent", body

    def read(self, body: Any) -> Answer:
        try:
            parts = body["candidates"][0]["content"]["parts"]
            text = "".join(str(one.get("text", "")) for one in parts)
            calls = tuple(
                ToolCall(f"call-{place}", str(one["functionCall"]["name"]), _arguments(one["functionCall"].get("args")))
                for place, one in enumerate(parts)
                if "functionCall" in one
            )
        except (TypeError, LookupError, AttributeError):
            raise InvalidAnswer(reason="no_candidates") from None
        names = {"promptTokens": "promptTokenCount", "completionTokens": "candidatesTokenCount"}
        return Answer(Said("assistant", text, calls), _usage(body.get("usageMetadata"), names))


DIALECTS: Final[Mapping[str, Dialect]] = {"openai": OpenAI(), "anthropic": Anthropic(), "gemini": Gemini()}


def _openai_turn(said: Said) -> dict[str, Any]:
    if said.role == "tool":
        return {"role": "tool", "tool_call_id": said.call, "content": said.text}
    shown = [{"type": "image_url", "image_url": {"url": f"data:{one.mime};base64,{one.data}"}} for one in said.images]
    content: Any = [{"type": "text", "text": said.text}, *shown] if shown else said.text
    turn: dict[str, Any] = {"role": said.role, "content": content}
    if said.calls:
        turn["tool_calls"] = [
            {"id": one.id, "type": "function", "function": {"name": one.tool, "arguments": _written(one.arguments)}}
            for one in said.calls
        ]
    return turn


def _anthropic_turn(said: Said) -> dict[str, Any]:
    if said.role == "tool":
        return {"role": "user", "content": [{"type": "tool_result", "tool_use_id": said.call, "content": said.text}]}
    texts = [{"type": "text", "text": said.text}] if said.text else []
    calls = [{"type": "tool_use", "id": one.id, "name": one.tool, "input": dict(one.arguments)} for one in said.calls]
    shown = [
        {"type": "image", "source": {"type": "base64", "media_type": one.mime, "data": one.data}} for one in said.images
    ]
    return {"role": said.role, "content": [*texts, *shown, *calls]}


def _gemini_turn(said: Said) -> dict[str, Any]:
    if said.role == "tool":
        return {"role": "user", "parts": [{"functionResponse": {"name": said.tool, "response": {"result": said.text}}}]}
    texts = [{"text": said.text}] if said.text else []
    calls = [{"functionCall": {"name": one.tool, "args": dict(one.arguments)}} for one in said.calls]
    shown = [{"inlineData": {"mimeType": one.mime, "data": one.data}} for one in said.images]
    return {"role": "model" if said.role == "assistant" else "user", "parts": [*texts, *shown, *calls]}


def _merged(turns: list[dict[str, Any]], parts: str) -> list[dict[str, Any]]:
    """Turns of one role in a row are one: these makers want the roles to alternate."""
    found: list[dict[str, Any]] = []
    for turn in turns:
        if found and found[-1]["role"] == turn["role"]:
            found[-1][parts] += turn[parts]
        else:
            found.append(turn)
    return found


def _system(talk: Sequence[Said]) -> str:
    return "\n\n".join(said.text for said in talk if said.role == "system" and said.text)


def _told(tool: Tool, schema: str) -> dict[str, Any]:
    return {"name": tool.name, "description": tool.description, schema: dict(tool.schema)}


def _set(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _written(arguments: Mapping[str, Any]) -> str:
    return json.dumps(dict(arguments), ensure_ascii=False, cls=safe_json.Encoder)


def _arguments(written: Any) -> Mapping[str, Any]:
    """The arguments; what is no object is given as `input`, so that the tool can say what it lacks."""
    if isinstance(written, str):
        try:
            written = safe_json.loads(written or "{}")
        except UnsafeJSON:
            return {"input": written}
    return written if isinstance(written, Mapping) else {"input": written}


def _usage(counted: Any, names: Mapping[str, str]) -> dict[str, int]:
    held = counted if isinstance(counted, Mapping) else {}
    found = {ours: int(held[theirs]) for ours, theirs in names.items() if isinstance(held.get(theirs), int)}
    return found | {"totalTokens": sum(found.values())} if found else {}
