"""PURE: how each store is asked to keep documents and to find the nearest, in the shape of a vendor's table.

A document is `{"id", "text", "metadata", "vector"}`; what is found is `{"text", "metadata", "score"}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from integrations.credential_kinds import BEARER, HEADER
from integrations.vendors.shape import Field, Operation, Vendor

TEXT: Final = "text"
"""Under which name a text lies in the metadata of stores that keep nothing else."""


def _hidden(name: str, to: str) -> Field:
    return Field(name, "", "", to=to, hidden=True)


def _pinecone_rows(values: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"id": one["id"], "values": one["vector"], "metadata": {**one["metadata"], TEXT: one["text"]}}
        for one in values["documents"]
    ]
    return {**values, "rows": rows}


def _pinecone_found(match: Any, _values: Mapping[str, Any]) -> Any:
    metadata = dict(match.get("metadata") or {})
    return {"text": metadata.pop(TEXT, ""), "metadata": metadata, "score": match.get("score")}


def _qdrant_rows(values: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"id": one["id"], "vector": one["vector"], "payload": {"content": one["text"], "metadata": one["metadata"]}}
        for one in values["documents"]
    ]
    return {**values, "rows": rows}


def _qdrant_found(point: Any, _values: Mapping[str, Any]) -> Any:
    payload = point.get("payload") or {}
    return {"text": payload.get("content", ""), "metadata": payload.get("metadata") or {}, "score": point.get("score")}


def _supabase_rows(values: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"content": one["text"], "metadata": one["metadata"], "embedding": one["vector"]} for one in values["documents"]
    ]
    return {**values, "rows": rows}


def _supabase_found(row: Any, _values: Mapping[str, Any]) -> Any:
    return {"text": row.get("content", ""), "metadata": row.get("metadata") or {}, "score": row.get("similarity")}


_NAME = _hidden("name", "path")
_ROWS = "rows"

STORES: Final[Mapping[str, Vendor]] = {
    "pinecone": Vendor(
        name="pinecone",
        base_url="https://api.pinecone.io",
        kinds=(HEADER,),
        headers={"X-Pinecone-API-Version": "2025-01"},
        operations=(
            Operation("host", "", "GET", "/indexes/{name}", (_NAME,)),
            Operation(
                "add",
                "",
                "POST",
                "/vectors/upsert",
                (_hidden(_ROWS, "body:vectors"), _hidden("namespace", "body:namespace")),
                prepare=_pinecone_rows,
            ),
            Operation(
                "find",
                "",
                "POST",
                "/query",
                (_hidden("vector", "body:vector"), _hidden("top", "body:topK"), _hidden("namespace", "body:namespace")),
                fixed={"includeMetadata": True},
                items="matches",
                shape=_pinecone_found,
            ),
        ),
    ),
    "qdrant": Vendor(
        name="qdrant",
        base_url="",
        kinds=(HEADER,),
        operations=(
            Operation(
                "add",
                "",
                "PUT",
                "/collections/{name}/points?wait=true",
                (_NAME, _hidden(_ROWS, "body:points")),
                prepare=_qdrant_rows,
            ),
            Operation(
                "find",
                "",
                "POST",
                "/collections/{name}/points/search",
                (_NAME, _hidden("vector", "body:vector"), _hidden("top", "body:limit")),
                fixed={"with_payload": True},
                items="result",
                shape=_qdrant_found,
            ),
        ),
    ),
    "supabase": Vendor(
        name="supabase",
        base_url="",
        kinds=(BEARER,),
        secret_headers={"apikey": "{value}"},
        operations=(
            Operation("add", "", "POST", "/rest/v1/{name}", (_NAME, _hidden(_ROWS, "body:*")), prepare=_supabase_rows),
            Operation(
                "find",
                "",
                "POST",
                "/rest/v1/rpc/{function}",
                (
                    _hidden("function", "path"),
                    _hidden("vector", "body:query_embedding"),
                    _hidden("top", "body:match_count"),
                    _hidden("filter", "body:filter"),
                ),
                shape=_supabase_found,
            ),
        ),
    ),
}
