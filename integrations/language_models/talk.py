"""PURE: a talk with a model: what was said, which tools it may use, and what it answers. JSON all through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ToolCall:
    """The model wants this tool with these arguments. `id` is the model's own name for the call."""

    id: str
    tool: str
    arguments: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "tool": self.tool, "arguments": dict(self.arguments)}


@dataclass(frozen=True)
class Image:
    """A picture in base64."""

    mime: str
    data: str


@dataclass(frozen=True)
class Said:
    """One turn. `role` is system, user, assistant or tool; `calls` are those of an assistant, `call` the one that a
    tool answers, `tool` its name. `images` are shown with it, and never kept."""

    role: str
    text: str
    calls: tuple[ToolCall, ...] = ()
    call: str = ""
    tool: str = ""
    images: tuple[Image, ...] = ()

    def as_json(self) -> dict[str, Any]:
        calls = [call.as_json() for call in self.calls]
        return {"role": self.role, "text": self.text, "calls": calls, "call": self.call, "tool": self.tool}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Said:
        calls = tuple(ToolCall(one["id"], one["tool"], one["arguments"]) for one in kept.get("calls", ()))
        return cls(kept["role"], kept["text"], calls, kept.get("call", ""), kept.get("tool", ""))


@dataclass(frozen=True)
class Tool:
    """What the model is told of a tool: a name of letters, digits and `_`, its use, its arguments as a schema."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the model has said. `usage` counts tokens: `promptTokens`, `completionTokens`, `totalTokens`."""

    said: Said
    usage: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Wish:
    """How a model is asked: its name there and what people may set. `json` asks for a JSON object."""

    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    json: bool = False
