"""Nodes of n8n that call outside services, as calls of ours."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.workflows.n8n.exports import NAMES, document, export, needs_exports, node
from workflows import catalogue
from workflows.importers.n8n.definition import Imported, to_definition
from workflows.importers.n8n.document import read
from workflows.services import check_config
from workflows.vendor_node import VendorNode

BASE = {"__rl": True, "mode": "list", "value": "app1"}


LISTED = (
    "{{ (v=>(Array.isArray(v)?v:v===undefined||v===null||v===''?[]:String(v).split(',')))"
    "((()=>{try{return ($json.t\n)}catch{return undefined} })()).map(one=>({name:String(one).trim()})) }}"
)
BROKEN = "написано с ошибкой"
"""Some expressions of real exports are no JavaScript, in n8n neither."""
OURS = {"ai-agent", "vector-store", "chat-webhook", "sheets-read", "sheets-append", "sheets-update"}


def imported(kind: str, parameters: dict[str, Any], **more: Any) -> Imported:
    return to_definition(read(document([node("A", kind, parameters=parameters, **more)], {})))


@pytest.mark.parametrize(
    ("kind", "version", "parameters", "call"),
    [
        (
            "notion",
            2.2,
            {"resource": "databasePage", "operation": "getAll", "returnAll": True, "databaseId": BASE},
            {"operation": "database-query", "database": "app1", "simple": "prefixed"},
        ),
        (
            "notion",
            1,
            {
                "resource": "databasePage",
                "operation": "update",
                "pageId": "p",
                "propertiesUi": {
                    "propertyValues": [{"key": "Tags|multi_select", "multiSelectValue": "={{ $json.t }}"}]
                },
            },
            {
                "operation": "page-update",
                "page": "p",
                "simple": "names",
                "properties": {"Tags": {"multi_select": LISTED}},
            },
        ),
        (
            "slack",
            2.2,
            {"select": "channel", "channelId": BASE, "text": "=Hi {{ $json.n }}", "otherOptions": {}},
            {"operation": "message-post", "channel": "app1", "text": "Hi {{ $json.n }}"},
        ),
        (
            "airtable",
            2.1,
            {"operation": "search", "base": BASE, "table": BASE, "filterByFormula": "={a} = '{{ $json.a }}'"},
            {
                "operation": "record-search",
                "base": "app1",
                "table": "app1",
                "formula": "{a} = '{{ $json.a }}'",
                "flat": True,
            },
        ),
        (
            "bitrix24",
            1,
            {
                "resource": "task",
                "operation": "create",
                "title": "T",
                "additionalFields": {"crm": {"lead": ["={{ 1 }}"]}},
            },
            {"operation": "task-add", "title": "T", "crm": ["L_{{ 1 }}"]},
        ),
        (
            "supabase",
            1,
            {
                "operation": "delete",
                "tableId": "t",
                "filters": {"conditions": [{"keyName": "id", "condition": "eq", "keyValue": "={{ 1 }}"}]},
            },
            {"operation": "row-delete", "table": "t", "filter": "id=eq.{{ 1 }}"},
        ),
        (
            "openAi",
            1.8,
            {"model": "m", "messages": {"values": [{"content": "q"}]}, "options": {"responseFormat": "json_object"}},
            {"operation": "chat", "model": "m", "messages": [{"role": "user", "content": "q"}], "asJson": True},
        ),
        (
            "gmail",
            2.1,
            {"sendTo": "a@b.c", "message": "m"},
            {"operation": "message-send", "to": "a@b.c", "body": "m", "format": "html"},
        ),
        (
            "airtable",
            2.1,
            {"resource": "base", "operation": "getSchema", "base": BASE},
            {"operation": "base-schema", "base": "app1"},
        ),
        (
            "github",
            1,
            {
                "resource": "file",
                "operation": "edit",
                "owner": "={{ $env.OWNER }}",
                "repository": {"__rl": True, "mode": "list", "value": "book"},
                "filePath": "a.md",
                "fileContent": "={{ $json.text }}",
                "commitMessage": "New",
                "additionalParameters": {"branch": {"branch": "draft"}},
            },
            {
                "operation": "file-write",
                "owner": "{{ $env.OWNER }}",
                "repository": "book",
                "file": "a.md",
                "content": "{{ $json.text }}",
                "message": "New",
                "branch": "draft",
            },
        ),
        (
            "snowflake",
            1,
            {"table": "users", "columns": "id, first name"},
            {
                "operation": "row-insert",
                "table": "users",
                "row": {"id": '{{ $json["id"] }}', "first name": '{{ $json["first name"] }}'},
            },
        ),
    ],
)
def test_an_operation_becomes_a_call(
    kind: str, version: float, parameters: dict[str, Any], call: dict[str, Any]
) -> None:
    found = imported(kind, parameters, version=version)
    assert [one.reasons for one in found.nodes] == [()]
    assert found.definition["nodes"][0]["data"]["config"]["call"] == call


@pytest.mark.parametrize(
    ("kind", "parameters", "native", "config"),
    [
        (
            "facebookGraphApi",
            {
                "httpRequestMethod": "POST",
                "graphApiVersion": "v20.0",
                "node": "me",
                "edge": "photos",
                "sendBinaryData": True,
                "binaryPropertyName": "source:photo",
                "options": {"queryParameters": {"parameter": [{"name": "message", "value": "={{ $json.m }}"}]}},
            },
            "http-request",
            {
                "method": "POST",
                "url": "https://graph.facebook.com/v20.0/me/photos",
                "bodyKind": "multipart",
                "files": {"source": "photo"},
                "query": {"message": "{{ $json.m }}"},
            },
        ),
        (
            "linkedIn",
            {
                "postAs": "organization",
                "organization": "12345678",
                "text": "={{ $json.post }}",
                "shareMediaCategory": "IMAGE",
                "binaryPropertyName": "=data",
            },
            "linkedin-post",
            {
                "as": "organization",
                "author": "12345678",
                "text": "{{ $json.post }}",
                "picture": "data",
                "visibility": "PUBLIC",
            },
        ),
        (
            "slack",
            {"webhookUrl": "={{ $env.HOOK }}", "text": "=Hi {{ $json.n }}"},
            "chat-webhook",
            {"chat": "slack", "text": "Hi {{ $json.n }}"},
        ),
    ],
)
def test_some_calls_become_other_nodes(
    kind: str, parameters: dict[str, Any], native: str, config: dict[str, Any]
) -> None:
    (node,) = imported(kind, parameters).definition["nodes"]
    assert (node["type"], node["data"]["config"]) == (native, config)


@pytest.mark.parametrize(
    ("kind", "parameters", "reason"),
    [
        ("slack", {"channel": "#a", "text": "x", "attachments": [{"text": "y"}]}, "«attachments»"),
        ("webhook", {"path": "a", "options": {"allowedOrigins": "https://example.org"}}, "options.allowedOrigins"),
        ("notion", {"resource": "user", "operation": "get"}, "user.get"),
        ("signl4", {"message": ""}, "«message» не заполнен"),
        ("twitter", {"text": "x", "additionalFields": {"locationId": "1"}}, "locationId"),
    ],
)
def test_what_is_not_honoured_is_a_reason(kind: str, parameters: dict[str, Any], reason: str) -> None:
    (found,) = imported(kind, parameters).nodes
    assert reason in found.reasons[0]["message"] % found.reasons[0]["params"]


@needs_exports
@pytest.mark.parametrize("name", NAMES)
def test_what_a_real_node_becomes_lacks_nothing_but_credentials(name: str) -> None:
    """S0-13: who has filled the credentials of an import can run it."""
    for one in to_definition(read(export(name))).definition["nodes"]:
        found = catalogue.get(one["type"])
        if isinstance(found, VendorNode) or one["type"] in OURS:
            faults = [fault for fault in check_config(found, one["data"]["config"]) if BROKEN not in fault.message]
            assert [fault.field for fault in faults if not fault.field.endswith("credential")] == [], one["data"][
                "label"
            ]


DRIVE = {
    "resource": "file",
    "operation": "download",
    "fileId": {"__rl": True, "mode": "id", "value": "={{ $json.id }}"},
}
WATCHED = {
    "triggerOn": "specificFolder",
    "event": "fileUpdated",
    "folderToWatch": {"__rl": True, "mode": "list", "value": "top"},
    "pollTimes": {"item": [{"mode": "everyMinute"}]},
}


def test_new_letters_of_gmail_are_watched_for() -> None:
    filters = {"readStatus": "unread", "sender": "ann@example.org", "labelIds": ["INBOX", "L1"]}
    asked = {"filters": filters, "pollTimes": {"item": [{"mode": "everyHour"}]}}
    [watched] = imported("gmailTrigger", asked, version=1.2).definition["nodes"]
    config = watched["data"]["config"]
    assert (watched["type"], config["form"], config["everySeconds"]) == ("trigger-poll-list", "gmail", 3600)
    assert "q=from%3A%28ann%40example.org%29+is%3Aunread+-in%3Adrafts&labelIds=INBOX&labelIds=L1" in config["url"]
    assert not check_config(catalogue.get("trigger-poll-list"), config)
    assert imported("gmailTrigger", {**asked, "simple": False}).nodes[0].reasons
    starred = imported("gmailTrigger", {**asked, "filters": {"readStatus": "starred"}})
    assert [reason["params"] for reason in starred.nodes[0].reasons] == [{"parameter": "filters.readStatus"}]


def test_files_of_google_drive_are_downloaded_and_watched_for() -> None:
    conversion = {"googleFileConversion": {"conversion": {"docsToFormat": "application/pdf"}}}
    asked = {**DRIVE, "options": {"fileName": "={{ $json.name }}", **conversion}}
    [made] = imported("googleDrive", asked, version=3).definition["nodes"]
    assert made["data"]["config"]["call"] == {
        "do": "download",
        "file": "{{ $json.id }}",
        "into": "data",
        "name": "{{ $json.name }}",
        "exportAs": "application/pdf",
    }
    [watched] = imported("googleDriveTrigger", WATCHED).definition["nodes"]
    assert (watched["type"], watched["data"]["config"]["everySeconds"]) == ("trigger-poll-list", 60)
    assert "q=%27top%27+in+parents" in watched["data"]["config"]["url"]
    assert not check_config(catalogue.get("trigger-poll-list"), watched["data"]["config"])


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("googleDrive", {**DRIVE, "operation": "share"}),
        ("googleDrive", {"operation": "upload", "driveId": {"__rl": True, "mode": "id", "value": "team"}}),
        ("googleDriveTrigger", {**WATCHED, "options": {"fileType": "image/png"}}),
        ("googleDriveTrigger", {**WATCHED, "folderToWatch": {"__rl": True, "mode": "id", "value": "={{ $json.x }}"}}),
        ("googleDriveTrigger", {**WATCHED, "event": "watchFolderUpdated"}),
    ],
)
def test_what_drive_is_asked_beyond_that_is_a_reason(kind: str, parameters: dict[str, Any]) -> None:
    assert imported(kind, parameters, version=3).nodes[0].reasons
