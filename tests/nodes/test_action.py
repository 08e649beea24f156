"""Config of the node `action`; what it does is shown with contacts in tests/integration/contacts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults


def test_an_action_holds_several_in_order() -> None:
    """S1-4: tags, a custom field, a request and a workflow to be triggered."""
    actions: list[dict[str, Any]] = [
        {"do": "add-tag", "tag": "{{ $json.tag }}"},
        {"do": "remove-tag", "tag": "old"},
        {"do": "set-field", "field": "plan", "value": "{{ $json.plan }}"},
        {"do": "request", "method": "post", "url": "https://example.org/", "body": {"a": 1}},
        {"do": "trigger-workflow", "workflow": "WF-02", "inputData": {"a": 1}},
    ]

    assert faults("action", {"actions": actions}) == {}


@pytest.mark.parametrize(
    ("actions", "field"),
    [
        ([], "actions"),
        ([{"do": "send-message", "text": "hi"}], "actions[0]"),
        ([{"do": "add-tag"}], "actions[0].tag"),
        ([{"do": "request", "url": ""}], "actions[0].url"),
    ],
)
def test_what_cannot_be_done_is_told_on_save(actions: list[dict[str, Any]], field: str) -> None:
    assert field in faults("action", {"actions": actions})
