"""A credential of others is found wherever a config can name one: in each field of each type of nodes, however deep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

import pytest

from accounts.services import default_project
from tests.integration.executions import driving
from workflows import catalogue, services
from workflows.graph.marked_fields import KINDS
from workflows.node_type import NodeType

pytestmark = pytest.mark.django_db

FOREIGN = str(uuid4())


def configs(schema: Any, known: Mapping[str, Any], depth: int = 0) -> Iterator[Any]:
    """Values of this schema with the credential in one marked place each, and nothing else."""
    if not isinstance(schema, Mapping) or depth > 8:
        return
    if KINDS in schema:
        yield FOREIGN
        return
    yield from configs(known.get(schema.get("$ref", "").rpartition("/")[2]), known, depth + 1)
    for union in ("anyOf", "oneOf", "allOf"):
        for choice in schema.get(union, ()):
            yield from configs(choice, known, depth + 1)
    for name, field in schema.get("properties", {}).items():
        yield from ({name: inner} for inner in configs(field, known, depth + 1))
    yield from ([inner] for inner in configs(schema.get("items"), known, depth + 1))
    yield from ({"x": inner} for inner in configs(schema.get("additionalProperties"), known, depth + 1))


def places() -> list[tuple[NodeType, Any]]:
    found = []
    for node_type in catalogue.all_types():
        schema = node_type.Config.model_json_schema(by_alias=True)
        found += [(node_type, config) for config in configs(schema, schema.get("$defs", {}))]
    return found


def test_a_foreign_credential_is_found_in_every_place() -> None:
    """S22: collected by the schema of each type, so a place that is added tomorrow is looked at, too."""
    named = places()
    assert len(named) >= 12
    nodes: list[driving.NodeSpec] = [
        (f"n{number}", node_type.type, {"config": config}) for number, (node_type, config) in enumerate(named)
    ]
    found = services.validate_definition(driving.definition(nodes, []), project_id=default_project().pk)
    missing = {problem["nodeId"] for problem in found if problem["code"] == "credential_missing"}
    assert {node[0] for node in nodes} - missing == set()


def test_no_field_that_holds_an_id_goes_unmarked() -> None:
    """S22: what a config names by an id is a credential; one without the mark would be opened by nobody's leave."""
    unmarked = set()
    for node_type in catalogue.all_types():
        schema = node_type.Config.model_json_schema(by_alias=True)
        unmarked |= {(node_type.type, name) for name in _ids(schema, "")}
    assert unmarked == set()


def _ids(schema: Any, name: str) -> Iterator[str]:
    """Names of fields that take an id and are not marked."""
    if isinstance(schema, list):
        for inner in schema:
            yield from _ids(inner, name)
    elif isinstance(schema, Mapping) and KINDS not in schema:
        if schema.get("format") == "uuid":
            yield name
        for key, inner in schema.items():
            yield from _ids(inner, name if key in ("anyOf", "oneOf", "allOf", "items", "properties", "$defs") else key)
