"""What a person is told about a node that cannot run here: which field, why, and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.n8n.exports import NAMES, document, export, links, needs_exports, node
from workflows.graph.definition import parse
from workflows.graph.problems import Problem
from workflows.importers.n8n.cures import cure
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import read
from workflows.services.link_check import UNSUPPORTED, with_links

START = node("Start", "manualTrigger")


def imported(*nodes: dict[str, Any]) -> Imported:
    return to_definition(read(document([START, *nodes], {})))


def told(found: Imported) -> list[tuple[str, str]]:
    """Each reason and its cure."""
    every = [reason for one in found.nodes for reason in one.reasons]
    return [(one["message"] % one["params"], cure(one["message"], one["params"])) for one in every]


@pytest.mark.parametrize(
    ("used", "name", "todo"),
    [
        ("$fromAI('city')", "$fromAI", "Агент с моделью"),
        ("$execution.resumeUrl", "$execution.resumeUrl", "Дождаться события"),
        ("$execution.resumeFormUrl", "$execution.resumeFormUrl", "Дождаться события"),
        ("$execution.customData.get('a')", "$execution.customData", "Задать поля"),
        ("$pageCount + 1", "$pageCount", "HTTP-запрос"),
        ("$response.body.next", "$response", "HTTP-запрос"),
        ("$('Start').params.x", "$('…').params", "само значение"),
        ("$evaluateExpression($json.x)", "$evaluateExpression", "{{ … }}"),
        ("$secrets.vault.key", "$secrets", "учётных данных"),
        ("$nodeVersion", "$nodeVersion", "Уберите"),
        ("$execution.id.toNumber() + 1", "$execution.id.toNumber", "toNumber"),
    ],
)
def test_what_expressions_lack_is_told_with_its_field_and_its_cure(used: str, name: str, todo: str) -> None:
    written = {"url": "https://example.org", "options": {}, "sendBody": True, "jsonBody": f"=A {{{{ {used} }}}} b"}
    found = imported(node("Call", "httpRequest", version=4, parameters={**written, "specifyBody": "json"}))

    [(message, what)] = told(found)
    assert message == f"Поле «jsonBody»: выражение или программа использует {name}, чего здесь нет"
    assert todo in what


def test_a_field_within_fields_and_one_of_a_part_are_named_by_their_way() -> None:
    rows = {"assignments": {"assignments": [{"name": "a", "value": "={{ $nodeId }}", "type": "string"}]}}
    tool = {"jsCode": "return fetch('https://example.org')", "name": "ask", "description": "asks"}
    agent = {**node("Agent", "", parameters={"text": "hi"}), "type": "@n8n/n8n-nodes-langchain.agent"}
    part = {**node("Ask", "", parameters=tool), "type": "@n8n/n8n-nodes-langchain.toolCode"}
    model = {**node("Model", ""), "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi"}
    hung = {
        name: {kind: [[{"node": "Agent", "type": kind, "index": 0}]]}
        for name, kind in (("Ask", "ai_tool"), ("Model", "ai_languageModel"))
    }
    [(of_set, _cure)] = told(imported(node("Set", "set", version=3.4, parameters=rows)))
    found = to_definition(read(document([START, agent, part, model], hung)))

    assert "«assignments.assignments.value»" in of_set
    assert "Поле «Ask: jsCode»: выражение или программа использует fetch, чего здесь нет" in dict(told(found))
    assert ("Работает внутри узла «Agent», который не перенесён: причины названы у него", "") in told(found)


def test_a_page_of_html_may_hold_programs_of_its_own() -> None:
    page = "=<b>{{ $json.name }}</b><script>fetch('/more').then(axios)</script> costs $request"
    found = imported(
        node("Say", "respondToWebhook", version=1.1, parameters={"respondWith": "text", "responseBody": page})
    )

    assert found.nodes[1].type == "respond-to-webhook"
    assert told(found) == []


@pytest.mark.parametrize(
    ("kind", "todo"),
    [
        ("acmeCrm", "HTTP-запрос"),
        ("mySql", "PostgreSQL"),
        ("ssh", "Команды"),
        ("acmeTrigger", "Начните процесс иначе"),
        ("form", "одна страница"),
        ("gmailTool", "Инструментом агента"),
    ],
)
def test_a_type_that_is_not_here_is_told_with_what_takes_its_place(kind: str, todo: str) -> None:
    [(message, what)] = told(imported(node("A", kind)))

    assert kind in message
    assert todo in what


def test_python_is_to_be_written_anew() -> None:
    [(_message, what)] = told(
        imported(node("A", "code", version=2, parameters={"language": "python", "pythonCode": "1"}))
    )

    assert "JavaScript" in what


@pytest.mark.parametrize(
    ("kind", "parameters", "todo"),
    [
        ("wait", {"resume": "webhook"}, "Дождаться события"),
        ("gmail", {"resource": "message", "operation": "sendAndWait"}, "Дождаться события"),
        ("executeWorkflow", {"source": "url", "workflowUrl": "https://example.org"}, "Рабочий процесс"),
        ("reddit", {"resource": "post", "operation": "create"}, "HTTP-запрос"),
    ],
)
def test_an_operation_that_is_not_here_is_told_with_what_does_it(
    kind: str, parameters: dict[str, Any], todo: str
) -> None:
    [(message, what)] = told(imported(node("A", kind, version=1.1, parameters=parameters)))

    assert "не поддерживается" in message
    assert todo in what


@needs_exports
def test_every_reason_of_the_real_exports_says_what_to_do() -> None:
    """Those that are told at another node aside."""
    silent = {
        message
        for name in NAMES
        for message, what in told(to_definition(read(export(name))))
        if not what and not message.startswith(("Работает внутри узла", "К узлу не присоединено"))
    }

    assert silent == set()


def _problems(config: Any) -> list[Problem]:
    raw = to_definition(read(document([START, node("A", "acmeCrm")], links(("Start", "A"))))).definition
    raw["nodes"][1]["data"]["config"] = config
    found = with_links(raw, parse(raw), [])
    return [problem for problem in found if problem.code == "unsupported_node"]


def test_a_check_says_of_each_reason_what_it_is_and_what_cures_it() -> None:
    raw = imported(node("A", "gmail", version=2, parameters={"sendTo": "a@b.cd", "options": {"x": 1, "y": 2}}))
    [one, other] = _problems(raw.definition["nodes"][1]["data"]["config"])

    assert [one.message % one.params, other.message % other.params] == [
        "Параметр «options.x» не поддерживается",
        "Параметр «options.y» не поддерживается",
    ]
    assert "уберите параметр" in one.suggestion


@pytest.mark.parametrize(
    "reasons",
    [None, "no", [], [7], [{}], [{"message": "%(x)999999999d", "params": {"x": 1}}], [{"message": "a", "params": 1}]],
)
def test_what_people_write_there_is_no_reason(reasons: Any) -> None:
    """S29: a place may ask for a text of any length."""
    [one] = _problems({"original": "acme", "reasons": reasons})

    assert (one.message, dict(one.params)) == (UNSUPPORTED, {"type": "acme"})
