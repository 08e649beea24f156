"""AI nodes of n8n: what hangs on `ai_*` links becomes a part of the node that it works inside."""

from __future__ import annotations

from typing import Any

from tests.unit.workflows.n8n.exports import document, node
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import read
from workflows.importers.n8n.exporting import to_document

CHAIN = "@n8n/n8n-nodes-langchain."


def ai(name: str, kind: str, **more: Any) -> dict[str, Any]:
    return {**node(name, "", **more), "type": CHAIN + kind}


def hung(part: str, parent: str, kind: str) -> dict[str, Any]:
    return {part: {kind: [[{"node": parent, "type": kind, "index": 0}]]}}


AGENT = ai("Agent", "agent", version=1.7, parameters={"promptType": "define", "text": "={{ $json.q }}", "options": {}})
MODEL = ai("Model", "lmChatGroq", parameters={"options": {"temperature": 0.2}})
EMBEDDINGS = ai("Embeddings", "embeddingsOpenAi", version=1.2)
STORE = ai(
    "Store", "vectorStoreQdrant", parameters={"qdrantCollection": {"__rl": True, "mode": "id", "value": "books"}}
)
TOOL = ai("Tool", "toolVectorStore", parameters={"name": "my books", "description": "All of them"})
MEMORY = ai("Memory", "memoryBufferWindow", version=1.3, parameters={"contextWindowLength": 3})
LINKS = (
    hung("Model", "Agent", "ai_languageModel")
    | hung("Memory", "Agent", "ai_memory")
    | hung("Tool", "Agent", "ai_tool")
    | hung("Store", "Tool", "ai_vectorStore")
    | hung("Embeddings", "Store", "ai_embedding")
    | {"Start": {"main": [[{"node": "Agent", "type": "main", "index": 0}]]}}
)
NODES = [node("Start", "manualTrigger"), EMBEDDINGS, AGENT, MODEL, STORE, TOOL, MEMORY]


def imported(nodes: list[dict[str, Any]], links: dict[str, Any]) -> Imported:
    return to_definition(read(document(nodes, links)))


def test_an_agent_takes_its_parts_in_however_deep_they_hang() -> None:
    found = imported(NODES, LINKS)
    assert {one.name: (one.type, one.part_of) for one in found.nodes} == {
        "Start": ("trigger-manual", None),
        "Agent": ("ai-agent", None),
        **dict.fromkeys(("Model", "Memory", "Tool", "Store", "Embeddings"), ("ai-agent", "Agent")),
    }
    assert [one["data"]["label"] for one in found.definition["nodes"]] == ["Start", "Agent"]
    assert found.definition["nodes"][1]["data"]["config"] == {
        "model": {"maker": "openai", "model": "llama3-8b-8192", "temperature": 0.2},
        "memory": {"session": "{{ $json.sessionId ? $workflow.id + ':' + $json.sessionId : null }}", "pairs": 3},
        "tools": [
            {
                "kind": "library",
                "name": "my_books",
                "description": "All of them",
                "store": {"kind": "qdrant", "name": "books"},
                "embeddings": {"maker": "openai", "model": "text-embedding-3-small"},
                "top": 4,
            }
        ],
        "prompt": "{{ $json.q }}",
        "system": "You are a helpful assistant",
        "images": True,
        "mostRounds": 10,
    }


def test_parts_come_out_of_an_export_as_they_went_in() -> None:
    raw = document(NODES, LINKS)
    definition = imported(NODES, LINKS).definition
    assert to_document(definition, "x") == raw
    definition["nodes"][1]["data"]["label"] = "Helper"
    changed = to_document(definition, "x")
    assert [one["name"] for one in changed["nodes"]] == [
        *(one["name"] for one in NODES[:2]),
        "Helper",
        *(one["name"] for one in NODES[3:]),
    ]
    assert changed["connections"]["Model"]["ai_languageModel"][0][0]["node"] == "Helper"


def test_a_part_that_has_no_counterpart_is_the_reason_of_all() -> None:
    found = imported([*NODES, ai("Search", "toolSerpApi")], LINKS | hung("Search", "Agent", "ai_tool"))
    assert {one.type for one in found.nodes if one.name != "Start"} == {"unsupported"}
    reasons = {one.name: one.reasons[0]["message"] % one.reasons[0]["params"] for one in found.nodes if one.reasons}
    assert "toolSerpApi" in reasons["Agent"]
    assert reasons["Model"] == "Работает внутри узла «Agent», который не перенесён: причины названы у него"


def test_a_parameter_of_a_part_that_is_not_honoured_is_a_reason() -> None:
    model = ai("Model", "lmChatGroq", parameters={"options": {"topP": 1}})
    found = imported([one if one is not MODEL else model for one in NODES], LINKS)
    agent = next(one for one in found.nodes if one.name == "Agent")
    assert [one["params"] for one in agent.reasons] == [{"parameter": "Model: options.topP"}]


