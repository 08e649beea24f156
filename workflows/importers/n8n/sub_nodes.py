"""PURE: nodes that hang on `ai_*` links, given to the nodes that they work inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from workflows.importers.n8n.document import Document, Written
from workflows.importers.n8n.traits import family_of

AI, MAIN = "ai_", "main"
DEEPEST = 8
"""A store inside a tool inside an agent, with what embeds its texts: nobody goes deeper, and circles end."""


@dataclass(frozen=True)
class Parted:
    """The nodes that run by themselves, with their parts, and for each part the ids of those."""

    roots: tuple[Written, ...]
    owners: Mapping[str, tuple[str, ...]]


def parted(document: Document) -> Parted:
    """A disabled part is none, nor is a store that items flow through: it works by itself, too. What hangs on a
    disabled node belongs to it, disabled or not, and does not run either."""
    working = [node for node in document.nodes if node.kind != "stickyNote"]
    named: dict[str, Written] = {}
    for node in working:
        named.setdefault(node.name, node)
    flowing = {name for link in document.links if link.key == MAIN for name in (link.source, link.target)}
    below: dict[str, list[tuple[str, Written]]] = {}
    above: dict[str, list[str]] = {}
    for link in document.links:
        part, parent = named.get(link.source), named.get(link.target or "")
        if not link.key.startswith(AI) or part is None or parent is None or (part.disabled and not parent.disabled):
            continue
        if part.name not in flowing or family_of(part) is not None:
            below.setdefault(parent.id, []).append((link.key, part))
            above.setdefault(part.id, []).append(parent.id)
    owners = {part: found for part in above if (found := _roots(part, above))}
    roots = tuple(_with_parts(node, below, 0) for node in working if node.id not in owners)
    return Parted(roots, owners)


def _roots(part: str, above: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Those at the end of all ways up; a circle has none."""
    found: dict[str, None] = {}
    level = {part}
    for _step in range(DEEPEST):
        level = {parent for name in level for parent in above.get(name, ())}
        found |= {name: None for name in sorted(level) if name not in above}
        level = {name for name in level if name in above}
    return tuple(found)


def _with_parts(node: Written, below: Mapping[str, list[tuple[str, Written]]], depth: int) -> Written:
    if node.id not in below or depth >= DEEPEST:
        return node
    found: dict[str, tuple[Written, ...]] = {}
    for key, part in below[node.id]:
        found[key] = (*found.get(key, ()), _with_parts(part, below, depth + 1))
    return replace(node, parts=found)
