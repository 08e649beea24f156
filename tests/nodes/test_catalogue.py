"""One bar for all node types: what a newcomer's file must hold is checked here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils.functional import Promise
from django.utils.translation import override

from integrations import safe_json
from tests.nodes.context import StandaloneContext
from workflows import catalogue, node_docs, packages
from workflows.errors import UnknownNodeType
from workflows.node_type import Config, Done, Item, NodeError, NodeType
from workflows.services import check_config

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NODES = ROOT / "workflows" / "nodes"

INDOORS = [found for found in catalogue.all_types() if found.weight != "io" and not found.starts]
every_type = pytest.mark.parametrize("node_type", catalogue.all_types(), ids=lambda node_type: node_type.type)


def test_the_ordered_node_types_are_there() -> None:
    found = {node_type.type for node_type in catalogue.all_types()}

    assert found >= {
        "data-aggregator",
        "data-filter",
        "data-metrics",
        "data-transform",
        "date-time",
        "deduplicate",
        "delay",
        "fail",
        "http-request",
        "if",
        "limit",
        "loop",
        "merge",
        "noop",
        "set",
        "sort",
        "split",
        "split-out",
        "stop",
        "sub-workflow",
        "switch",
        "wait-event",
        "wb-get-budget",
        "wb-get-campaigns",
        "wb-get-keywords",
        "wb-get-orders",
        "wb-get-sales",
        "wb-get-spend",
        "wb-get-statistics",
    }


def test_every_file_is_a_node_type() -> None:
    files = [path for path in NODES.glob("*.py") if path.name != "__init__.py"]

    assert len(files) == len(catalogue.all_types())


def test_a_type_that_is_not_there_is_a_typed_error() -> None:
    with pytest.raises(UnknownNodeType) as refusal:
        catalogue.get("no-such-type")

    assert refusal.value.details == {"type": "no-such-type"}


@every_type
def test_a_node_type_has_a_name_for_programmes_and_one_for_people(node_type: NodeType) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", node_type.type)
    for text in (node_type.title, node_type.description):
        assert isinstance(text, Promise), "a lazy translation"
        assert re.search("[а-яё]", str(text), re.IGNORECASE), "a Russian source"


@every_type
def test_a_node_type_has_ports_with_names_and_titles(node_type: NodeType) -> None:
    for ports in (node_type.inputs, node_type.outputs):
        names = [port.name for port in ports]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in names)
        assert all(str(port.title) for port in ports)
    assert node_type.outputs
    assert "error" not in {port.name for port in node_type.outputs}, "every node has that one anyway"


@every_type
def test_a_config_is_frozen_and_refuses_unknown_fields(node_type: NodeType) -> None:
    assert issubclass(node_type.Config, Config)
    assert node_type.Config.model_config["frozen"] is True
    assert node_type.Config.model_config["extra"] == "forbid"


@every_type
def test_every_field_of_a_config_is_titled_and_described(node_type: NodeType) -> None:
    schema = catalogue.describe(node_type)["configSchema"]

    for name, field in _fields(schema):
        assert re.search("[а-яё]", field.get("title", ""), re.IGNORECASE), f"{name} has no title"
        assert re.search("[а-яё]", field.get("description", ""), re.IGNORECASE), f"{name} has no description"
        assert re.fullmatch(r"[a-z][a-zA-Z0-9]*", name), f"{name} is not camel case"


@every_type
def test_a_description_is_json_in_every_language(node_type: NodeType) -> None:
    for language in ("ru", "en", "pt-br"):
        with override(language):
            written = safe_json.loads(safe_json.dumps(catalogue.describe(node_type)))
        assert written["type"] == node_type.type
        assert written["configSchema"]["type"] == "object"
        assert written["defaults"]["timeoutSeconds"] > 0


@every_type
def test_a_node_type_says_how_it_is_run(node_type: NodeType) -> None:
    assert node_type.weight in ("inline", "io", "cpu")
    assert node_type.stores in (None, "raw", "processed")
    assert node_type.retry.attempts >= 1
    assert node_type.timeout_seconds > 0
    assert (node_type.__doc__ or _module_doc(node_type)).strip()


@every_type
def test_a_node_type_has_a_test_file(node_type: NodeType) -> None:
    assert (HERE / f"test_{node_type.type.replace('-', '_')}.py").is_file()


@every_type
def test_a_node_type_passes_the_bar_of_packages(node_type: NodeType) -> None:
    assert packages.faults_of(type(node_type)) == []


@every_type
def test_an_example_is_a_config(node_type: NodeType) -> None:
    example = node_docs.examples().get(node_type.type, {})

    assert node_type.type not in node_docs.examples() or check_config(node_type, example) == []


def test_no_example_is_left_of_a_type_that_has_gone() -> None:
    assert node_docs.examples().keys() <= {node_type.type for node_type in catalogue.all_types()}


HOSTILE: Item = {
    "": "\ud83d",
    "field": {"a": [[[]], {"b": None}]},
    "body": "{{ $json.x }}\x01<script>" + "(" * 200,
    "file": {"name": "../../etc/passwd", "mime": "", "data": "!!!"},
    "text": "=cmd|' /c calc'!A1",
    "__proto__": {"x": 1},
    "id": -(10**30),
    "spend": Decimal("1e-99"),
    "views": True,
    "error": [1],
}


class Indoors(StandaloneContext):
    """A context that leads nowhere: what calls the outside says so by its weight, and is never run in passing."""

    def connect(self, client: type[Any]) -> Any:
        raise AssertionError(f"{client.__name__} is for nodes of weight io")


@pytest.mark.parametrize("node_type", INDOORS, ids=lambda node_type: node_type.type)
@pytest.mark.parametrize("items", [[], [HOSTILE]], ids=["nothing", "hostile"])
def test_whatever_comes_a_node_that_computes_answers_or_fails_as_agreed_and_changes_nothing(
    node_type: NodeType, items: list[Item]
) -> None:
    """S3-18: every type, also one of a package, behaves like the others."""
    given = deepcopy(items)
    with suppress(NodeError):
        outcome = node_type.run(Indoors(node_type, node_docs.example_of(node_type.type), given))
        if isinstance(outcome, Done):
            assert outcome.ports.keys() <= {port.name for port in node_type.outputs}
            safe_json.dumps({port: list(found) for port, found in outcome.ports.items()})
    assert given == items


@every_type
def test_a_node_type_has_an_example(node_type: NodeType) -> None:
    assert node_docs.example_of(node_type.type) is not None


def test_the_page_of_node_types_is_in_step() -> None:
    """S3-18: each documented; `make docs` writes the page."""
    assert (ROOT / "docs" / "nodes.md").read_text() == node_docs.page()


def _fields(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The fields of a config and of the models inside it."""
    for part in (schema, *schema.get("$defs", {}).values()):
        yield from part.get("properties", {}).items()


def _module_doc(node_type: NodeType) -> str:
    import_path = type(node_type).__module__
    return __import__(import_path, fromlist=["__doc__"]).__doc__ or ""
