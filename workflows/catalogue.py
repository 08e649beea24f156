"""All node types there are: every file of `workflows/nodes/` gives one, and so may installed packages (`packages`).

A type is loaded when somebody first asks for it: all of them are ten megabytes, and most processes meet a few.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

import workflows.nodes
from workflows import choice_titles, packages
from workflows.errors import UnknownNodeType
from workflows.graph.facts import InputFacts, NodeFacts
from workflows.graph.marked_fields import CredentialUse, Path, credential_names, has_marks, literals, uses
from workflows.node_type import NodeType, Port

_TEXTS = frozenset({"title", "description"})
"""Keywords of a JSON schema that people read."""


def get(node_type: str) -> NodeType:
    """The node type of this name; raises `UnknownNodeType`."""
    if node_type in _modules():
        return _own(node_type)
    if node_type in _foreign().found:
        return _foreign().found[node_type][0]
    raise UnknownNodeType(type=node_type[:200])


def all_types() -> list[NodeType]:
    """Every node type, by name."""
    return [get(name) for name in sorted({*_modules(), *_foreign().found})]


def refused() -> tuple[packages.Refusal, ...]:
    """What installed packages wanted to bring, and could not."""
    return _foreign().refused


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
        returns=found.returns,
        any_handles=found.any_handles,
        credentials_in=_credentials_in(found),
    )


def credential_uses(node_type: NodeType, config: Any) -> list[CredentialUse]:
    """The credentials that a raw config of this type names."""
    schema = _schema(node_type.Config)
    return [] if schema is None else uses(schema, config)


def credential_fields(node_type: NodeType) -> frozenset[str]:
    """The names of the fields by which configs of this type name credentials."""
    return credential_names(_schema(node_type.Config))


def literal_fields(node_type: NodeType, config: Any) -> list[tuple[Path, Any]]:
    """The values of a raw config that take no templates, with the keys that lead to them."""
    schema = _schema(node_type.Config)
    return [] if schema is None else literals(schema, config)


def _credentials_in(node_type: NodeType) -> Callable[[Mapping[str, Any]], tuple[UUID, ...]]:
    def found(config: Mapping[str, Any]) -> tuple[UUID, ...]:
        return tuple(use.id for use in credential_uses(node_type, config) if use.id is not None)

    return found


@cache
def _schema(config_class: Callable[..., Any]) -> Mapping[str, Any] | None:
    """The JSON schema of a class of configs, None where no field of it is marked."""
    schema: Mapping[str, Any] = config_class.model_json_schema(by_alias=True)  # type: ignore[attr-defined]
    return schema if has_marks(schema) else None


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
        "starts": node_type.starts,
        "loops": node_type.loops,
        "returns": node_type.returns,
        "package": "" if node_type.type in _modules() else _foreign().found[node_type.type][1],
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
def _modules() -> Mapping[str, str]:
    """The modules of `workflows/nodes/` by the types they hold.

    A name that is a keyword in Python, such as `if`, has a file with an underscore behind it.
    """
    package = workflows.nodes
    return {
        found.name.rstrip("_").replace("_", "-"): f"{package.__name__}.{found.name}"
        for found in pkgutil.iter_modules(package.__path__)
    }


@cache
def _own(name: str) -> NodeType:
    module = importlib.import_module(_modules()[name])
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, NodeType) and value.__module__ == module.__name__
    ]
    if len(classes) != 1:
        raise TypeError(f"{module.__name__} holds {len(classes)} node types instead of one")
    node_type = classes[0]()
    if node_type.type != name:
        raise TypeError(f"{module.__name__} holds the node type {node_type.type}: file and type share a name")
    return node_type


@cache
def _foreign() -> packages.Packages:
    return packages.load(_modules())


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "title": str(port.title), "required": port.required}


def _translated(schema: Any) -> Any:
    """The schema with its titles and descriptions translated: pydantic takes plain texts, so they are msgids.

    Those of whole models are left out: they are names and docstrings of our code. Choices are given what people call
    them, as `choiceTitles` beside `enum`.
    """
    if isinstance(schema, list):
        return [_translated(value) for value in schema]
    if isinstance(schema, dict):
        is_model = isinstance(schema.get("properties"), dict)
        choices = schema["enum"] if isinstance(schema.get("enum"), list) else ()
        titles = choice_titles.titles_of(choices)
        known = {"choiceTitles": titles} if titles else {}
        return known | {
            key: _text(value) if key in _TEXTS else _translated(value)
            for key, value in schema.items()
            if not (is_model and key in _TEXTS and isinstance(value, str))
        }
    return schema


def _text(value: Any) -> Any:
    """A property may itself be called `title`: then it is a schema, not a text."""
    return gettext(value) if isinstance(value, str) and value else _translated(value)
