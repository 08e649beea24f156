"""Links that are proposed for nodes that nothing leads to."""

from __future__ import annotations

from typing import Any

from tests.unit.workflows.n8n.exports import document, export, links, needs_exports, node
from workflows.graph.links.repairs import repairs
from workflows.importers.n8n.document import read
from workflows.importers.n8n.link_graph import link_graph


def proposed(raw: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """For each node that nothing leads to the name and the output of the one that a link is proposed from."""
    read_document = read(raw)
    graph = link_graph(read_document)
    places = {one.id: tuple(one.raw["position"]) for one in read_document.nodes}
    names = {one.id: one.name for one in graph.nodes}
    found = repairs(graph, places)
    return {names[one.target]: (names[one.source], one.output) for one in found if one.target is not None}


def placed(name: str, kind: str, x: int, y: int, **more: Any) -> dict[str, Any]:
    return {**node(name, kind, **more), "position": [x, y]}


RULES = {"rules": {"values": [{"outputKey": name} for name in ("red", "green", "blue")]}}


def _beside_a_switch(*beside: tuple[str, int], used: tuple[tuple[str, str, int], ...] = ()) -> dict[str, Any]:
    nodes = [
        placed("Start", "manualTrigger", 0, 0),
        placed("Colour", "switch", 100, 0, version=3.2, parameters=RULES),
        placed("Drawn", "respondToWebhook", 200, 900),
        *(placed(name, "respondToWebhook", 200, y) for name, y in beside),
    ]
    return document(nodes, links(("Start", "Colour"), *used))


def test_several_beside_a_switch_take_its_outputs_from_above() -> None:
    raw = _beside_a_switch(("Low", 300), ("High", -300), ("Middle", 0), used=(("Start", "Drawn", 0),))

    assert proposed(raw) == {"High": ("Colour", 0), "Middle": ("Colour", 1), "Low": ("Colour", 2)}


def test_outputs_that_lead_somewhere_are_left_alone() -> None:
    raw = _beside_a_switch(("Low", 300), ("High", -300), used=(("Colour", "Drawn", 1),))

    assert proposed(raw) == {"High": ("Colour", 0), "Low": ("Colour", 2)}


def test_one_more_than_there_are_outputs_hangs_on_the_first_open_one() -> None:
    raw = _beside_a_switch(("Low", 300), ("High", -300), ("Last", 400), used=(("Colour", "Drawn", 1),))

    assert proposed(raw) == {"High": ("Colour", 0), "Low": ("Colour", 2), "Last": ("Colour", 0)}


def test_a_node_with_one_output_leads_to_all() -> None:
    nodes = [placed("Start", "manualTrigger", 0, 0), *(placed(name, "respondToWebhook", 100, y) for name, y in
             (("A", 1), ("B", 2)))]  # fmt: skip

    assert proposed(document(nodes, {})) == {"A": ("Start", 0), "B": ("Start", 0)}


@needs_exports
def test_the_styles_of_a_real_form_hang_on_the_rules_that_name_them() -> None:
    raw = export("56")
    rules = next(one for one in raw["nodes"] if one["name"] == "Route by style")["parameters"]["rules"]["values"]
    styles = [rule["conditions"]["conditions"][0]["rightValue"] for rule in rules]
    found = {name: output for name, (source, output) in proposed(raw).items() if source == "Route by style"}
    of_styles = {name: output for name, output in found.items() if name in styles}

    assert len(of_styles) > 3
    assert of_styles == {style: place for place, style in enumerate(styles) if style in found}
    assert len(set(found.values())) == len(found)
