"""The node type `trigger-form`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults
from tests.nodes.triggers import FORM, hands_on
from workflows.graph import form_schema


@pytest.mark.parametrize(
    "config",
    [
        {"fields": FORM},
    ],
)
def test_it_hands_on_what_the_run_was_started_with(config: dict[str, Any]) -> None:
    hands_on("trigger-form", config)


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ({"fields": {}}, "fields"),
        ({"fields": {"type": "object", "properties": {"a": {"type": "object"}}}}, "fields"),
        ({"fields": {**FORM, "required": ["other"]}}, "fields"),
        ({"fields": {"type": "object", "properties": {"a": {"type": "number", "minimum": "1"}}}}, "fields"),
        ({"fields": {"type": "object", "properties": {"a": {"type": "string", "maxLength": True}}}}, "fields"),
        ({"fields": FORM, "event": "Bad Name"}, "event"),
    ],
)
def test_a_fault_names_its_field(config: dict[str, Any], field: str) -> None:
    assert field in faults("trigger-form", config)


def test_an_address_of_mail_is_looked_at_only_in_a_length_that_it_can_have() -> None:
    schema = {"type": "object", "properties": {"mail": {"type": "string", "format": "email"}}}

    for wrong in ("a@" + "." * 19_000 + "@", "a@" + "b" * 300 + ".org"):
        assert form_schema.read(schema, {"mail": wrong})[1] == {"mail": form_schema.NO_EMAIL}
