"""All node types there are: every file of `workflows/nodes/` gives one, and nothing else needs to know it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.translation import gettext

import workflows.nodes
from workflows.errors import UnknownNodeType
from workflows.graph.facts import InputFacts, NodeFacts
from workflows.node_type import NodeType, Port

_TEXTS = frozenset({"title", "description"})
"""Keywords of a JSON schema that people read."""


def get(node_type: str) -> NodeType:
    """The node type of this name; raises `UnknownNodeType`."""
    found = _installed().get(node_type)
    if found is None:
        raise UnknownNodeType(type=node_type[:200])
    return found


def all_types() -> list[NodeType]:
    """Every node type, by name."""
    return list(_installed().values())


@cache
def facts(node_type: str) -> NodeFacts:
    """What the graph needs to know about a type; raises `UnknownNodeType`."""
    found = get(node_type)
    return NodeFacts(
        inputs=tuple(InputFacts(port.name, port.required) for port in found.inputs),
        outputs=tuple(port.name for port in found.outputs),
        weight=found.weight,
        repeatable=found.repeatable,
        stores=found.stores,
        timeout_seconds=found.timeout_seconds,
        retry_for=found.retry_for,
        needs_input=found.needs_input,
        loops=found.loops,
        starts=found.starts,
    )


def describe(node_type: NodeType) -> dict[str, Any]:
    """A node type for people, forms and documents, in the language of the moment."""
    retry = node_type.retry
    return {
        "type": node_type.type,
        "title": str(node_type.title),
        "description": str(node_type.description),
        "group": node_type.group,
        "configSchema": _translated(node_type.Config.model_json_schema(by_alias=True)),
        "inputs": [_port(port) for port in node_type.inputs],
        "outputs": [_port(port) for port in node_type.outputs],
        "weight": node_type.weight,
        "repeatable": node_type.repeatable,
        "stores": node_type.stores,
        "defaults": {
            "timeoutSeconds": node_type.timeout_seconds,
            "retry": {
                "attempts": retry.attempts,
                "backoff": retry.backoff,
                "delaySeconds": retry.delay_seconds,
                "capSeconds": retry.cap_seconds,
            },
        },
    }


@cache
def _installed() -> Mapping[str, NodeType]:
    found: dict[str, NodeType] = {}
    for module in pkgutil.iter_modules(workflows.nodes.__path__):
        node_type = _node_type(f"{workflows.nodes.__name__}.{module.name}")
        # A name that is a keyword in Python, such as `if`, has a file with an underscore behind it.
        if node_type.type != module.name.rstrip("_").replace("_", "-"):
            raise TypeError(f"{module.name}.py holds the node type {node_type.type}: file and type share a name")
        found[node_type.type] = node_type
    return dict(sorted(found.items()))


def _node_type(module_name: str) -> NodeType:
    module = importlib.import_module(module_name)
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, NodeType) and value.__module__ == module_name
    ]
    if len(classes) != 1:
        raise TypeError(f"{module_name} holds {len(classes)} node types instead of one")
    return classes[0]()


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "title": str(port.title), "required": port.required}


def _translated(schema: Any) -> Any:
    """The schema with its titles and descriptions translated: pydantic takes plain texts, so they are msgids.

    Those of whole models are left out: they are names and docstrings of our code.
    """
    if isinstance(schema, list):
        return [_translated(value) for value in schema]
    if isinstance(schema, dict):
        is_model = isinstance(schema.get("properties"), dict)
        return {
            key: _text(value) if key in _TEXTS else _translated(value)
            for key, value in schema.items()
            if not (is_model and key in _TEXTS and isinstance(value, str))
        }
    return schema


def _text(value: Any) -> Any:
    """A property may itself be called `title`: then it is a schema, not a text."""
    return gettext(value) if isinstance(value, str) and value else _translated(value)
