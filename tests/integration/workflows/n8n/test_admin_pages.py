"""Import and link report in the admin."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from tests.integration.executions.driving import person
from tests.unit.workflows.n8n.exports import document, links, node
from workflows.models import Workflow
from workflows.services.uploads import COMMAND, MAX_FILES

SMALL = document(
    [node("Hook", "webhook", parameters={"path": "in"}), node("<b>CRM</b>", "acmeCrm")], links(("Hook", "<b>CRM</b>"))
)


def test_files_are_brought_in_and_told_of(db: None) -> None:
    browser = _browser(person())
    file = SimpleUploadedFile("small.json", json.dumps(SMALL).encode())

    page = browser.post("/admin/workflows/workflow/import/", {"file": file}).content.decode()

    assert Workflow.objects.get().name == "Small"
    assert "&lt;b&gt;CRM&lt;/b&gt;" in page
    assert "n8n-nodes-base.acmeCrm" in page
    assert "<b>CRM</b></b>" not in page
    assert f"/{Workflow.objects.get().pk}/editor/" in page, "what is to be done is done in the editor"
    assert "Перенесены не все узлы" in page


def test_an_archive_and_several_files_are_brought_in_together(db: None) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("flows/a.json", json.dumps(SMALL))
        archive.writestr("flows/b.json", "{")
    files = [
        SimpleUploadedFile("all.zip", packed.getvalue()),
        SimpleUploadedFile("c.json", json.dumps(SMALL).encode()),
    ]

    page = _browser(person()).post("/admin/workflows/workflow/import/", {"file": files}).content.decode()

    assert Workflow.objects.count() == 2
    assert "all.zip/flows/b.json" in page  # which one it was that could not be read


@pytest.mark.parametrize("more", [1, 2])
def test_more_files_than_one_upload_takes_are_refused_with_the_limit_and_the_command(db: None, more: int) -> None:
    """Beyond the limit nothing is read at all; Django itself refuses what is far beyond it."""
    files = [SimpleUploadedFile(f"{number}.json", b"{}") for number in range(MAX_FILES + more)]

    answer = _browser(person()).post("/admin/workflows/workflow/import/", {"file": files})

    assert answer.status_code == (200 if more == 1 else 400)
    page = answer.content.decode()
    assert "не больше 500 файлов" in page
    assert more > 1 or f"командой: {COMMAND}" in page
    assert not Workflow.objects.exists()


def test_an_upload_of_as_many_files_as_it_takes_is_taken(db: None) -> None:
    """Django alone would take a hundred."""
    files = [SimpleUploadedFile(f"{number}.json", b"{") for number in range(MAX_FILES)]

    answer = _browser(person()).post("/admin/workflows/workflow/import/", {"file": files})

    assert answer.content.decode().count("nyd-outcome-bad") == MAX_FILES


def test_the_report_is_a_page(db: None) -> None:
    browser = _browser(person())
    browser.post(
        "/admin/workflows/workflow/import/", {"file": SimpleUploadedFile("small.json", json.dumps(SMALL).encode())}
    )

    page = browser.get("/admin/workflows/workflow/links/").content.decode()

    assert "Отчёт о связях рабочих процессов" in page
    assert "Small" in page


def test_a_viewer_brings_nothing_in(db: None) -> None:
    assert _browser(person("vera", "viewer")).get("/admin/workflows/workflow/import/").status_code in (302, 403)


def _browser(user: User) -> Client:
    user.is_staff = True
    user.save()
    browser = Client()
    browser.force_login(user)
    return browser
