"""Config of the node `condition`; its answers are shown with contacts in tests/integration/contacts."""

from __future__ import annotations

from tests.nodes.context import faults


def test_a_condition_asks_fields_of_the_contact() -> None:
    """S1-5: tags, custom fields, e-mail, phone, and "is empty"."""
    questions = [
        {"field": "tags", "op": "contains", "value": "vip"},
        {"field": "fields.plan", "op": "eq", "value": "pro"},
        {"field": "phone", "op": "empty"},
    ]

    assert faults("condition", {"conditions": questions, "combine": "any"}) == {}
    assert "conditions" in faults("condition", {"conditions": []})
