"""People of the test installation and how they call the API."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts import services, tokens
from accounts.models import User

PASSWORD = "korova-3-moloko"
People = Callable[..., User]
Caller = Callable[[User | None], APIClient]


@pytest.fixture
def person(db: None) -> People:
    """Makes a person with a login, a role of the same name, and `PASSWORD`."""

    def make(username: str, roles: list[str] | None = None, **fields: object) -> User:
        return services.create_user(
            username=username, password=PASSWORD, roles=[username] if roles is None else roles, **fields
        )

    return make


@pytest.fixture
def call() -> Caller:
    """An API client that carries a fresh token of this person, or none."""

    def client(user: User | None) -> APIClient:
        api = APIClient()
        if user is not None:
            api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user=user).access}")
        return api

    return client


@pytest.fixture
def admin(person: People, call: Caller) -> APIClient:
    return call(person("admin"))
