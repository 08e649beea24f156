from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import failpoints
from executions import invariants
from tests.integration.executions import driving
from tests.races import promises
from tests.races.stage import Stage


@pytest.fixture
def anna(transactional_db: Any) -> Any:
    """An administrator. Transactions really commit here."""
    return driving.person()


@pytest.fixture
def stage(anna: Any, settings: Any) -> Iterator[Stage]:
    """Where the threads of the test act. When it is over, every run of the test is checked."""
    settings.TESTING = True
    stage = Stage()
    with failpoints.watched(stage.visit):
        yield stage
        stage.close()
    connection.ensure_connection()
    assert promises.broken() == {}
    assert invariants.repair() == 0
