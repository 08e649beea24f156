"""Config of the node `send-email`; letters on their way are shown in tests/integration/mail."""

from __future__ import annotations

import pytest

from tests.nodes.context import faults


def test_every_part_of_a_letter_may_be_a_template() -> None:
    """S1-7: subject, body and recipient are templated."""
    config = {"to": "{{ $json.email }}", "subject": "Hi, {{ $json.name }}", "text": "{{ $json.text }}"}

    assert faults("send-email", config) == {}


@pytest.mark.parametrize("missing", ["to", "subject"])
def test_a_letter_without_an_address_or_a_subject_is_told_on_save(missing: str) -> None:
    config = {"to": ["a@example.org"], "subject": "A", "text": "B"}
    del config[missing]

    assert list(faults("send-email", config)) == [missing]
