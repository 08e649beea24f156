from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import failpoints
from executions import invariants
from tests.integration.executions import driving
from tests.races import promises
from tests.races.stage import Stage

KEPT = {"django_content_type", "auth_permission", "ticket_statuses"}


@pytest.fixture
def _django_db_helper(django_db_setup: Any, django_db_blocker: Any) -> Iterator[None]:
    """What `transactional_db` of pytest-django does, in a tenth of the time.

    Transactions commit, and afterwards the few rows of the test are deleted; truncating all tables is what takes long.
    """
    tables = sorted(set(connection.introspection.django_table_names()) - KEPT)
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # in any order
            cursor.execute("; ".join(f'DELETE FROM "{table}"' for table in tables))
        connection.close()


@pytest.fixture
def anna(transactional_db: None) -> Any:
    """An administrator."""
    return driving.person()


@pytest.fixture
def stage(anna: Any, settings: Any) -> Iterator[Stage]:
    """Where the threads of the test act. When it is over, every run of the test is checked."""
    settings.TESTING = True
    settings.BURST_SECONDS = 60.0  # what follows in memory is part of the play, however long the machine takes
    stage = Stage()
    with failpoints.watched(stage.visit):
        yield stage
        stage.close()
    connection.ensure_connection()
    assert promises.broken() == {}
    assert invariants.repair() == 0
