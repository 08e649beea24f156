"""Bringing n8n's exports in over the API and the command line, and giving them out again."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from accounts.models import User
from tests.unit.workflows.n8n.exports import FOLDER, NAMES, document, export, links, needs_exports, node
from workflows import services
from workflows.models import Workflow

SMALL = document(
    [
        node("Start", "manualTrigger"),
        node("Fetch", "httpRequest", version=4, parameters={"url": "https://example.org"}),
        node("CRM", "acmeCrm", credentials={"bitrix24Api": {"id": "1", "name": "CRM key"}}),
    ],
    links(("Start", "Fetch"), ("Fetch", "CRM")),
)


def upload(api: APIClient, *files: tuple[str, bytes], address: str = "import") -> Any:
    parts = [SimpleUploadedFile(name, content, "application/json") for name, content in files]
    return api.post(f"/api/v1/workflows/{address}", {"file": parts}, format="multipart")


def test_a_document_becomes_a_draft_with_its_reasons(api: APIClient) -> None:
    """S0-13: unsupported node types are reported by name."""
    [row] = upload(api, ("small.json", json.dumps(SMALL).encode())).json()
    workflow = Workflow.objects.get(id=row["workflowId"])

    assert workflow.name == "Small"
    assert workflow.active_version is None
    assert [(one["name"], one["type"]) for one in row["nodes"]][1:] == [
        ("Fetch", "http-request"),
        ("CRM", "unsupported"),
    ]
    assert "n8n-nodes-base.acmeCrm" in row["nodes"][2]["reasons"][0]
    assert row["switchOver"]["credentials"] == [{"node": "CRM", "kind": "bitrix24Api", "name": "CRM key"}]
    assert "HTTP-запрос" in row["nodes"][2]["reasons"][0], "and what takes its place"
    [problem] = [one for one in row["problems"] if one["code"] == "unsupported_node"]
    assert "n8n-nodes-base.acmeCrm" in problem["message"]
    assert "HTTP-запрос" in problem["suggestion"]


def test_what_is_unsupported_keeps_the_workflow_from_being_published(api: APIClient) -> None:
    [row] = upload(api, ("small.json", json.dumps(SMALL).encode())).json()

    answer = api.post(f"/api/v1/workflows/{row['workflowId']}/publish")

    assert answer.status_code == 422


def test_an_export_gives_back_what_came_in(api: APIClient) -> None:
    [row] = upload(api, ("small.json", json.dumps(SMALL).encode())).json()

    assert api.get(f"/api/v1/workflows/{row['workflowId']}/export", {"as": "n8n"}).json() == SMALL


def test_our_own_export_is_brought_in_without_loss(api: APIClient) -> None:
    """S0-13: an exported workflow imports and is the same one."""
    [row] = upload(api, ("small.json", json.dumps(SMALL).encode())).json()
    written = api.get(f"/api/v1/workflows/{row['workflowId']}/export").json()

    [again] = upload(api, ("ours.json", json.dumps(written).encode())).json()
    copy = api.get(f"/api/v1/workflows/{again['workflowId']}/export").json()

    assert copy["definition"] == written["definition"]
    assert copy["code"] != written["code"]


def test_a_bad_file_hinders_no_other(api: APIClient) -> None:
    good = json.dumps(SMALL).encode()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.json", b"\xef\xbb\xbf" + good)
        archive.writestr("b.txt", good + b"\n" + good)
    rows = upload(
        api, ("all.zip", packed.getvalue()), ("no.json", b"{"), ("empty.json", b""), ("good.json", good)
    ).json()

    assert [bool(row["error"]) for row in rows] == [False, True, True, True, False]
    assert "несколько подряд" in rows[1]["error"]
    assert Workflow.objects.count() == 2


def test_a_document_beyond_the_limit_is_refused_and_nothing_of_it_stays(api: APIClient) -> None:
    many = document([node(f"N{number}") for number in range(10_001)], {})
    rows = upload(api, ("large.json", b" " * 5_000_001), ("many.json", json.dumps(many).encode())).json()

    assert all(row["error"] for row in rows)
    assert Workflow.objects.count() == 0


@pytest.mark.parametrize(
    "content", [b"\x00", b"\xff\xfe{", b'{"nodes": [{"type": "\\u0000"}]}', b"[1e999]", b"PK\x03\x04x"]
)
def test_no_bytes_are_an_error_of_ours(api: APIClient, content: bytes) -> None:
    answer = upload(api, ("odd.json", content))

    assert answer.status_code == 200
    assert answer.json()[0]["error"]


def test_a_link_is_repaired_when_a_person_says_so(api: APIClient) -> None:
    """S0-3: the proposal comes from the stem of the name, and is applied as a new version with a diff."""
    raw = document(
        [node("Start", "manualTrigger"), node("Generate"), node("Generate (Retry IF)", "if")],
        links(("Start", "Generate")),
    )
    [row] = upload(api, ("small.json", json.dumps(raw).encode())).json()
    address = f"/api/v1/workflows/{row['workflowId']}/repair"
    [proposal] = api.get(address).json()

    assert (proposal["sourceNode"], proposal["targetNode"], proposal["because"]) == (
        "Generate",
        "Generate (Retry IF)",
        "name_stem",
    )
    assert Workflow.objects.get().version == 1
    answer = api.post(address, {"repairs": [proposal["id"]]}).json()
    assert [edge["target"] for edge in answer["diff"]["edges"]["added"]] == ["generate (retry if)"]
    assert answer["workflow"]["version"] == 2
    assert "no_incoming" not in {problem["code"] for problem in answer["workflow"]["problems"]}
    assert api.post(address, {"repairs": [proposal["id"]]}).status_code == 409


@needs_exports
def test_the_proposal_is_that_of_the_report(editor: User) -> None:
    """R3-12, S0-12: the fix makes a new version, and history shows what was connected."""
    content = (FOLDER / "workflows" / next(name for name in NAMES if name.startswith("05-"))).read_bytes()
    [outcome] = services.import_files(user=editor, files=[("05.json", content)])
    assert outcome.workflow is not None

    [link] = [one for one in services.proposals(outcome.workflow) if one.code == "no_incoming"]
    assert (link.source, link.target) == ("Generate Message", "Generate Message (Retry IF)")
    repaired, diff = services.repair_workflow(workflow=outcome.workflow, user=editor, chosen=[link.id])

    assert len(diff["edges"]["added"]) == 1
    drawn = services.export_to_n8n(repaired)["connections"]["Generate Message"]["main"][0]
    assert drawn[-1] == {"node": "Generate Message (Retry IF)", "type": "main", "index": 0}


@needs_exports
def test_a_kept_error_can_be_given_a_notification(editor: User) -> None:
    """S0-17: a notification may be added to any node that keeps an error."""
    content = (FOLDER / "workflows" / next(name for name in NAMES if name.startswith("03-"))).read_bytes()
    [outcome] = services.import_files(user=editor, files=[("03.json", content)])
    assert outcome.workflow is not None
    offers = [one for one in services.proposals(outcome.workflow) if one.code == "save_error_without_notification"]

    repaired, diff = services.repair_workflow(workflow=outcome.workflow, user=editor, chosen=[offers[0].id])

    assert [one.source for one in offers] == ["Save Error to Redis"]
    assert [added["type"] for added in diff["nodes"]["added"]] == ["notify"]
    assert not [one for one in services.proposals(repaired) if one.code == "save_error_without_notification"]


@needs_exports
def test_every_real_export_comes_back_from_the_database_as_it_was(editor: User) -> None:
    """X-3: real workflows are brought in, stored and given back without loss."""
    folder = FOLDER / "workflows"
    outcomes = services.import_files(user=editor, files=[(name, (folder / name).read_bytes()) for name in NAMES])

    assert [outcome.error for outcome in outcomes if outcome.error] == []
    for name, outcome in zip(NAMES, outcomes, strict=True):
        assert outcome.workflow is not None
        assert _plain(services.export_to_n8n(outcome.workflow)) == export(name)


@needs_exports
def test_unreadable_documents_are_named_and_leave_nothing(editor: User) -> None:
    files = [(path.name, path.read_bytes()) for path in sorted((FOLDER / "invalid").iterdir())]

    outcomes = services.import_files(user=editor, files=files)

    assert all(outcome.error for outcome in outcomes)
    assert Workflow.objects.count() == 0


LONELY_QUOTE = {"conditions": {"string": [{"value1": '={{ $json.text.replace(/\'/g, "") }}', "value2": "Ann"}]}}


@pytest.mark.django_db
def test_what_nobody_can_read_is_a_reason() -> None:
    broken = document(
        [
            node("Start", "manualTrigger"),
            node("Program", "code", version=2, parameters={"jsCode": "return [;"}),
            node("Fetch", "httpRequest", version=4, parameters={"url": "={{ $json.url + }}"}),
            node("Whole", "if", version=1, parameters=LONELY_QUOTE),
        ],
        links(("Start", "Program"), ("Program", "Fetch"), ("Fetch", "Whole")),
    )

    [outcome] = services.look_at_files(files=[("broken.json", json.dumps(broken).encode())])

    assert not outcome.converted
    assert {one["name"]: (one["type"], len(one["reasons"])) for one in outcome.nodes} == {
        "Start": ("trigger-manual", 0),
        "Program": ("code", 1),
        "Fetch": ("http-request", 1),
        "Whole": ("if", 0),
    }
    assert "SyntaxError" in outcome.nodes[1]["reasons"][0]


def test_what_can_run_nowhere_as_it_is_written_is_a_reason() -> None:
    """A value that was never filled in, a node that is not there; a credential is chosen later."""
    unfinished = document(
        [
            node("Start", "manualTrigger"),
            node("Empty", "httpRequest", version=4, parameters={"options": {}}),
            node("Lost", "httpRequest", version=4, parameters={"url": "={{ $('Gone').item.json.url }}"}),
            node("Chat", "telegram", parameters={"chatId": "7", "text": "Hi"}),
            node("Hook", "webhook", version=2, parameters={"path": "in", "authentication": "headerAuth"}),
        ],
        links(("Start", "Empty"), ("Empty", "Lost"), ("Lost", "Chat")),
    )

    [outcome] = services.look_at_files(files=[("unfinished.json", json.dumps(unfinished).encode())])

    reasons = {one["name"]: len(one["reasons"]) for one in outcome.nodes}
    assert reasons == {"Start": 0, "Empty": 1, "Lost": 1, "Chat": 0, "Hook": 0}
    assert "url" in outcome.nodes[1]["reasons"][0]
    assert "Gone" in outcome.nodes[2]["reasons"][0]


def test_the_report_tells_of_every_workflow(api: APIClient) -> None:
    """S0-9, S0-10: a report for machines and for people, with the verdict."""
    upload(api, ("small.json", json.dumps(document([node("Start", "manualTrigger"), node("Lost")], {})).encode()))

    [row] = api.get("/api/v1/workflows/link-report").json()
    text = api.get("/api/v1/workflows/link-report", {"as": "md"}).content.decode()
    page = api.get("/api/v1/workflows/link-report", {"as": "html"})

    assert (row["ready"], row["name"], row["version"]) == (False, "Small", "v001")
    assert {(one["code"], one["node"]) for one in row["findings"]} >= {("no_incoming", "Lost")}
    assert "«Lost»" in text
    assert "Не готово к импорту" in text
    assert page["Content-Type"].startswith("text/html")


def test_files_are_reported_on_without_being_saved(api: APIClient) -> None:
    [row] = upload(api, ("small.json", json.dumps(SMALL).encode()), address="link-report/files").json()

    assert row["ready"]
    assert Workflow.objects.count() == 0


@pytest.mark.django_db
def test_the_command_line_reports_and_brings_in(tmp_path: Path, editor: User) -> None:
    (tmp_path / "small.json").write_text(json.dumps(SMALL))
    report, nodes, told = io.StringIO(), io.StringIO(), io.StringIO()

    call_command("link_report", str(tmp_path), "--format", "json", stdout=report)
    call_command("import_n8n", str(tmp_path), "--report", "json", stdout=nodes)
    call_command("import_n8n", str(tmp_path), "--user", editor.username, stdout=told)

    assert json.loads(report.getvalue())[0]["ready"] is True
    assert [one["type"] for one in json.loads(nodes.getvalue())[0]["nodes"]][1:] == ["http-request", "unsupported"]
    assert "0 of 1 workflows converted in whole, 2 of 3 nodes" in told.getvalue()
    with pytest.raises(CommandError):
        call_command("link_report", str(tmp_path / "none"))


def test_a_folder_may_hold_more_than_one_upload(tmp_path: Path) -> None:
    one = json.dumps(document([node("Start", "manualTrigger")], {}))
    for number in range(501):
        (tmp_path / f"{number}.json").write_text(one)
    report, nodes = io.StringIO(), io.StringIO()

    call_command("link_report", str(tmp_path), "--format", "json", stdout=report)
    call_command("import_n8n", str(tmp_path), "--report", "json", stdout=nodes)

    assert [len(json.loads(told.getvalue())) for told in (report, nodes)] == [501, 501]
    assert not any(told["error"] for told in json.loads(nodes.getvalue()))


def _plain(value: Any) -> Any:
    """Numbers from the database are decimals; equal ones are equal."""
    return json.loads(json.dumps(value, default=float))
