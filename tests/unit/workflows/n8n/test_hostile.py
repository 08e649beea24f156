"""Documents and archives that nobody wrote in good faith: each gets an answer, in time that grows with its size."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import pytest

from workflows.graph.cycles import circles
from workflows.graph.links.findings import analyse
from workflows.graph.links.repairs import repairs
from workflows.importers.n8n.definition import to_definition
from workflows.importers.n8n.document import read
from workflows.importers.n8n.exporting import MAX_PLACES, to_document
from workflows.importers.n8n.link_graph import link_graph
from workflows.services.uploads import MAX_FILES, documents

NOOP = "n8n-nodes-base.noOp"
MANY = 2_000


def _node(number: int, **more: Any) -> dict[str, Any]:
    return {"id": f"i{number}", "name": f"n{number}", "type": NOOP, "position": [number, number], **more}


def _links(*targets: int) -> dict[str, Any]:
    return {"main": [[{"node": f"n{number}", "type": "main", "index": 0} for number in targets]]}


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_with_spoilt_bytes_is_read_or_told_about(method: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        archive.writestr("a.json", '{"nodes": []}' * 20)
    chance = random.Random(method)
    for _ in range(400):
        spoilt = bytearray(packed.getvalue())
        for _change in range(chance.randint(1, 3)):
            spoilt[chance.randrange(4, len(spoilt))] = chance.randrange(256)
        assert all(one.error for one in documents([("a.zip", bytes(spoilt))]))


def test_an_archive_packed_in_a_way_that_takes_memory_at_its_own_word_is_refused() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.json", '{"nodes": []}')
    [brought] = documents([("a.zip", packed.getvalue())])
    assert brought.error is not None


def test_a_list_of_documents_counts_as_so_many_files() -> None:
    listed = b"[" + b",".join([b'{"nodes":[]}'] * (MAX_FILES * 3)) + b"]"
    found = list(documents([("a.json", listed)]))
    assert len(found) == MAX_FILES + 1
    assert [one.file for one in found if one.error] == [f"a.json#{MAX_FILES + 1}"]


@pytest.mark.parametrize("handle", ["case_²", "case_0", "case_99999999", "main:99999", f"case_{'9' * 5000}", "x:²"])
def test_a_handle_of_an_absurd_number_is_written_as_the_first_output(handle: str) -> None:
    edge = {"id": "e", "source": "a", "target": "b", "sourceHandle": handle}
    document = to_document({"nodes": [{"id": "a", "type": "noop"}, {"id": "b", "type": "noop"}], "edges": [edge]}, "")
    assert all(len(outputs) == 1 for kinds in document["connections"].values() for outputs in kinds.values())


def test_the_last_place_of_an_output_is_kept() -> None:
    edge = {"id": "e", "source": "a", "target": "b", "sourceHandle": f"main:{MAX_PLACES - 1}"}
    document = to_document({"nodes": [{"id": "a", "type": "noop"}, {"id": "b", "type": "noop"}], "edges": [edge]}, "")
    assert [link.output for link in read(document).links] == [MAX_PLACES - 1]


def test_circles_within_circles_all_get_a_limit() -> None:
    there_and_back = {f"n{one}": _links(*({one - 1, one + 1} & set(range(MANY)))) for one in range(MANY)}
    document = read({"nodes": [_node(one) for one in range(MANY)], "connections": there_and_back})
    left: dict[str, list[str]] = {f"i{one}": [] for one in range(MANY)}
    for edge in to_definition(document).definition["edges"]:
        if "data" not in edge:
            left[edge["source"]].append(edge["target"])
    assert circles(left) == []


def test_many_switched_off_triggers_before_many_nodes_are_looked_at_together() -> None:
    triggers = [_node(one, type="n8n-nodes-base.webhook", disabled=True) for one in range(100)]
    links = {f"n{one}": _links(max(100, one + 1)) for one in range(MANY - 1)}
    document = {"nodes": [*triggers, *(_node(one) for one in range(100, MANY))], "connections": links}
    assert sum(one.code == "disabled_cuts_flow" for one in analyse(link_graph(read(document)))) == 100


@pytest.mark.parametrize("name", [" " * 200_000 + "x", "(" * 200_000, "сообщ" * 40_000])
def test_a_name_of_any_length_is_read_once(name: str) -> None:
    nodes = [_node(1, type="n8n-nodes-base.set"), _node(2, name=name)]
    graph = link_graph(read({"nodes": nodes, "connections": {}}))
    assert analyse(graph)
    assert repairs(graph, {"i1": (0, 0), "i2": (1, 1)})
