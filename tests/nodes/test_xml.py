"""The node type `xml`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.nodes.context import faults, run
from workflows.node_type import Done, Permanent

BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><x>&f;</x>'


def out(value: Any, **config: Any) -> Any:
    outcome = run("xml", {"field": "v", **config}, [{"v": value}])
    assert isinstance(outcome, Done)
    return outcome.ports["out"][0]["v"]


def test_elements_attributes_and_texts_become_fields() -> None:
    text = '<?xml version="1.0"?><shop id="7"><good>a</good><good vat="20">b</good><empty/></shop>'
    assert out(text) == {"shop": {"@id": "7", "good": ["a", {"@vat": "20", "#text": "b"}], "empty": None}}


@pytest.mark.parametrize("text", [BOMB, FILE, "<!DOCTYPE x><x/>", "<a><b></a>", "words", ""])
def test_entities_dtds_and_what_is_no_xml_are_refused(text: str) -> None:
    with pytest.raises(Permanent) as failure:
        out(text)

    assert failure.value.code == "unreadable"
    assert "root:" not in str(failure.value.details)


def test_an_object_becomes_xml_with_everything_escaped() -> None:
    written = out({"shop": {"@id": 'a"b', "good": [1, "<x>&"], "none": None}}, mode="write")

    assert written.splitlines()[1] == "<shop id='a\"b'><good>1</good><good>&lt;x&gt;&amp;</good><none/></shop>"
    assert out(written) == {"shop": {"@id": 'a"b', "good": ["1", "<x>&"], "none": None}}


@pytest.mark.parametrize("value", [{"a": 1, "b": 2}, [1, 2], "text", {"a": [1, 2]}])
def test_every_value_gets_one_root(value: Any) -> None:
    assert list(out(out(value, mode="write", root="all"))) == ["all"]


@pytest.mark.parametrize("name", ["a><b", "1a", "a b", "", "@"])
def test_a_name_that_no_element_can_have_is_refused(name: str) -> None:
    with pytest.raises(Permanent):
        out({"r": {name: 1}}, mode="write")


def test_faults_are_named() -> None:
    assert set(faults("xml", {"mode": "guess", "field": "v", "root": ""})) == {"mode", "root"}
