"""PURE: `agent`, `chainLlm`, `chainRetrievalQa`, `informationExtractor`: a model that works on each item."""

from __future__ import annotations

import re
from typing import Any

from workflows.importers.n8n.ai.calculator import CALCULATES
from workflows.importers.n8n.ai.libraries import STORES, library_of
from workflows.importers.n8n.ai.models import (
    answer_of,
    memory_of,
    model_of,
    needed_part,
    only,
    question,
    schema_in,
    unknown,
)
from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import MISSING, PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import refuse_beyond, template
from workflows.importers.n8n.vendors.calls import optional

HELPFUL = "You are a helpful assistant"
EXTRACTS = (
    "You are an expert extraction algorithm. Only extract relevant information from the text. If you do not know the "
    "value of an attribute asked to extract, you may omit the attribute's value."
)
PARTS = ("lc:toolVectorStore", "lc:toolCode", "lc:toolCalculator", "lc:toolThink", "lc:retrieverVectorStore")
_NO_NAME = re.compile(r"[^A-Za-z0-9_]")


def _agent(node: Written, parameters: Parameters) -> Converted:
    kind = parameters.text("agent", "toolsAgent")
    if kind not in ("toolsAgent", "conversationalAgent", "openAiFunctionsAgent", "reActAgent"):
        raise refuse_operation(node, kind)
    parameters.take("hasOutputParser")
    options = parameters.group("options")
    config = _config(node, parameters)
    config["prompt"] = question(parameters, versioned=node.version >= 1.6 or parameters.take("promptType") is not None)
    config["system"] = optional(options, "systemMessage") or HELPFUL
    config["images"] = options.take("passthroughBinaryImages", True) is not False
    config["mostRounds"] = int(options.number("maxIterations", 10))
    if options.take("returnIntermediateSteps") is True:
        config["steps"] = True
    return Converted("ai-agent", config)


def _chain(node: Written, parameters: Parameters) -> Converted:
    parameters.take("hasOutputParser")
    config = _config(node, parameters)
    if "tools" in config:
        raise Unsupported(PARAMETER, parameter="ai_tool")
    asked = parameters.take("prompt") if node.version < 1.4 else None
    config["prompt"] = question(parameters, versioned=True) if asked is None else template(asked)
    system = []
    for row in parameters.rows("messages", "messageValues"):
        if row.text("type", "SystemMessagePromptTemplate") != "SystemMessagePromptTemplate":
            raise Unsupported(PARAMETER, parameter="messages.messageValues.type")
        system.append(str(template(row.take("message", ""))))
    if system:
        config["system"] = "\n\n".join(system)
    config["field"] = "output" if "answer" in config else "text"
    return Converted("ai-agent", config)


def _retrieval(node: Written, parameters: Parameters) -> Converted:
    retriever = needed_part(node, "ai_retriever")
    if retriever.kind != "lc:retrieverVectorStore":
        raise unknown(retriever)
    options = parameters.group("options")
    inner = parameters.adopt(retriever.parameters, retriever.name)
    top = int(inner.number("topK", 4))
    config: dict[str, Any] = {"model": model_of(node, parameters)}
    config["prompt"] = question(parameters, versioned=True)
    config["knowledge"] = library_of(needed_part(retriever, "ai_vectorStore"), parameters, top)
    system = optional(options, "systemPromptTemplate")
    if system is not None:
        config["system"] = system
    config["field"] = "response" if node.version >= 1.5 else "response.text"
    return Converted("ai-agent", config)


def _extractor(node: Written, parameters: Parameters) -> Converted:
    options = parameters.group("options")
    how = parameters.text("schemaType", "fromAttributes")
    answer = schema_in(parameters, "fromAttributes") if how != "fromAttributes" else _attributes(parameters)
    return Converted(
        "ai-agent",
        {
            "model": model_of(node, parameters),
            "prompt": question(parameters, versioned=False),
            "system": optional(options, "systemPromptTemplate") or EXTRACTS,
            "answer": answer,
        },
    )


def _attributes(parameters: Parameters) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    wanted = []
    for row in parameters.rows("attributes", "attributes"):
        name, kind = row.text("name"), row.text("type", "string")
        about = {"description": row.text("description")}
        properties[name] = {"type": "string", "format": "date-time"} if kind == "date" else {"type": kind}
        properties[name] |= about
        if row.take("required") is True:
            wanted.append(name)
    if not properties:
        raise Unsupported(MISSING, parameter="attributes")
    return {"type": "object", "properties": properties, **({"required": wanted} if wanted else {})}


def _config(node: Written, parameters: Parameters) -> dict[str, Any]:
    """What all that speak with a model have in common."""
    config: dict[str, Any] = {"model": model_of(node, parameters)}
    memory, answer = memory_of(node, parameters), answer_of(node, parameters)
    if memory is not None:
        config["memory"] = memory
    if answer is not None:
        config["answer"] = answer
    tools = [_tool(part, parameters) for part in node.parts.get("ai_tool", ())]
    if tools:
        config["tools"] = tools
    return config


def _tool(part: Written, parameters: Parameters) -> dict[str, Any]:
    inner = parameters.adopt(part.parameters, part.name)
    if part.kind == "lc:toolVectorStore":
        only(part, "ai_languageModel")  # it would sum up what is found; here the agent itself reads it
        top = int(inner.number("topK", 4))
        library = library_of(needed_part(part, "ai_vectorStore"), parameters, top)
        return {"kind": "library", **_said(part, inner, "name", "description"), **library}
    if part.kind in STORES and part.parameters.get("mode") == "retrieve-as-tool":
        top = int(inner.number("topK", 4))
        inner.take("includeDocumentMetadata")
        said = _said(part, inner, "toolName", "toolDescription")
        for name in ("mode", "options", "pineconeIndex", "tableName", "qdrantCollection"):
            inner.take(name)
        return {"kind": "library", **said, **library_of(part, parameters, top)}
    if part.kind == "lc:toolCalculator":
        about = "Computes an expression of numbers, + - * / % ^, brackets and functions such as sqrt(2)"
        return {"kind": "code", "name": "calculator", "description": about, "program": CALCULATES}
    if part.kind == "lc:toolThink":
        about = inner.text("description", "A place to think something over: it changes nothing")
        return {"kind": "code", "name": "think", "description": about, "program": "return query;"}
    if part.kind == "lc:toolCode":
        language = inner.text("language", "javaScript")
        if language != "javaScript":
            raise refuse_operation(part, language)
        code = inner.text("jsCode")
        refuse_beyond(code)
        found = {"kind": "code", **_said(part, inner, "name", "description"), "program": code}
        if inner.take("specifyInputSchema") is True:
            found["arguments"] = schema_in(inner, "fromJson")
        return found
    raise unknown(part)


def _said(part: Written, inner: Parameters, name: str, description: str) -> dict[str, Any]:
    called = inner.text(name, part.name)
    fitting = _NO_NAME.sub("_", called)[:64]
    return {
        "name": fitting if fitting[:1].isalpha() or fitting[:1] == "_" else f"_{fitting}"[:64],
        "description": inner.text(description),
    }


TYPES = {
    "lc:agent": _agent,
    "lc:chainLlm": _chain,
    "lc:chainRetrievalQa": _retrieval,
    "lc:informationExtractor": _extractor,
}
