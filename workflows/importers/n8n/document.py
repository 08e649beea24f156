"""PURE: an n8n workflow as its export writes it: nodes by name, links in a map of lists.

{"nodes": [{"name", "type", "typeVersion", "parameters", "disabled", "onError", …}],
 "connections": {"Name": {"main": [[{"node", "type", "index"}], null, …]}}, "settings", "pinData", …}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflows.items.wording import gettext_noop

MAX_NODES = 10_000
BASE = "n8n-nodes-base."
CHAIN = ("@n8n/n8n-nodes-langchain.", "n8n-nodes-langchain.")
NATIVE = "naryad."
"""What the names of types are prefixed with: those of n8n, its AI nodes, and ours in an export."""


class NotAWorkflow(ValueError):
    """The document is no workflow of n8n. `message` is a gettext msgid with places for `params`."""

    def __init__(self, message: str, **params: Any) -> None:
        self.message = message
        self.params = params
        super().__init__(message)


@dataclass(frozen=True)
class Written:
    """A node with what everybody asks about it; `raw` is all of it. `id` is unique in the document, `name` may not be.

    `kind` is the type without its package (`lc:` before those for AI), `version` its `typeVersion`. `parts` are the
    nodes that work inside it, by the kind of link that they hang on (`sub_nodes` finds them).
    """

    id: str
    name: str
    kind: str
    version: float
    parameters: Mapping[str, Any]
    disabled: bool
    raw: Mapping[str, Any]
    parts: Mapping[str, tuple[Written, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class RawLink:
    """One entry of the connections: `key` is the name that its kind is written under, `kind` what it calls itself.

    `entry` is what is written; a target of None means that it is no link at all.
    """

    source: str
    key: str
    output: int
    kind: str
    target: str | None
    input: int
    entry: Any


@dataclass(frozen=True)
class Document:
    """A whole workflow. `raw` is never changed."""

    raw: Mapping[str, Any]
    nodes: tuple[Written, ...]
    links: tuple[RawLink, ...]

    @property
    def name(self) -> str:
        name = self.raw.get("name")
        return name if isinstance(name, str) else ""


def read(raw: Any) -> Document:
    """The document; raises `NotAWorkflow`."""
    if not isinstance(raw, Mapping):
        raise NotAWorkflow(gettext_noop("Рабочий процесс n8n — объект с полями nodes и connections"))
    nodes = raw.get("nodes")
    if not isinstance(nodes, list):
        raise NotAWorkflow(gettext_noop("В документе нет списка узлов nodes"))
    if len(nodes) > MAX_NODES:
        raise NotAWorkflow(
            gettext_noop("Узлов %(count)s, а может быть не больше %(limit)s"), count=len(nodes), limit=MAX_NODES
        )
    connections = raw.get("connections")
    if connections is not None and not isinstance(connections, Mapping) and connections != []:
        raise NotAWorkflow(gettext_noop("Поле connections — объект: имя узла и его связи"))
    return Document(raw, tuple(_nodes(nodes)), tuple(_links(connections or {})))


def _nodes(nodes: Sequence[Any]) -> Iterator[Written]:
    taken: set[str] = set()
    for place, node in enumerate(nodes):
        if not isinstance(node, Mapping) or not isinstance(node.get("type"), str) or not node["type"]:
            raise NotAWorkflow(gettext_noop("Узел номер %(place)s — не объект с полем type"), place=place + 1)
        name, parameters = node.get("name"), node.get("parameters")
        node_id = _unique(node.get("id"), f"node-{place + 1}", taken)
        taken.add(node_id)
        yield Written(
            id=node_id,
            name=name if isinstance(name, str) else "",
            kind=_kind(node["type"]),
            version=_version(node.get("typeVersion")),
            parameters=parameters if isinstance(parameters, Mapping) else {},
            disabled=node.get("disabled") is True,
            raw=node,
        )


def _unique(wanted: Any, otherwise: str, taken: set[str]) -> str:
    """The node's own id if it is one and nobody has it yet."""
    fits = isinstance(wanted, str) and 0 < len(wanted) <= 190 and "\x00" not in wanted
    base = wanted if fits else otherwise
    number, name = 2, base
    while name in taken:
        name, number = (otherwise if base == wanted and otherwise not in taken else f"{otherwise}-{number}"), number + 1
    return name


def _kind(written: str) -> str:
    if written.startswith(BASE):
        return written[len(BASE) :]
    for prefix in CHAIN:
        if written.startswith(prefix):
            return f"lc:{written[len(prefix) :]}"
    return written


def _version(written: Any) -> float:
    if isinstance(written, bool) or (not isinstance(written, int | float | str) and not hasattr(written, "__float__")):
        return 1.0
    try:
        return float(written)
    except (ValueError, OverflowError):
        return 1.0


def _links(connections: Mapping[str, Any]) -> Iterator[RawLink]:
    for source, by_key in connections.items():
        if not isinstance(by_key, Mapping):
            yield RawLink(source, "", 0, "", None, 0, by_key)
            continue
        for key, outputs in by_key.items():
            if not isinstance(outputs, list):
                yield RawLink(source, key, 0, "", None, 0, outputs)
                continue
            for output, entries in enumerate(outputs):
                yield from _of_output(source, key, output, entries)


def _of_output(source: str, key: str, output: int, entries: Any) -> Iterator[RawLink]:
    """An output without links is `null` or `[]`."""
    if entries is None:
        return
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping) or not isinstance(entry.get("node"), str):
            yield RawLink(source, key, output, "", None, 0, entry)
            continue
        kind, index = entry.get("type", key), entry.get("index", 0)
        is_place = isinstance(index, int) and not isinstance(index, bool) and 0 <= index <= MAX_NODES
        yield RawLink(
            source, key, output, kind if isinstance(kind, str) else key, entry["node"], index if is_place else 0, entry
        )
