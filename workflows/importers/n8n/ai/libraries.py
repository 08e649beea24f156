"""PURE: stores of vectors, with what loads, cuts and embeds their texts."""

from __future__ import annotations

from typing import Any

from workflows.importers.n8n.ai.models import embeddings_of, only, unknown
from workflows.importers.n8n.conversion import Converted, refuse_operation
from workflows.importers.n8n.document import Written
from workflows.importers.n8n.parameters import PARAMETER, Parameters, Unsupported
from workflows.importers.n8n.texts import template
from workflows.importers.n8n.vendors.calls import needed, resource

PINECONE, SUPABASE, QDRANT = "lc:vectorStorePinecone", "lc:vectorStoreSupabase", "lc:vectorStoreQdrant"
STORES = frozenset({PINECONE, SUPABASE, QDRANT})
_CUTTERS = {
    "lc:textSplitterCharacterTextSplitter": "separator",
    "lc:textSplitterRecursiveCharacterTextSplitter": "structure",
    "lc:textSplitterTokenSplitter": "tokens",
}


PARTS = ("lc:documentDefaultDataLoader", *_CUTTERS)


def library_of(part: Written, parameters: Parameters, top: int) -> dict[str, Any]:
    """A store that is read, with what embeds the questions to it. `parameters` are those of the whole node."""
    if part.kind not in STORES:
        raise unknown(part)
    inner = parameters.adopt(part.parameters, part.name)
    inner.take("mode")
    return {"store": _store(part, inner), "embeddings": embeddings_of(part, parameters), "top": top}


def _vector_store(node: Written, parameters: Parameters) -> Converted:
    mode = parameters.text("mode", "retrieve")
    if mode == "retrieve-as-tool":  # a part by its mode; here it hangs on nothing, and never runs
        for name in node.parameters:
            parameters.take(name)
        return Converted("noop")
    if mode not in ("insert", "load"):
        raise refuse_operation(node, mode)
    config: dict[str, Any] = {"store": _store(node, parameters), "embeddings": embeddings_of(node, parameters)}
    if mode == "load":
        config["call"] = {
            "operation": "find",
            "question": needed(parameters, "prompt"),
            "top": int(parameters.number("topK", 4)),
            "metadata": parameters.take("includeDocumentMetadata", True) is not False,
        }
        return Converted("vector-store", config)
    parameters.take("embeddingBatchSize")
    config["call"] = {"operation": "add", **_loading(node, parameters)}
    return Converted("vector-store", config)


def _store(node: Written, parameters: Parameters) -> dict[str, Any]:
    """Where the vectors lie. People also write the name of an index where n8n asks for that of a table."""
    options = parameters.group("options")
    if node.kind == PINECONE:
        name = _place(parameters, "pineconeIndex")
        namespace = template(options.take("pineconeNamespace", ""))
        return {"kind": "pinecone", "name": name, "namespace": namespace}
    if node.kind == SUPABASE:
        name = _place(parameters, "tableName")
        function = template(options.take("queryName", "match_documents"))
        return {"kind": "supabase", "name": name, "function": function}
    name = _place(parameters, "qdrantCollection")
    return {"kind": "qdrant", "name": name}


def _place(parameters: Parameters, name: str) -> Any:
    plain = parameters.take("indexName")
    return template(plain) if plain and not parameters.take(name) else resource(parameters, name)[1]


def _loading(node: Written, parameters: Parameters) -> dict[str, Any]:
    """What is kept of an item. A splitter may hang on the store itself, too: then the whole item is read."""
    loader = only(node, "ai_document")
    if loader is None:
        return {"texts": "{{ $json }}", "splitter": _splitter(node, parameters)}
    if loader.kind != "lc:documentDefaultDataLoader":
        raise unknown(loader)
    inner = parameters.adopt(loader.parameters, loader.name)
    options = inner.group("options")
    rows = options.group("metadata").listed("metadataValues")
    found: dict[str, Any] = {"splitter": _splitter(loader, parameters)}
    if rows:
        found["metadata"] = {row.text("name"): template(row.take("value", "")) for row in rows}
    if inner.text("dataType", "json") == "binary":
        return {**found, "file": _file(inner, loader.name)}
    if inner.text("textSplittingMode", "custom") not in ("custom", "simple"):
        raise Unsupported(PARAMETER, parameter=f"{loader.name}: textSplittingMode")
    as_written = inner.text("jsonMode", "allInputData") == "expressionData"
    found["texts"] = needed(inner, "jsonData") if as_written else "{{ $json }}"
    return found


def _file(inner: Parameters, name: str) -> str:
    """The files of an item that are read: all of them, or one."""
    if inner.text("loader", "auto") not in ("auto", "pdfLoader", "csvLoader", "jsonLoader", "textLoader"):
        raise Unsupported(PARAMETER, parameter=f"{name}: loader")
    if inner.text("textSplittingMode", "custom") not in ("custom", "simple"):
        raise Unsupported(PARAMETER, parameter=f"{name}: textSplittingMode")
    return inner.text("binaryDataKey", "data") if inner.text("binaryMode", "allInputData") == "specificField" else "*"


def _splitter(node: Written, parameters: Parameters) -> dict[str, Any]:
    part = only(node, "ai_textSplitter")
    if part is None:
        return {}
    if part.kind not in _CUTTERS:
        raise unknown(part)
    inner = parameters.adopt(part.parameters, part.name)
    found: dict[str, Any] = {
        "by": _CUTTERS[part.kind],
        "size": int(inner.number("chunkSize", 1000)),
        "overlap": int(inner.number("chunkOverlap", 0)),
    }
    if part.kind == "lc:textSplitterCharacterTextSplitter":
        found["separator"] = inner.take("separator", "\n\n")
    inner.group("options")
    return found


TYPES = dict.fromkeys(STORES, _vector_store)
