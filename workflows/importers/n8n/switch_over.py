"""PURE: what people have to do before an imported workflow takes over from n8n."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.importers.n8n.document import Written
from workflows.importers.n8n.traits import trigger_kind


@dataclass(frozen=True)
class SwitchOver:
    """`credentials` are `{node, kind, name}` to be filled, `hooks` `{node, method, path}` to be pointed here,
    `schedules` the names of triggers that would fire twice while n8n has them too."""

    credentials: tuple[dict[str, str], ...]
    hooks: tuple[dict[str, str], ...]
    schedules: tuple[str, ...]


def switch_over(nodes: Iterable[Written]) -> SwitchOver:
    """Disabled nodes need nothing."""
    live = [node for node in nodes if not node.disabled]
    return SwitchOver(
        credentials=tuple(one for node in live for one in _credentials(node)),
        hooks=tuple(_hook(node) for node in live if node.kind in ("webhook", "formTrigger", "lc:chatTrigger")),
        schedules=tuple(node.name for node in live if trigger_kind(node.kind) in ("schedule", "app")),
    )


def _credentials(node: Written) -> list[dict[str, str]]:
    """Old exports write the name alone, later ones `{id, name}`. Values are never in an export."""
    written = node.raw.get("credentials")
    found = []
    for kind, one in written.items() if isinstance(written, Mapping) else ():
        name: Any = one.get("name") if isinstance(one, Mapping) else one
        found.append({"node": node.name, "kind": str(kind)[:200], "name": name[:200] if isinstance(name, str) else ""})
    return found


def _hook(node: Written) -> dict[str, str]:
    path = node.parameters.get("path") or node.raw.get("webhookId") or ""
    method = node.parameters.get("httpMethod", "GET" if node.kind == "webhook" else "POST")
    return {"node": node.name, "method": str(method)[:100], "path": str(path)[:500]}
