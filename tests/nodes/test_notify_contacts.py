"""Config of the node `notify-contacts`; its sendings are shown in tests/integration/contacts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults

LETTER = {"tag": "vip", "subject": "Hi, {name}", "text": "{{ $json.news }}"}


@pytest.mark.parametrize("config", [LETTER, {"tag": "vip", "channel": "telegram", "text": "Hi"}])
def test_a_sending_says_to_whom_and_what(config: dict[str, Any]) -> None:
    assert faults("notify-contacts", config) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"subject": ""},
        {"text": ""},
        {"channel": "telegram", "text": ""},
        {"channel": "any", "subject": ""},
        {"tag": ""},
        {"perMinute": 0},
        {"channel": "pigeon"},
    ],
)
def test_what_says_nothing_is_told_on_save(wrong: dict[str, Any]) -> None:
    assert len(faults("notify-contacts", {**LETTER, "text": "Hello", **wrong})) == 1
