"""The node type `markdown`."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent


def out(value: Any, **config: Any) -> Any:
    outcome = run("markdown", {"field": "v", **config}, [{"v": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]["v"]


def test_markdown_becomes_html() -> None:
    assert out("# Title\n\n**bold** and ~~gone~~") == ("<h1>Title</h1>\n<p><strong>bold</strong> and <s>gone</s></p>\n")
    assert "<table>" in out("|a|b|\n|-|-|\n|1|2|")


def test_tags_and_scripts_inside_become_text() -> None:
    written = out('<script>alert(1)</script> [x](javascript:alert(1)) <b onclick="x">b</b>')

    assert "<script" not in written
    assert "href" not in written
    assert "<b " not in written


def test_html_becomes_markdown() -> None:
    assert out("<h2>Title</h2><p><b>bold</b> <a href='/x'>link</a></p>", mode="toMarkdown") == (
        "## Title\n\n**bold** [link](/x)"
    )


def test_what_is_nested_without_end_is_refused_or_read_but_never_a_crash() -> None:
    with suppress(Permanent):
        out("<div>" * 20_000, mode="toMarkdown")
    assert out(">" * 20_000)


def test_faults_are_named() -> None:
    assert set(faults("markdown", {"mode": "pdf"})) == {"mode", "field"}
    with pytest.raises(Permanent):
        out("x" * 5_000_001)
