"""The pages that hold the editor, the short way to a new workflow, and the token that a page is lent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts import clock
from accounts.models import TokenFamily
from tests.integration import runs
from workflows.admin import pages
from workflows.models import Workflow

pytestmark = pytest.mark.django_db

LIST = "/admin/workflows/workflow/"


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What browsers load, as if it had been built."""
    script = tmp_path / "pages.js"
    script.write_text("")
    monkeypatch.setattr(pages, "BUILT", script)
    return script


def booted(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="naryad-boot" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def test_the_editor_is_told_what_it_is_about_and_what_the_person_may_do(client: Client, built: Path):
    flow = runs.workflow(runs.person("editor"))
    client.force_login(runs.person("operator", is_staff=True))
    boot = booted(client.get(f"{LIST}{flow.pk}/editor/").content.decode())
    assert boot["page"] == "editor"
    assert boot["workflowId"] == str(flow.pk)
    assert boot["may"] == {
        "workflow.edit": False,
        "workflow.publish": False,
        "execution.start": True,
        "execution.control": True,
    }


def test_no_page_of_the_editor_carries_a_program_of_its_own(client: Client, built: Path):
    flow = runs.workflow(runs.person("editor"))
    client.force_login(runs.person("editor", is_staff=True))
    page = client.get(f"{LIST}{flow.pk}/editor/").content.decode()
    ours = page[page.index("naryad-page") :]
    assert 'src="/static/workflows/ui/pages.js?v=' in ours
    assert not re.search(r"<script(?![^>]*(src=|application/json))", ours[: ours.index("</noscript>")])


def test_without_built_pages_the_editor_says_what_to_do(client: Client, tmp_path: Path, monkeypatch: Any):
    flow = runs.workflow(runs.person("editor"))
    monkeypatch.setattr(pages, "BUILT", tmp_path / "missing.js")
    client.force_login(runs.person("editor", is_staff=True))
    answer = client.get(f"{LIST}{flow.pk}/editor/")
    assert answer.status_code == 200
    assert "python3 dev.py ui" in answer.content.decode()


def test_who_may_not_see_the_workflow_is_not_shown_it(client: Client, built: Path):
    flow = runs.workflow(runs.person("editor"))
    stranger = runs.person("viewer", is_staff=True)
    stranger.memberships.all().delete()
    client.force_login(stranger)
    assert client.get(f"{LIST}{flow.pk}/editor/").status_code in (403, 404)
    client.force_login(runs.person("admin"))  # no staff
    assert client.get(f"{LIST}{flow.pk}/editor/").status_code == 302


def test_a_workflow_is_made_by_type_and_name_and_opens_in_the_editor(client: Client):
    """S1-1: flows, + New, type, name, Create, and the builder opens with a palette of that type."""
    client.force_login(runs.person("editor", is_staff=True))
    assert f"{LIST}new/" in client.get(LIST).content.decode()
    answer = client.post(f"{LIST}new/", {"kind": "background", "name": "Напомнить о брони"})
    made = Workflow.objects.get()
    assert answer["Location"] == f"{LIST}{made.pk}/editor/"
    assert (made.kind, made.name, made.is_published) == ("background", "Напомнить о брони", False)


def test_a_new_workflow_needs_a_name_and_the_right_to_make_it(client: Client):
    client.force_login(runs.person("editor", is_staff=True))
    assert client.post(f"{LIST}new/", {"kind": "flow", "name": " "}).status_code == 200
    client.force_login(runs.person("viewer", is_staff=True))
    assert client.post(f"{LIST}new/", {"kind": "flow", "name": "X"}).status_code == 403
    assert not Workflow.objects.exists()


def test_the_page_is_lent_a_token_for_ten_minutes(client: Client):
    editor = runs.person("editor", is_staff=True)
    client.force_login(editor)
    answer = client.post(f"{LIST}token/")
    lent = answer.json()
    assert lent["expiresIn"] == 600
    assert "no-store" in answer["Cache-Control"]
    bearer = {"Authorization": f"Bearer {lent['access']}"}
    assert Client(headers=bearer).get("/api/v1/workflows").status_code == 200
    clock.shift(connection, 601)
    assert Client(headers=bearer).get("/api/v1/workflows").status_code == 401


def test_tokens_of_pages_do_not_pile_up(client: Client):
    client.force_login(runs.person("editor", is_staff=True))
    client.post(f"{LIST}token/")
    clock.shift(connection, 601)
    client.post(f"{LIST}token/")
    assert TokenFamily.objects.count() == 1


def test_a_token_is_lent_to_staff_with_a_csrf_token_only():
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(runs.person("editor", is_staff=True))
    assert strict.post(f"{LIST}token/").status_code == 403
    plain = Client()
    plain.force_login(runs.person("admin"))
    assert plain.post(f"{LIST}token/").status_code == 302
    assert plain.get(f"{LIST}token/").status_code == 302
    assert not TokenFamily.objects.exists()
