"""Ready workflows: every one can be published as it is, in every language, and one's own is made from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from integrations import safe_json
from tests.integration import runs
from workflows import services
from workflows.models import Workflow
from workflows.services.gallery import FOLDER

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _name in settings.LANGUAGES]
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def texts(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from (text for part in value.values() for text in texts(part))
    elif isinstance(value, list):
        yield from (text for part in value for text in texts(part))
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_ready_workflow_is_sound(language: str) -> None:
    """Issue 8: checked against the catalogue, without errors and without links that lead nowhere."""
    with translation.override(language):
        found = services.templates()
    assert {one.slug for one in found} >= {"wb-daily-report", "no-reply", "site-down", "lead", "form-ticket"}
    for one in found:
        problems = services.validate_definition(one.definition, kind=one.kind)
        assert [problem for problem in problems if problem["severity"] == "error"] == [], one.slug


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "ru"])
def test_ready_workflows_speak_the_language_of_the_reader(language: str) -> None:
    with translation.override(language):
        found = services.templates()
    spoken = {text for one in found for text in texts([one.name, one.description, one.definition])}
    assert not [text for text in spoken if CYRILLIC.search(text)]


def test_texts_are_there_in_every_language() -> None:
    for path in FOLDER.glob("*.json"):
        for value in _objects(safe_json.loads(path.read_bytes())):
            said = set(value) & set(LANGUAGES)
            assert said in (set(), set(LANGUAGES)), (path.name, value)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def test_a_workflow_is_made_from_a_template_over_the_api() -> None:
    api = runs.client(runs.person("editor"), HTTP_ACCEPT_LANGUAGE="en")
    listed = api.get("/api/v1/workflow-templates").json()
    slug, types = next((one["slug"], one["nodeTypes"]) for one in listed if one["slug"] == "site-down")
    made = api.post(f"/api/v1/workflow-templates/{slug}/workflows", {"name": "My site"})
    assert (made.status_code, made.json()["name"]) == (201, "My site")
    assert Workflow.objects.get().active_version is None
    assert "ticket-open" in types
    assert api.post("/api/v1/workflow-templates/none/workflows", {}).status_code == 404


def test_a_workflow_is_made_from_a_template_in_the_admin() -> None:
    browser = Client(headers={"accept-language": "ru"})
    browser.force_login(runs.person("editor", is_staff=True))
    assert "Сайт не отвечает" in browser.get("/admin/templates/").content.decode()
    made = browser.post("/admin/templates/", {"slug": "lead"})
    assert made.headers["Location"] == f"/admin/workflows/workflow/{Workflow.objects.get().pk}/editor/"
    viewer = Client()
    viewer.force_login(runs.person("viewer", is_staff=True))
    viewer.post("/admin/templates/", {"slug": "lead"})
    assert Workflow.objects.count() == 1