def test_a_disabled_part_is_none_and_parts_of_a_disabled_node_do_not_run_either() -> None:
    without = imported([*NODES, ai("Search", "toolSerpApi", disabled=True)], LINKS | hung("Search", "Agent", "ai_tool"))
    assert {one.name: one.type for one in without.nodes}["Agent"] == "ai-agent"
    off = imported([{**AGENT, "disabled": True} if one is AGENT else one for one in NODES], LINKS)
    assert {(one.type, one.part_of) for one in off.nodes if one.name != "Start"} == {
        ("ai-agent", None),
        ("ai-agent", "Agent"),
    }
    assert off.definition["nodes"][1]["data"]["settings"]["disabled"] is True
    all_off = imported([{**one, "disabled": one is not NODES[0]} for one in NODES], LINKS)
    assert [one.part_of for one in all_off.nodes] == [one.part_of for one in off.nodes]


def test_parts_that_hang_on_each_other_are_no_parts() -> None:
    circle = hung("Model", "Memory", "ai_memory") | hung("Memory", "Model", "ai_languageModel")
    found = imported([MODEL, MEMORY], circle)
    assert {(one.type, one.part_of) for one in found.nodes} == {("noop", None)}


def test_a_part_that_items_flow_through_stays_a_node() -> None:
    flow = {"Start": {"main": [[{"node": "Store", "type": "main", "index": 0}]]}} | hung(
        "Store", "Embeddings", "ai_embedding"
    )
    found = imported([node("Start", "manualTrigger"), EMBEDDINGS, STORE], flow)
    assert [(one.name, one.type, one.part_of) for one in found.nodes] == [
        ("Start", "trigger-manual", None),
        ("Embeddings", "noop", None),
        ("Store", "unsupported", None),
    ]
    assert len(found.definition["edges"]) == 1


def test_an_example_that_is_too_deep_is_a_reason() -> None:
    parser = ai(
        "Parser", "outputParserStructured", version=1.2, parameters={"jsonSchemaExample": "[" * 5000 + "]" * 5000}
    )
    found = imported([*NODES, parser], LINKS | hung("Parser", "Agent", "ai_outputParser"))
    agent = next(one for one in found.nodes if one.name == "Agent")
    assert [one["params"] for one in agent.reasons] == [{"parameter": "jsonSchemaExample"}]


def test_a_loader_of_files_names_them() -> None:
    store = ai("Store", "vectorStoreQdrant", parameters={"mode": "insert", "qdrantCollection": "books"})
    links = hung("Embeddings", "Store", "ai_embedding") | hung("Loader", "Store", "ai_document")
    read_files = {"dataType": "binary", "options": {}}
    one = {**read_files, "binaryMode": "specificField", "binaryDataKey": "letter"}
    other = {**read_files, "loader": "docxLoader"}

    for parameters, file in ((read_files, "*"), (one, "letter")):
        found = imported([EMBEDDINGS, store, ai("Loader", "documentDefaultDataLoader", parameters=parameters)], links)
        [made] = found.definition["nodes"]
        assert made["data"]["config"]["call"] == {"operation": "add", "file": file, "splitter": {}}
    refused = imported([EMBEDDINGS, store, ai("Loader", "documentDefaultDataLoader", parameters=other)], links)
    assert {node.type for node in refused.nodes} == {"unsupported"}


def test_the_name_of_an_index_is_that_of_a_table() -> None:
    store = ai("Store", "vectorStoreSupabase", parameters={"mode": "insert", "indexName": "posts"})
    found = imported([EMBEDDINGS, store], hung("Embeddings", "Store", "ai_embedding"))
    assert found.definition["nodes"][0]["data"]["config"]["store"]["name"] == "posts"


CATEGORIES = {"categories": {"categories": [{"category": "Bug", "description": "It fails"}, {"category": "Praise"}]}}


def test_texts_are_sent_the_way_of_their_category() -> None:
    parameters = {"inputText": "={{ $json.text }}", **CATEGORIES, "options": {"fallback": "other", "multiClass": True}}
    links = hung("Model", "Classes", "ai_languageModel") | {
        "Classes": {"main": [[], [], [{"node": "End", "type": "main", "index": 0}]]}
    }
    found = imported([ai("Classes", "textClassifier", parameters=parameters), MODEL, node("End", "noOp")], links)
    classes = found.definition["nodes"][0]
    assert classes["type"] == "text-classify"
    assert classes["data"]["config"] == {
        "model": {"maker": "openai", "model": "llama3-8b-8192", "temperature": 0.2},
        "text": "{{ $json.text }}",
        "categories": [{"name": "Bug", "description": "It fails"}, {"name": "Praise", "description": ""}],
        "several": True,
    }
    assert [edge["sourceHandle"] for edge in found.definition["edges"]] == ["other"]


def test_sentiments_are_categories() -> None:
    options: dict[str, Any] = {"categories": "Good, Bad"}
    parameters = {"inputText": "={{ $json.text }}", "options": options}
    links = hung("Model", "Mood", "ai_languageModel")
    found = imported([ai("Mood", "sentimentAnalysis", parameters=parameters), MODEL], links)
    config = found.definition["nodes"][0]["data"]["config"]
    assert [one["name"] for one in config["categories"]] == ["Good", "Bad"]
    assert config["field"] == "sentimentAnalysis.category"
    options["includeDetailedResults"] = True
    assert imported([ai("Mood", "sentimentAnalysis", parameters=parameters), MODEL], links).nodes[0].reasons
