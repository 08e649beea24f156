"""PURE: an n8n workflow as the link analysis sees it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from workflows.graph.links.model import MAIN, BrokenLink, Link, LinkGraph
from workflows.importers.n8n.document import Document, RawLink, Written
from workflows.importers.n8n.traits import link_node


def link_graph(document: Document) -> LinkGraph:
    """Links go by names; nodes with one name are one."""
    named: dict[str, Written] = {}
    for node in document.nodes:
        named.setdefault(node.name, node)
    links, broken = [], list(_broken_nodes(document))
    unknown_sources: set[str] = set()
    owners = {node.raw["id"]: node.name for node in reversed(document.nodes) if isinstance(node.raw.get("id"), str)}
    unknown_kinds: set[tuple[str, str]] = set()
    for raw in document.links:
        if raw.target is None:
            broken.append(BrokenLink("conn_malformed", raw.source, {"source": raw.source}))
            continue
        if raw.source not in named and raw.source not in unknown_sources:
            unknown_sources.add(raw.source)
            owner = owners.get(raw.source)
            params = {} if owner is None else {"owner": owner}
            broken.append(BrokenLink(f"conn_missing_source{':id' if params else ''}", raw.source, params))
        if not is_kind(raw.key) and (raw.source, raw.key) not in unknown_kinds:
            unknown_kinds.add((raw.source, raw.key))
            broken.append(BrokenLink("unknown_connection_type", raw.source, {"kind": raw.key}))
        broken.extend(_faults(raw, raw.target, raw.target in named))
        if raw.source in named and raw.target in named and is_kind(raw.key):
            links.append(Link(named[raw.source].id, named[raw.target].id, raw.key, raw.output, raw.input))
    return LinkGraph(tuple(link_node(node) for node in named.values()), tuple(links), tuple(broken))


def is_kind(key: str) -> bool:
    """Whether links of this kind exist in n8n."""
    return key == MAIN or key.startswith("ai_")


def _faults(raw: RawLink, target: str, is_there: bool) -> Iterator[BrokenLink]:
    if not is_there:
        yield BrokenLink("conn_missing_target", raw.source, {"target": target})
    if raw.kind != raw.key:
        yield BrokenLink("conn_type_mismatch", raw.source, {"target": target, "key": raw.key, "kind": raw.kind})


def _broken_nodes(document: Document) -> Iterator[BrokenLink]:
    """Nodes that share an id or a name, or have no name."""
    sharing: defaultdict[str, list[str]] = defaultdict(list)
    for node in document.nodes:
        if not node.name:
            yield BrokenLink("node_without_name", "")
        if isinstance(own := node.raw.get("id"), str):
            sharing[own].append(node.name)
    for names in sharing.values():
        if len(names) > 1:
            yield BrokenLink("duplicate_node_id", min(names))
    for name, count in Counter(node.name for node in document.nodes if node.name).items():
        if count > 1:
            yield BrokenLink("duplicate_node_name", name, {"count": str(count)})
