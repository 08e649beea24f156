"""n8n documents as definitions of ours, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.workflows.n8n.exports import NAMES, document, export, links, needs_exports, node
from workflows import catalogue
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import NotAWorkflow, read
from workflows.importers.n8n.exporting import to_document
from workflows.importers.n8n.texts import template
from workflows.services import check_config

START = node("Start", "manualTrigger")


def imported(*nodes: dict[str, Any], connections: dict[str, Any] | None = None, **more: Any) -> Imported:
    return to_definition(read(document([START, *nodes], connections or {}, **more)))


def reasons(found: Imported) -> list[str]:
    return [reason["message"] % reason["params"] for one in found.nodes for reason in one.reasons]


@needs_exports
@pytest.mark.parametrize("name", NAMES)
def test_a_real_export_goes_in_and_comes_out_without_loss(name: str) -> None:
    """S0-13: what came from n8n is given back equal."""
    raw = export(name)

    assert to_document(to_definition(read(raw)).definition, "other") == raw


@pytest.mark.parametrize(
    ("written", "native"),
    [
        (node("A", "noOp"), "noop"),
        (node("A", "wait", version=1.1, parameters={"amount": 3}), "delay"),
        (node("A", "if", parameters={"conditions": {"string": [{"value1": "={{ $json.a }}", "value2": "b"}]}}), "if"),
        (node("A", "set", parameters={"values": {"string": [{"name": "a", "value": "b"}]}}), "set"),
        (node("A", "code", version=2, parameters={"jsCode": "return items"}), "code"),
        (node("A", "splitInBatches", version=3), "loop"),
        (node("A", "merge", version=3, parameters={"mode": "combine", "combineBy": "combineByPosition"}), "merge"),
        (node("A", "httpRequest", version=4, parameters={"url": "https://example.org"}), "http-request"),
        (node("A", "aggregate", parameters={"aggregate": "aggregateAllItemData"}), "code"),
        (node("A", "telegram", parameters={"chatId": "7", "text": "=Hi {{ $json.name }}"}), "telegram-call"),
        (node("A", "webhook", version=2, parameters={"path": "in", "httpMethod": "POST"}), "trigger-webhook"),
        (node("A", "stopAndError", parameters={"errorMessage": "no"}), "stop"),
        (node("A", "nobody24", disabled=True), "noop"),
        (node("A", "nobody24"), "unsupported"),
    ],
)
def test_a_node_becomes_one_of_ours(written: dict[str, Any], native: str) -> None:
    assert imported(written).nodes[1].type == native


def test_a_disabled_node_is_the_same_one_here_and_stands_aside() -> None:
    found = imported(
        node("Call", "httpRequest", version=4, parameters={"url": "https://example.org"}, disabled=True),
        node("Tick", "cron", disabled=True),
        node("Loop", "splitInBatches", version=3, disabled=True),
        connections=links(("Start", "Call")),
    )

    assert [one.type for one in found.nodes[1:]] == ["http-request", "noop", "noop"]
    assert found.definition["nodes"][1]["data"]["settings"]["disabled"] is True


def test_batches_that_begin_anew_every_time_give_one_item_and_never_end() -> None:
    found = imported(
        node("Next", "splitInBatches", version=3, parameters={"options": {"reset": True}}),
        node("Done", "noOp"),
        node("Body", "noOp"),
        connections=links(("Start", "Next"), ("Next", "Done"), ("Next", "Body", 1)),
    )
    made = found.definition["nodes"][1]

    assert (made["type"], made["data"]["config"], made["data"]["settings"]["runOnce"]) == (
        "if",
        {"when": "{{ false }}"},
        True,
    )
    assert [one["sourceHandle"] for one in found.definition["edges"]] == ["out", "true", "false"]


def test_a_workflow_of_one_program_that_is_written_out_is_that_program() -> None:
    begin, program = node("Begin", "start"), node("Work", "function", parameters={"functionCode": "return items"})
    whole = document([begin, program], links(("Begin", "Work")))
    other = document([begin, program, node("More", "noOp")], links(("Begin", "Work"), ("Work", "More")))
    made, refused, broken = (
        imported(node("Call", "executeWorkflow", parameters={"source": "parameter", "workflowJson": text})).nodes[1]
        for text in (json.dumps(whole), json.dumps(other), "{")
    )

    assert (made.type, refused.type, broken.type) == ("code", "unsupported", "unsupported")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("return [{&quot;a&quot;: 1 &lt; 2}]", 'return [{"a": 1 < 2}]'),
        ("return [{a: '&quot;'}]", "return [{a: '&quot;'}]"),
        ("return [{\"a\": '&quot;'}]", "return [{\"a\": '&quot;'}]"),
    ],
)
def test_a_program_that_a_page_has_kept_is_taken_out_of_its_entities(written: str, read: str) -> None:
    found = imported(node("Code", "code", version=2, parameters={"jsCode": written}))

    assert found.definition["nodes"][1]["data"]["config"]["code"] == read


def test_a_parameter_that_is_not_honoured_is_a_reason() -> None:
    found = imported(node("Call", "httpRequest", version=4, parameters={"url": "x", "options": {"proxy": "p"}}))

    assert reasons(found) == ["Параметр «options.proxy» не поддерживается"]
    assert found.definition["nodes"][1]["data"]["n8n"]["parameters"]["options"] == {"proxy": "p"}


def test_parameters_of_an_odd_shape_are_a_reason() -> None:
    found = imported(node("A", "itemLists", version=1, parameters={"operation": {}}))

    assert reasons(found) == ["Параметр «parameters» не поддерживается"]


def test_a_program_beyond_the_jail_is_a_reason() -> None:
    found = imported(node("Code", "code", version=2, parameters={"jsCode": "return await this.helpers.request({})"}))

    assert "this.helpers" in reasons(found)[0]


def test_an_unsupported_node_keeps_its_links() -> None:
    found = imported(
        node("CRM", "nobody24", onError="continueErrorOutput"),
        node("Model", "noOp", disabled=True),
        connections=links(("Start", "CRM"), ("CRM", "Model", 3)),
    )

    assert [(edge["sourceHandle"], edge["targetHandle"]) for edge in found.definition["edges"]] == [
        ("out", "main:0"),
        ("main:3", "in"),
    ]


def test_a_circle_is_guarded_where_it_is_entered() -> None:
    """S0-11: a retry loop of n8n comes in with a limit."""
    found = imported(
        node("Generate"),
        node("Retry", "if"),
        connections=links(("Start", "Generate"), ("Generate", "Retry"), ("Retry", "Generate", 1)),
    )
    guards = {edge["source"]: edge.get("data", {}).get("maxIterations") for edge in found.definition["edges"]}

    assert guards == {"start": None, "generate": None, "retry": 1000}


def test_credentials_hooks_and_schedules_are_to_be_switched_over() -> None:
    found = imported(
        node("Hook", "webhook", parameters={"path": "orders", "httpMethod": "POST"}),
        node("Daily", "cron"),
        node("Old", "redis", credentials={"redis": "Cache"}),
        node("New", "redis", credentials={"redis": {"id": "7", "name": "Queue"}}),
        pinData={"Hook": [{"json": {"a": 1}}]},
    )
    todo = found.switch_over

    assert [one["name"] for one in todo.credentials] == ["Cache", "Queue"]
    assert todo.hooks == ({"node": "Hook", "method": "POST", "path": "orders"},)
    assert todo.schedules == ("Daily",)
    assert found.definition["n8n"]["document"]["pinData"] == {"Hook": [{"json": {"a": 1}}]}


def test_an_edge_drawn_here_is_a_link_in_the_export() -> None:
    found = imported(node("A"), node("B"), connections=links(("Start", "A")))
    found.definition["edges"].append({"id": "new", "source": "a", "target": "b"})

    assert to_document(found.definition, "")["connections"] == links(("Start", "A"), ("A", "B"))


def test_names_may_be_anything_and_ids_may_be_missing_or_shared() -> None:
    odd = ['Say "hi"', "Ответ 🚀", "其他"]
    raw = document([{**node(name), "id": "same"} for name in odd], links((odd[0], odd[1]), (odd[1], odd[2])))
    for one in raw["nodes"][1:2]:
        del one["id"]
    found = to_definition(read(raw))

    assert len({one["id"] for one in found.definition["nodes"]}) == 3
    assert len(found.definition["edges"]) == 2
    assert to_document(found.definition, "") == raw


@pytest.mark.parametrize("raw", [None, [], "x", {}, {"nodes": 1}, {"nodes": [5]}, {"nodes": [], "connections": 3}])
def test_what_is_no_workflow_is_refused(raw: Any) -> None:
    with pytest.raises(NotAWorkflow):
        read(raw)


def test_pinned_data_comes_along_for_tests_only() -> None:
    raw = document([node("Start", "manualTrigger"), node("A", "if")], links(("Start", "A")))
    raw["pinData"] = {"Start": [{"json": {"id": 1}}, {"id": 2}, 3], "A": [], "Nobody": [{"json": {}}]}
    found = to_definition(read(raw))

    assert found.pins == {"start": {"out": [{"id": 1}, {"id": 2}, {}]}}
    assert all("pin" not in str(node["data"]["config"]) for node in found.definition["nodes"])


@pytest.mark.parametrize(
    ("kind", "parameters", "expected"),
    [
        ("redis", {"operation": "get", "key": "k", "propertyName": "v"}, {"command": "read", "field": "v"}),
        ("redis", {"operation": "push", "list": "l", "messageData": "x", "tail": True}, {"command": "rpush"}),
        ("redis", {"operation": "set", "key": "k", "value": "v", "expire": True, "ttl": 5}, {"expireSeconds": 5}),
        ("postgres", {"operation": "executeQuery", "query": "=SELECT {{ $json.id }}"}, {"query": "SELECT $1"}),
        ("postgres", {"operation": "executeQuery", "query": "a='x {{ $json.id }}'"}, {"query": "a='x ' || $1::text"}),
        (
            "postgres",
            {
                "operation": "executeQuery",
                "query": "UPDATE t SET a = '{{ $json.a.replace(/'/g, \"''\") }}' WHERE b = $1",
                "options": {"queryReplacement": "={{ $json.b }}"},
            },
            {"query": "UPDATE t SET a = $2::text WHERE b = $1", "parameters": ["{{ $json.b }}", "{{ $json.a }}"]},
        ),
        ("postgres", {"operation": "insert", "table": "t", "columns": "a"}, {"parameters": ["{{ $json.a }}"]}),
        ("httpRequest", {"url": "http://x", "responseFormat": "file"}, {"output": "file", "file": "data"}),
        ("httpRequest", {"url": "http://x", "options": {"fullResponse": True}}, {"output": "full"}),
        ("spreadsheetFile", {"operation": "toFile", "fileFormat": "csv", "options": {"fileName": "a"}},
         {"name": "a.csv"}),
        ("extractFromFile", {"operation": "fromJson"}, {"form": "json"}),
        ("extractFromFile", {"operation": "pdf", "options": {"keepSource": "json"}}, {"form": "pdf", "keep": True}),
        ("convertToFile", {"operation": "toText", "sourceProperty": "a"}, {"form": "text", "field": "a"}),
        ("moveBinaryData", {"setAllData": False, "destinationKey": "xml"}, {"form": "text", "to": "xml", "keep": True}),
        ("telegram", {"operation": "sendPhoto", "chatId": "1", "file": "id"}, {"method": "sendPhoto"}),
        ("emailSend", {"toEmail": "a@x.org", "subject": "s", "text": "t", "attachments": "a,b"}, {"files": ["a", "b"]}),
        ("crypto", {"value": "a"}, {"mode": "each"}),
        ("markdown", {"html": "={{ $json.page.text }}"}, {"field": "page.text", "to": "data", "mode": "toMarkdown"}),
        ("bitrix24Trigger", {}, {"item": "body"}),
        ("rssFeedReadTrigger", {"feedUrl": "http://x"}, {"form": "feed", "everySeconds": 60}),
    ],
)  # fmt: skip
def test_parameters_become_ours(kind: str, parameters: dict[str, Any], expected: dict[str, Any]) -> None:
    [_start, made] = imported(node("A", kind, parameters=parameters)).definition["nodes"]

    assert made["type"] != "unsupported", made["data"]["config"]
    assert {name: made["data"]["config"].get(name) for name in expected} == expected


def test_what_n8n_says_of_running_a_node_is_honoured() -> None:
    found = imported(node("A", "noOp", executeOnce=True, alwaysOutputData=True), node("B", "noOp"))
    once, plain = (one["data"]["settings"] for one in found.definition["nodes"][1:])

    assert (once["runOnce"], once["whenEmpty"]) == (True, "item")
    assert ("runOnce" in plain, plain["whenEmpty"]) == (False, "skip")


def test_settings_of_other_nodes_are_written_out_where_they_are_asked_for() -> None:
    found = imported(
        node("Place", "set", parameters={"values": {"string": [{"name": "to", "value": "a@x.org"}]}}),
        node("A", "httpRequest", version=4, parameters={"url": "={{ $('Place').params.values.string[0].value }}"}),
        node("B", "httpRequest", version=4, parameters={"url": "={{ $('Place').params.nothing }}"}),
    )

    assert found.definition["nodes"][2]["data"]["config"]["url"] == '{{ "a@x.org" }}'
    assert found.definition["nodes"][2]["data"]["n8n"]["parameters"]["url"].startswith("={{ $('Place')")
    assert ").params" in reasons(found)[0]


def test_values_beside_columns_are_inserted() -> None:
    parameters = {"operation": "insert", "table": "t", "columns": "a, b", "values": "={{ $json.x }}, {{ 1 + 1 }}"}
    found = to_definition(read(document([node("P", "postgres", parameters=parameters)], {})))
    assert found.definition["nodes"][0]["data"]["config"]["parameters"] == ["{{ $json.x }}", "{{ 1 + 1 }}"]

    for values in ("={{ 1 }}", "={{ 1 }}, ARRAY[{{ 2 }}]"):
        refused = to_definition(
            read(document([node("P", "postgres", parameters={**parameters, "values": values})], {}))
        )
        assert "«values»" in reasons(refused)[0]


def test_several_statements_go_together_without_values() -> None:
    found = [
        to_definition(
            read(document([node("P", "postgres", parameters={"operation": "executeQuery", "query": query})], {}))
        )
        for query in (
            "CREATE TABLE a (b int); -- one; two\nINSERT INTO a VALUES (1)",
            "DELETE FROM a; SELECT {{ $json.b }}",
        )
    ]
    together, pasted = found
    assert together.definition["nodes"][0]["data"]["config"]["several"] is True
    assert pasted.nodes[0].type == "unsupported"


def test_pictures_are_edited_step_by_step_in_colors_of_css() -> None:
    """There the last two digits of a color say how much shines through."""
    steps = [
        {"operation": "create", "width": 200, "height": 200, "backgroundColor": "#000000ff"},
        {"operation": "draw", "primitive": "circle", "color": "#ffffff00"},
        {"operation": "composite", "operator": "In", "dataPropertyNameComposite": "avatar"},
    ]
    parameters = {"operation": "multiStep", "operations": {"operations": steps}, "options": {"format": "png"}}
    found = to_definition(read(document([node("P", "editImage", parameters=parameters)], {})))
    config = found.definition["nodes"][0]["data"]["config"]
    assert [step["do"] for step in config["steps"]] == ["create", "draw", "composite"]
    assert [step.get("color") for step in config["steps"]] == ["#00000000", "#ffffffff", None]
    assert config["steps"][2] == {"do": "composite", "file": "avatar", "x": 0, "y": 0, "how": "in"}
    for refused in ({"operation": "text"}, {"operation": "resize", "resizeOption": "percent"}):
        assert to_definition(read(document([node("P", "editImage", parameters=refused)], {}))).nodes[0].reasons


def test_forms_take_files_and_answer_when_they_are_told_to() -> None:
    """A file is called there as its label, with a _ for all that is no letter of a word."""
    rows = [{"fieldLabel": "Your scan", "fieldType": "file", "requiredField": True}, {"fieldLabel": "Your name"}]
    parameters = {"formTitle": "Send", "formFields": {"values": rows}, "responseMode": "lastNode"}
    found = to_definition(read(document([node("F", "formTrigger", version=2.2, parameters=parameters)], {})))
    config = found.definition["nodes"][0]["data"]["config"]
    assert (config["answer"], config["waitSeconds"], config["fields"]["required"]) == ("finished", 120, ["Your_scan"])
    scan = {"type": "string", "format": "file", "many": True, "title": "Your scan"}
    assert config["fields"]["properties"] == {"Your_scan": scan, "Your name": {"type": "string", "title": "Your name"}}
    assert not check_config(catalogue.get("trigger-form"), config)


def test_a_node_that_does_nothing_has_no_parameters() -> None:
    found = to_definition(read(document([node("N", "noOp", parameters={"prompt": "=x"})], {})))
    assert [(one.type, one.reasons) for one in found.nodes] == [("noop", ())]


def test_lines_may_be_broken_inside_of_quotes() -> None:
    texts = {
        "={{ 'a\nb' +\n`c\nd` }}": "{{ 'a\\nb' +\n`c\nd` }}",
        "={{ $json.a.replace(/'/g,\n'') }}": "{{ $json.a.replace(/'/g,\n'') }}",
        "=one\n{{ $json.a }}": "one\n{{ $json.a }}",
    }
    for written, expected in texts.items():
        assert template(written) == expected
