"""PURE: `openAi`, the old node and the one of the AI package: one question, one answer."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import call, needed, optional, resource

COMPLETES = "gpt-3.5-turbo-instruct"
CHATS = "gpt-3.5-turbo"


def _old(node: Written, parameters: Parameters) -> Converted:
    """Some workflows write the parameters of the newer node under the old name; both are read."""
    if parameters.take("messages") is not None:
        return _new(node, parameters)
    what, operation = parameters.text("resource", "text"), parameters.text("operation", "")
    whole = True if parameters.take("simplifyOutput", True) is False else None
    options = _options(parameters.group("options"))
    if what == "text" and operation in ("", "complete"):
        model = optional(parameters, "model") or COMPLETES
        return call("openai", "completion", model=model, prompt=needed(parameters, "prompt"), whole=whole, **options)
    if what == "chat" and operation in ("", "complete"):
        rows = parameters.rows("prompt", "messages")
        model = optional(parameters, "model") or optional(parameters, "chatModel") or CHATS
        return call("openai", "chat", model=model, messages=_messages(rows), whole=whole, **options)
    raise refuse_operation(node, f"{what}.{operation}")


def _new(node: Written, parameters: Parameters) -> Converted:
    what, operation = parameters.text("resource", "text"), parameters.text("operation", "message")
    if what not in ("text", "chat") or operation != "message" or node.parts:
        raise refuse_operation(node, f"{what}.{operation}")
    if parameters.take("model") is not None:
        model: Any = needed(parameters, "model")
    else:
        _mode, model = resource(parameters, "modelId")
    written = parameters.take("messages")
    rows = parameters.listed("messages") if isinstance(written, list) else parameters.rows("messages", "values")
    options = _options(parameters.group("options"))
    as_json = parameters.take("jsonOutput") is True or options.pop("json", None)
    whole = True if parameters.take("simplify", True) is False else None
    return call("openai", "chat", model=model, messages=_messages(rows), asJson=as_json or None, whole=whole, **options)


def _messages(rows: list[Parameters]) -> list[dict[str, Any]]:
    said = []
    for row in rows:
        if row.text("type", "text") != "text":
            raise Unsupported(PARAMETER, parameter="messages.type")
        said.append({"role": row.text("role", "user"), "content": template(row.take("content", ""))})
    if not said or not all(one["content"] for one in said):
        raise Unsupported(MISSING, parameter="messages")
    return said


def _options(options: Parameters) -> dict[str, Any]:
    names = {
        "temperature": "temperature",
        "maxTokens": "maxTokens",
        "topP": "topP",
        "n": "choices",
        "frequencyPenalty": "frequencyPenalty",
        "presencePenalty": "presencePenalty",
    }
    found = {ours: optional(options, theirs) for theirs, ours in names.items()}
    for name in ("responseFormat", "response_format"):
        said = options.take(name)
        kind = said.get("type") if isinstance(said, dict) else said
        if kind == "json_object":
            found["json"] = True
        elif kind not in (None, "text"):
            raise Unsupported(PARAMETER, parameter=f"options.{name}")
    return {name: value for name, value in found.items() if value is not None}


TYPES = {"openAi": _old, "lc:openAi": _new}
