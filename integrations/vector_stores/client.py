"""Keeps documents with their vectors and finds the nearest, in any of the stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self
from uuid import UUID

from integrations.errors import InvalidAnswer
from integrations.scope import CallScope
from integrations.vector_stores.tables import STORES
from integrations.vendors.client import VendorClient
from integrations.vendors.shape import Vendor

KEPT_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Place:
    """Where documents lie: the kind of store, who opens it, the name of the index, collection or table. `namespace` is
    Pinecone's, `function` the one that searches in Supabase."""

    kind: str
    credential: UUID
    name: str
    namespace: str = ""
    function: str = "match_documents"


class VectorStore:
    """Raises the errors of `VendorClient`."""

    def __init__(self, scope: CallScope) -> None:
        self._scope = scope
        self._client = VendorClient(scope)

    @classmethod
    def connect(cls, scope: CallScope) -> Self:
        return cls(scope)

    def add(self, place: Place, documents: Sequence[Mapping[str, Any]]) -> None:
        """Keep documents `{"id", "text", "metadata", "vector"}`; one with an id that is there takes its place."""
        for start in range(0, len(documents), KEPT_AT_ONCE):
            self._do("add", place, {"documents": list(documents[start : start + KEPT_AT_ONCE])})

    def find(self, place: Place, vector: Sequence[float], top: int) -> list[dict[str, Any]]:
        """The nearest documents `{"text", "metadata", "score"}`, the nearest first."""
        return self._do("find", place, {"vector": list(vector), "top": top, "filter": {}})

    def _do(self, operation: str, place: Place, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        vendor = self._vendor(place)
        named = {"name": place.name, "namespace": place.namespace or None, "function": place.function}
        return self._client.call(vendor, vendor.operation(operation), {**named, **values}, credential=place.credential)

    def _vendor(self, place: Place) -> Vendor:
        """The store's table. An index of Pinecone has its own host, which Pinecone says unless the credential does."""
        vendor = STORES[place.kind]
        if place.kind != "pinecone" or self._scope.secret(place.credential).settings.get("baseUrl"):
            return vendor
        told = self._client.call(vendor, vendor.operation("host"), {"name": place.name}, credential=place.credential)
        host = told[0].get("host") if told else None
        if not isinstance(host, str) or not host:
            raise InvalidAnswer(reason="no_host")
        return replace(vendor, base_url=f"https://{host}")
