from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from accounts import clock
from accounts.models import User
from executions.services.scheduling import watching
from tests.integration import runs


@pytest.fixture
def anna(transactional_db: None) -> Iterator[User]:
    """Somebody who makes workflows. The database's clock is right again after the test."""
    yield runs.person("editor")
    clock.shift(connection, 0)


@pytest.fixture(autouse=True)
def _forgetful() -> None:
    """A process that has seen no rows yet."""
    watching._memory.changed_at, watching._memory.looked_at = None, float("-inf")
