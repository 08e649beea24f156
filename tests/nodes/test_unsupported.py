"""The node type `unsupported`."""

from __future__ import annotations

import pytest

from tests.nodes.context import run
from workflows import catalogue
from workflows.graph.facts import source_port, target_port
from workflows.node_type import Permanent


def test_it_never_runs() -> None:
    with pytest.raises(Permanent) as refused:
        run("unsupported", {"original": "n8n-nodes-base.bitrix24", "reasons": [{"message": "x", "params": {}}]})

    assert refused.value.code == "unsupported_node"
    assert refused.value.details == {"type": "n8n-nodes-base.bitrix24"}


def test_links_may_use_any_handle_of_it() -> None:
    facts = catalogue.facts("unsupported")

    assert source_port(facts, "ai_tool:3") == "ai_tool:3"
    assert target_port(facts, "main:7") == "main:7"
