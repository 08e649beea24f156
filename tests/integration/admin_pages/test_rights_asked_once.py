"""How often a page of the admin asks who somebody is."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.integration import runs

ROLES = 'SELECT "accounts_project"."id" AS "id" FROM "accounts_project"'
"""Somebody who may do everything has the role of every project."""

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["workflows/workflow/", "executions/execution/", "workflows/workflowversion/"])
def test_a_page_asks_for_the_roles_of_a_person_once(path: str):
    editor = runs.person("admin", is_staff=True, is_superuser=True)
    runs.workflow(editor)
    browser = Client()
    browser.force_login(editor)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(f"/admin/{path}").status_code == 200
    roles = [one["sql"] for one in asked.captured_queries if one["sql"].startswith(ROLES)]
    assert len(roles) == 1
