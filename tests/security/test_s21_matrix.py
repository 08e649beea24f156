"""Every operation of the API, asked by everybody, for what is theirs and for what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.services import default_project
from tests.integration.runs import client, person
from tests.security.permissions import LOWEST
from tests.security.surface import Operation, operations, project, scene

pytestmark = pytest.mark.django_db

ROLES = ["public", "anyone", "viewer", "operator", "editor", "admin"]
REFUSED = (401, 403)
OF_THE_INSTALLATION = (
    "/v1/users",
    "/v1/service-accounts",
    "/v1/breakers",
    "/v1/node-types",
    "/v1/event-types",
    "/v1/workflow-templates",
)
"""People, their accounts and what is installed belong to no project."""


@pytest.fixture(autouse=True)
def _files_of_the_test(settings: Any, tmp_path: Any) -> None:
    settings.ATTACHMENT_DIR = str(tmp_path)


TOLD_TO_ALL = (
    "GET /v1/categories",
    "GET /v1/health/checks",
    "GET /v1/node-types",
    "GET /v1/service-accounts",
    "GET /v1/event-types",
    "GET /v1/workflow-templates",
)
"""Anybody may open a ticket in any category; the other lists are the installation's and not a project's."""

COUNTED_FOR_ALL = ("GET /v1/breakers", "GET /v1/limits")
"""The installation's, too, so anybody's calls may have left some; but nothing in them names what is a project's."""


def named_bodies(operation: Operation) -> list[dict[str, Any]]:
    """Nothing, and what lets a call past the check of its form."""
    return [{}, {"userId": 1, "stars": 5, "reason": "x", "name": "x", "key": "x", "value": "x"}]


def test_every_operation_has_its_row_and_every_row_its_operation() -> None:
    """R3-14, S21: an address that nobody has thought about fails here."""
    assert sorted(LOWEST) == sorted(operation.name for operation in operations())


@pytest.mark.parametrize("role", ROLES)
def test_an_operation_is_open_from_its_role_on_and_closed_below(role: str) -> None:
    """S21, S23: route x role, on a project's own objects."""
    own = scene(default_project())
    api = client(None if role == "public" else person(None if role == "anyone" else role))
    wrong = []
    for operation in operations():
        status = operation.ask(api, own, {}).status_code
        lowest = LOWEST[operation.name]
        if lowest == "public":
            fits = status not in REFUSED
        elif role == "public":
            fits = status == 401
        elif lowest == "own":
            # A stranger does not even learn that it is there; what its form says may be told before.
            fits = status in (400, 404) if ROLES.index(role) < ROLES.index("operator") else status != 401
        else:
            fits = (status not in REFUSED) == (ROLES.index(role) >= ROLES.index(lowest))
        if not fits or status >= 500:
            wrong.append((operation.name, status))
    assert wrong == []


@pytest.mark.parametrize("role", ["anyone", "admin"])
def test_what_belongs_to_another_project_is_not_there(role: str) -> None:
    """S21: an id of another project is 404 at every address, also below an own parent, whatever the role."""
    own, foreign = scene(default_project()), scene(project("other"))
    api = client(person(None if role == "anyone" else role))
    open_to_strangers = []
    for operation in operations():
        if not operation.places or operation.path.removeprefix("/api").startswith(OF_THE_INSTALLATION):
            continue
        for mixed in (foreign, {**own, operation.places[-1]: foreign[operation.places[-1]]}):
            if mixed["version"] != foreign["version"] or mixed == own:
                continue
            if operation.places[-1] in ("version", "trigger_id") and mixed is not foreign:
                continue  # a number and a node's name are the same in both projects
            for body in named_bodies(operation):
                status = operation.ask(api, mixed, body).status_code
                if status not in (400, 403, 404):
                    open_to_strangers.append((operation.name, status))
    assert open_to_strangers == []


def test_no_list_shows_or_counts_what_belongs_to_another_project() -> None:
    """S21: lists, searches and totals are cut to what one may see."""
    foreign = scene(project("other"))
    api = client(person("admin"))
    traces = [value for name, value in foreign.items() if name.endswith("_id") and len(value) > 20]
    traces += ["contact of other", "category of other", "ticket of other", "row of other", "rows.other"]
    leaks, counts = [], []
    for operation in operations():
        if operation.method != "get" or operation.places or operation.name in (*TOLD_TO_ALL, "GET /v1/users"):
            continue
        answer = operation.ask(api, foreign)
        text = answer.content.decode()
        leaks += [(operation.name, trace) for trace in traces if trace in text]
        said = json.loads(text)
        if isinstance(said, dict) and said.get("count") and operation.name not in COUNTED_FOR_ALL:
            counts.append((operation.name, said["count"]))
    assert (leaks, counts) == ([], [])
