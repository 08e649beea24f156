"""Node types of installed packages: what their entry points `naryad.nodes` name.

    [project.entry-points."naryad.nodes"]
    acme-ping = "acme_nodes.ping:Ping"

A package that is broken, or whose type has the name of another one, is left out and told of by `manage.py check`; the
product starts without it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

import structlog

from workflows.node_type import Config, NodeType

log = structlog.get_logger(__name__)

GROUP: Final = "naryad.nodes"
TYPE_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PORT_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Refusal:
    """An entry point that gives no node type: its name, the distribution that it comes with, and why, in English."""

    entry: str
    package: str
    reason: str


@dataclass(frozen=True)
class Packages:
    """What installed packages bring: node types with the distribution that each comes with, and what was refused."""

    found: dict[str, tuple[NodeType, str]]
    refused: tuple[Refusal, ...]


def load(taken: Collection[str]) -> Packages:
    """The node types of all installed packages; those with a name of `taken`, or of each other, are refused."""
    found: dict[str, tuple[NodeType, str]] = {}
    refused = []
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (_package(entry), entry.name)):
        try:
            node_type = _checked(entry.load(), {*taken, *found})
        except (Exception, SystemExit) as error:  # a foreign module may do anything while it is loaded
            reason = f"{type(error).__name__}: {error}"[:500]
            refused.append(Refusal(entry.name, _package(entry), reason))
            log.warning("node type of a package left out", entry=entry.name, package=_package(entry), reason=reason)
        else:
            found[node_type.type] = node_type, _package(entry)
    return Packages(found, tuple(refused))


def faults_of(node_type: Any) -> list[str]:
    """What keeps this class from being a node type; for all of them, whoever has written them."""
    if not (inspect.isclass(node_type) and issubclass(node_type, NodeType)):
        return ["it is no subclass of workflows.node_type.NodeType"]
    said = ("type", "title", "description", "group", "inputs", "outputs")
    lacking = [name for name in said if getattr(node_type, name, None) is None]
    if lacking:
        return [f"it does not say its {', '.join(lacking)}"]
    return [fault for fault, is_there in _questions(node_type) if is_there]


def _questions(node_type: type[NodeType]) -> list[tuple[str, bool]]:
    names = [[port.name for port in ports] for ports in (node_type.inputs, node_type.outputs)]
    config: Any = node_type.Config
    return [
        ("its type is not named like this-one", not TYPE_NAME.fullmatch(node_type.type)),
        ("it has no title", not str(node_type.title).strip()),
        ("it has no description", not str(node_type.description).strip()),
        ("it has no output", not node_type.outputs),
        ("it has two ports of one name", any(len(set(ports)) != len(ports) for ports in names)),
        ("a port is not named like_this", not all(PORT_NAME.fullmatch(name) for ports in names for name in ports)),
        ("its output `error` is that of every node", "error" in names[1]),
        ("its Config is no workflows.node_type.Config", not (inspect.isclass(config) and issubclass(config, Config))),
        ("its weight is unknown", node_type.weight not in ("inline", "io", "cpu")),
        ("its stores is unknown", node_type.stores not in (None, "raw", "processed")),
        ("it has no time", not node_type.timeout_seconds > 0),
    ]


def _checked(loaded: Any, taken: Collection[str]) -> NodeType:
    faults = faults_of(loaded)
    if not faults and loaded.type in taken:
        faults = [f"there is a node type {loaded.type} already"]
    if faults:
        raise TypeError("; ".join(faults))
    node_type: NodeType = loaded()
    node_type.Config.model_json_schema(by_alias=True)
    return node_type


def _package(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else ""
