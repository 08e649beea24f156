"""The link analysis over n8n documents, real ones and small ones."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.unit.workflows.n8n.exports import NAMES, document, expected, export, links, needs_exports, node
from workflows.graph.links.findings import analyse
from workflows.importers.n8n.document import read
from workflows.importers.n8n.link_graph import link_graph


def found(raw: Any) -> Counter[tuple[str, str, str]]:
    return Counter((one.code, one.severity, one.node) for one in analyse(link_graph(read(raw))))


@needs_exports
@pytest.mark.parametrize("name", NAMES)
def test_findings_are_those_of_the_independent_analyser(name: str) -> None:
    wanted = Counter((one["kind"], one["severity"], one["node"]) for one in expected()[name]["findings"])

    assert found(export(name)) == wanted


@needs_exports
def test_the_node_without_an_incoming_link_is_the_one_that_was_reported() -> None:
    """S0-1: WF-04 v005 without the edge reports exactly one node."""
    missing = [name for code, _severity, name in found(export("05")) if code == "no_incoming"]

    assert missing == ["Generate Message (Retry IF)"]


@needs_exports
def test_the_edge_of_the_report_clears_the_finding() -> None:
    """S0-2: after the repair nothing lacks an incoming link."""
    assert not [code for code, _severity, _name in found(export("08")) if code == "no_incoming"]


TERMINALS = {
    "01": ["Notify Complete", "Notify Error"],
    "02": ["Complete Workflow", "Error Notification"],
    "03": ["Done"],
    "04": ["Return Data", "Respond to Webhook", "Respond Invalid Webhook"],
    "05": ["Complete"],
    "06": ["Complete", "Notify Error"],
    "07": ["Complete"],
}


@needs_exports
def test_legal_terminals_are_no_faults() -> None:
    """S0-4: the twelve terminals of the report give no errors and no warnings."""
    faults = [
        (file, code, name)
        for file, names in TERMINALS.items()
        for code, severity, name in found(export(file))
        if name in names and severity != "info"
    ]

    assert sum(len(names) for names in TERMINALS.values()) == 12
    assert faults == []


@needs_exports
def test_errors_kept_without_a_notification_are_advice() -> None:
    """S0-6: exactly the four terminal nodes of the report, and as information."""
    ends = {"01": "Save CSV Error", "03": "Save Error to Redis", "05": "Save Error", "07": "Save Error"}
    told = {
        (file, name)
        for file in TERMINALS
        for code, severity, name in found(export(file))
        if code == "save_error_without_notification"
        and severity == "info"
        and not export(file)["connections"].get(name)
    }

    assert told == set(ends.items())


def test_a_branch_may_end_in_any_node() -> None:
    """S0-5: what ends is a property of the type, and no outgoing link alone is no fault."""
    raw = document(
        [node("Start", "manualTrigger"), node("Fetch", "httpRequest"), node("End", "respondToWebhook")],
        links(("Start", "Fetch")),
    )

    assert ("no_incoming", "error", "End") in found(raw)
    assert not [name for _code, _severity, name in found(raw) if name == "Fetch"]


def test_islands_are_found_and_disabled_nodes_let_data_through() -> None:
    """S0-7: nodes that no trigger reaches are found; a disabled node hands its input on."""
    raw = document(
        [node("Start", "manualTrigger"), node("Off", disabled=True), node("After"), node("Island"), node("Shore")],
        links(("Start", "Off"), ("Off", "After"), ("Island", "Shore")),
    )

    assert found(raw) == Counter(
        {("no_incoming", "error", "Island"): 1, ("unreachable_downstream", "error", "Shore"): 1}
    )


def test_empty_outputs_are_no_links_and_links_to_nothing_are_errors() -> None:
    """S0-8: `null` and `[]` connect nothing; a link to a missing node is an error."""
    raw = document(
        [node("Start", "manualTrigger"), node("Alone")],
        {"Start": {"main": [None, [], [{"node": "Gone", "type": "main", "index": 0}]]}, "Alone": {"main": [[]]}},
    )

    assert ("no_incoming", "error", "Alone") in found(raw)
    assert ("conn_missing_target", "error", "Start") in found(raw)


def test_what_is_written_wrongly_is_named() -> None:
    raw = document(
        [node("Start", "manualTrigger"), node(""), node("Same"), node("Same")],
        {"Start": {"main": [["Same", {"node": 5}]]}, "Same": "no"},
    )
    codes = {code for code, _severity, _name in found(raw)}

    assert {"conn_malformed", "node_without_name", "duplicate_node_name"} <= codes


@pytest.mark.parametrize("shape", ["chain", "star", "mentions"])
def test_ten_thousand_nodes_are_looked_at_in_linear_work(shape: str) -> None:
    names = [f"N{number}" for number in range(10_000)]
    refs = {"a": "={{ $('N0').item.json.x }}"} if shape == "mentions" else {}
    nodes = [node(names[0], "manualTrigger"), *(node(name, parameters=refs) for name in names[1:])]
    sources = [names[0]] * len(names) if shape == "star" else names
    raw = document(nodes, links(*zip(sources, names[1:], strict=False)))

    assert sum(found(raw).values()) == 0


def test_links_that_are_written_behind_an_id_say_whose_it_is() -> None:
    """n8n looks for names: some collections of workflows have been spoilt this way."""
    raw = document([node("Start", "manualTrigger"), node("End")], {"end": {"main": [[]]}, "gone": {"main": [[]]}})
    raw["connections"] |= {name: {"main": [[{"node": "End", "type": "main", "index": 0}]]} for name in ("end", "gone")}
    told = {
        one.node: one.message % one.params
        for one in analyse(link_graph(read(raw)))
        if one.code == "conn_missing_source"
    }

    assert told == {
        "end": "Связи записаны за id узла «End», а не за его именем: n8n их не видит",
        "gone": "Связи записаны за узлом, которого нет",
    }
