"""Files are what was sent as files, under names of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from executions.models import Execution
from tests.integration.executions import driving
from tests.integration.reacting.scenes import listener_of
from tests.integration.runs import client, person
from tests.integration.tickets import desk
from tests.security.canary import whole_database
from tickets.models import TicketAttachment
from tickets.services.attachments import shown_name

pytestmark = pytest.mark.django_db

PRETENDED = [
    {"file": {"filepath": "/etc/passwd"}},
    {"files": {"a": {"path": "/etc/passwd", "mimetype": "text/plain"}}},
    {"file": [{"url": "file:///etc/passwd"}]},
    {"path": "/etc/passwd"},
]
NAMES = [
    "../../etc/passwd",
    "/etc/passwd",
    "C:\\windows\\x.ini",
    "..",
    "a\x00b",
    "x" * 300,
    "\u202egpj.exe",
    ".htaccess",
]


@pytest.mark.parametrize("body", PRETENDED)
def test_a_description_of_a_file_is_no_file(body: Any, settings: Any, tmp_path: Path) -> None:
    """S3: JSON that looks like an upload opens nothing; the type of the body decides who reads it."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    author = desk.somebody()
    ticket = desk.ticket(desk.category(), author)
    answer = client(author).post(f"/api/v1/tickets/{ticket.pk}/attachments", body, format="json")
    assert answer.status_code in (400, 415)
    assert not TicketAttachment.objects.exists()
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_decides_nothing_about_the_place(name: str, settings: Any, tmp_path: Path) -> None:
    """S4: a file lies under a name of ours inside its folder, whatever its sender calls it."""
    settings.ATTACHMENT_DIR = str(tmp_path / "attachments")
    author = desk.somebody()
    ticket = desk.ticket(desk.category(), author)
    upload = SimpleUploadedFile("a", b"text")
    upload.__dict__["_name"] = name  # Django's own setter cleans it, and a hostile client is not polite
    answer = client(author).post(f"/api/v1/tickets/{ticket.pk}/attachments", {"file": upload}, format="multipart")
    assert answer.status_code in (201, 400)
    for written in tmp_path.rglob("*"):
        assert (tmp_path / "attachments").resolve() in written.resolve().parents or written.name == "attachments"
        assert name.strip("./") not in written.name or not name.strip("./")
    said = shown_name(name)
    assert "/" not in said
    assert "\\" not in said
    assert "\x00" not in said
    assert "\u202e" not in said
    assert len(said) <= 255


def test_a_body_of_files_is_no_input_of_a_run() -> None:
    """S3: where JSON is expected, multipart is 415."""
    answer = client(person("admin")).post("/api/v1/events", {"name": "a.b"}, format="multipart")
    assert answer.status_code == 415


@pytest.mark.django_db(transaction=True)
def test_a_description_of_a_file_is_data_to_a_webhook_and_to_a_node(tmp_path: Path) -> None:
    """S3: what a caller calls a file is an object of the run; a node that reads files finds none of ours in it."""
    secret = tmp_path / "secret.txt"
    secret.write_text("not to be read")
    described = {
        "path": str(secret),
        "filepath": str(secret),
        "url": f"file://{secret}",
        "name": "a.txt",
        "id": str(secret),
    }
    editor = person("editor")
    nodes: list[Any] = [
        ("hook", "trigger-webhook", {"config": {"proof": "none", "item": "body"}}),
        ("read", "file-read", {"config": {"form": "text", "file": "file"}}),
    ]
    flow = driving.workflow(editor, driving.definition(nodes, [("hook", "read")]))
    body = {"file": described, "files": {"file": described}}
    web = Client(raise_request_exception=False)
    address = f"/hooks/{listener_of(flow).address}"
    assert web.post(address, body, content_type="application/json").status_code == 202
    driving.drain()
    (run,) = Execution.objects.all()
    assert run.input_data["body"] == body
    assert (run.status, run.error["code"]) == ("failed", "no_file")
    assert "not to be read" not in whole_database()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
        ("a.html", b"<script>alert(1)</script>"),
        ("a.xml", b'<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></a>'),
        ("a.gif", b"GIF89a/*\x00\x00*/=1;alert(1)//<script>alert(1)</script>"),
        ("a.png", b"<script>alert(1)</script>"),
    ],
)
def test_what_a_browser_would_run_is_only_saved(name: str, content: bytes, settings: Any, tmp_path: Path) -> None:
    """S32, S36: svg, html, xml, and what is two things at once: an attachment, and in a sandbox."""
    settings.ATTACHMENT_DIR = str(tmp_path)
    author = desk.somebody()
    ticket = desk.ticket(desk.category(), author)
    upload = SimpleUploadedFile(name, content)
    made = client(author).post(f"/api/v1/tickets/{ticket.pk}/attachments", {"file": upload}, format="multipart")
    given = client(author).get(f"/api/v1/attachments/{made.json()[0]['id']}")
    assert b"".join(given.streaming_content) == content  # type: ignore[attr-defined]
    assert given["Content-Disposition"].startswith("attachment")
    assert given["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in given["Content-Security-Policy"]
    assert given["Content-Type"] in ("application/octet-stream", "image/gif")
