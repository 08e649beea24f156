"""Every call to a service that a node of a real export becomes, made once: the service is faked at the socket.

Expressions are taken for texts here; whole runs are told elsewhere.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest
from django.conf import LazySettings

from accounts import services as accounts
from integrations.scope import CallScope
from integrations.secret import Secret
from integrations.vault import Vault
from tests.fakes import world as worlds
from tests.fakes.world import World
from tests.nodes.context import StandaloneContext
from tests.unit.workflows.n8n.exports import NAMES, export, needs_exports
from workflows import catalogue
from workflows.graph.marked_fields import KINDS
from workflows.importers.n8n.definition import to_definition
from workflows.importers.n8n.document import read
from workflows.node_type import Done, Later, NodeType
from workflows.vendor_node import VendorNode

pytestmark = [pytest.mark.django_db, needs_exports]

CREDENTIAL = "0199f7a0-0000-7000-8000-0000000000ee"
OURS = {"ai-agent", "vector-store", "chat-webhook", "sheets-read", "sheets-append", "sheets-update"}
TEMPLATE = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@pytest.mark.parametrize("name", NAMES)
def test_every_call_of_a_real_export_is_made_once(name: str, settings: LazySettings) -> None:
    """S0-13: a node of n8n that is ours now does something."""
    nodes = [
        (catalogue.get(one["type"]), one["data"])
        for one in to_definition(read(export(name))).definition["nodes"]
        if isinstance(catalogue.get(one["type"]), VendorNode) or one["type"] in OURS
    ]
    with worlds.running() as world:
        settings.OUTBOUND_ALLOW = [world.endpoint]
        settings.SHEETS_API_BASE_URL = world.url
        for node_type, data in nodes:
            config = _filled(node_type, data["config"])
            is_library = node_type.type == "vector-store"
            if is_library and config["call"].pop("file", None):  # what is in files is told by the tests of the node
                config["call"]["texts"] = "Text"
            _prepare(world, config)
            before = len(world.calls)
            assert isinstance(_run(node_type, config, world), Done), data["label"]
            assert len(world.calls) > before, data["label"]


def _filled(node_type: NodeType, config: dict[str, Any]) -> dict[str, Any]:
    """The config with a credential wherever it takes one, and texts in the place of expressions."""
    schema = _schema(node_type.type)
    written: dict[str, Any] = _without_templates(config)
    _credit(schema, schema.get("$defs", {}), written)
    return written


@cache
def _schema(node_type: str) -> Any:
    return catalogue.get(node_type).Config.model_json_schema(by_alias=True)


def _without_templates(value: Any) -> Any:
    """A template that is a whole value becomes an object where fields are meant, which is where only objects fit."""
    if isinstance(value, str):
        return TEMPLATE.sub("1", value)
    if isinstance(value, dict):
        objects = ("fields", "row", "properties")
        return {
            name: {"Name": "1"} if name in objects and isinstance(one, str) and "{{" in one else _without_templates(one)
            for name, one in value.items()
        }
    return [_without_templates(one) for one in value] if isinstance(value, list) else value


def _credit(schema: Any, known: Any, value: Any) -> None:
    if "$ref" in schema:
        _credit(known[schema["$ref"].rpartition("/")[2]], known, value)
    chosen = schema.get("discriminator", {})
    if chosen and isinstance(value, dict):
        _credit({"$ref": chosen["mapping"][value[chosen["propertyName"]]]}, known, value)
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        _credit(choice, known, value)
    if isinstance(value, list):
        for one in value:
            _credit(schema.get("items", {}), known, one)
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            if KINDS in field:
                value[name] = CREDENTIAL
            elif name in value:
                _credit(field, known, value[name])


def _prepare(world: World, config: dict[str, Any]) -> None:
    """Answers that depend on what was asked: columns of a sheet, an answer that fits its schema."""
    text = json.dumps(_sample(config["answer"])) if config.get("answer") else "Text"
    message = {"message": {"role": "assistant", "content": text}, "text": text}
    world.answers = {
        "/v4/spreadsheets": {"values": [[config.get("by", "id").strip(), "name"], ["1", "Ann"]]},
        "/chat/completions": {"choices": [message]},
        "/v1/messages": {"content": [{"type": "text", "text": text}]},
        "/v1beta": {
            "candidates": [{"content": {"parts": [{"text": text}]}}],
            "embeddings": [{"values": [0.1]}],
        },
    }


def _sample(schema: dict[str, Any]) -> Any:
    if schema.get("type") == "object":
        return {name: _sample(inner) for name, inner in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [_sample(schema["items"])] if "items" in schema else []
    return {"number": 1, "boolean": True}.get(schema.get("type", ""), "text")


def _run(node_type: NodeType, config: dict[str, Any], world: World) -> Any:
    is_address = f'"{KINDS}": ["webhook"]' in json.dumps(_schema(node_type.type))
    secret = Secret(
        id=CREDENTIAL,
        kind="webhook" if is_address else "bearer",
        value=f"{world.url}/hook" if is_address else "a-token-of-the-test",
        hosts=("127.0.0.1",),
        settings={"baseUrl": world.url},
    )
    scope = CallScope(secrets=Vault([secret]), project=lambda: accounts.default_project().pk)
    progress = None
    while True:
        outcome = node_type.run(StandaloneContext(node_type, config, scope=scope, progress=progress, seconds=600))
        if not isinstance(outcome, Later):
            return outcome
        assert outcome.seconds == 0.0, outcome
        progress = outcome.progress
