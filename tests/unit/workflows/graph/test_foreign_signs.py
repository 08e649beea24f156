"""Texts as n8n writes expressions, and texts that only begin like them."""

from __future__ import annotations

import pytest

from workflows.graph.foreign_signs import has_sign, places


@pytest.mark.parametrize(
    "text",
    [
        "={{ $json.x }}",
        "= {{ $json.x }}",
        "=Hello {{ $json.name }}!",
        "=https://a.example/{{ $json.id }}",
        "=\n{{ 1 }}",
    ],
)
def test_a_text_of_n8n_is_known_by_its_sign(text: str) -> None:
    assert has_sign(text)


@pytest.mark.parametrize(
    "text",
    [
        "{{ $json.x }}",
        "a={{ $json.x }}",
        " ={{ $json.x }}",
        "=no expression",
        "=",
        "=={{ $json.x }}",
        "=> {{ $json.x }}",
        '=HYPERLINK("{{ $json.url }}")',
        "=Sheet1!A1*{{ $json.rate }}",
        "=A1*{{ $json.rate }}",
        "=$B$2-{{ $json.cost }}",
        "=+A1+{{ $json.x }}",
    ],
)
def test_other_texts_are_left_alone(text: str) -> None:
    assert not has_sign(text)


def test_every_place_in_a_config_is_found_but_in_programs() -> None:
    config = {"a": ["x", {"b": "={{ 1 }}"}], "code": "={{ 2 }}", "c": "={{ 3 }}"}
    assert sorted(places(config, {"code"}), key=str) == [("a", 1, "b"), ("c",)]
