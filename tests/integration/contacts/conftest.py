"""People with roles, and contacts of the default project."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import Project, User
from accounts.services import create_user, default_project
from tickets.contacts import keeping, marking
from tickets.models import Contact


@pytest.fixture
def project(db: None) -> Project:
    return default_project()


@pytest.fixture
def editor(project: Project) -> User:
    return create_user(username="editor", password=None, roles=["editor"])


@pytest.fixture
def api(editor: User) -> APIClient:
    """A client that speaks for the editor."""
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=editor).access}")
    return client


Maker = Callable[..., Contact]


@pytest.fixture
def make(project: Project) -> Maker:
    """Makes a contact: addresses as people write them, `tags`, `name`."""

    def make(*, tags: tuple[str, ...] = (), name: str = "", **addresses: Any) -> Contact:
        contact = keeping.create(project_id=project.pk, addresses=keeping.Addresses.read(**addresses), name=name)
        for tag in tags:
            marking.add_tag(contact=contact, tag=tag)
        return contact

    return make
