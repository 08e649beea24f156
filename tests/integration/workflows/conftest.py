"""People with roles, and clients of the API that speak for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Membership, Project, User
from accounts.services import create_user, default_project

Speaker = Callable[[User], APIClient]


@pytest.fixture
def _projects(db: None) -> None:
    default_project()


@pytest.fixture
def editor(_projects: None) -> User:
    return create_user(username="editor", password=None, roles=["editor"])


@pytest.fixture
def viewer(_projects: None) -> User:
    return create_user(username="viewer", password=None, roles=["viewer"])


@pytest.fixture
def stranger(_projects: None) -> User:
    """An editor of another project."""
    user = create_user(username="stranger", password=None)
    project = Project.objects.create(code="other", name="Other")
    Membership.objects.create(user=user, project=project, role="editor")
    user.refresh_from_db()
    return user


@pytest.fixture
def speaking() -> Speaker:
    def speak(user: User) -> APIClient:
        client = APIClient(raise_request_exception=False)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
        return client

    return speak


@pytest.fixture
def api(editor: User, speaking: Speaker) -> APIClient:
    """A client that speaks for the editor."""
    return speaking(editor)


@pytest.fixture
def created(api: APIClient) -> dict[str, Any]:
    """A published workflow of two nodes."""
    body = {"name": "Отчёт", "definition": two_nodes()}
    answer: dict[str, Any] = api.post("/api/v1/workflows", body).json()
    return answer


def two_nodes() -> dict[str, Any]:
    return {
        "nodes": [
            {"id": "a", "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": "A", "config": {}}},
            {"id": "b", "type": "noop", "position": {"x": 1, "y": 0}, "data": {"label": "B", "config": {}}},
        ],
        "edges": [{"id": "a-b", "source": "a", "target": "b"}],
    }


def broken() -> dict[str, Any]:
    """A well-formed graph with an unknown type, a bad config, a circle and a dangling edge."""
    return {
        "nodes": [
            {"id": "a", "type": "noop", "position": {"x": 0, "y": 0}, "data": {"label": "A", "config": {}}},
            {"id": "b", "type": "no-such", "position": {"x": 0, "y": 0}, "data": {"label": "B", "config": {}}},
            {
                "id": "c",
                "type": "delay",
                "position": {"x": 0, "y": 0},
                "data": {"label": "C", "config": {"seconds": "x"}},
            },
        ],
        "edges": [
            {"id": "1", "source": "a", "target": "c"},
            {"id": "2", "source": "c", "target": "a"},
            {"id": "3", "source": "a", "target": "ghost"},
        ],
    }
