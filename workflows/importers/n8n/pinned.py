"""PURE: data that somebody has pinned to nodes in n8n: items for tests, never for runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from workflows.importers.n8n.document import Document, Written

MAX_ITEMS = 1000


def pinned(document: Document, nodes: Iterable[Written], ports: Mapping[str, str]) -> dict[str, dict[str, list[Any]]]:
    """Items by the id of the node and the port that they leave by, which `ports` names for each node.

    Of two nodes with one name the first has them, as in n8n. Files beside the items are left out: their content is.
    """
    written = document.raw.get("pinData")
    if not isinstance(written, Mapping):
        return {}
    found: dict[str, dict[str, list[Any]]] = {}
    names: set[str] = set()
    for node in nodes:
        given = written.get(node.name)
        if isinstance(given, list) and given and node.name not in names and node.id in ports:
            found[node.id] = {ports[node.id]: [_item(one) for one in given[:MAX_ITEMS]]}
        names.add(node.name)
    return found


def _item(written: Any) -> dict[str, Any]:
    """An item of n8n: its JSON, or what people wrote in its place."""
    if not isinstance(written, Mapping):
        return {}
    inner = written.get("json")
    return dict(inner) if isinstance(inner, Mapping) else dict(written)
