from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.models import User
from tests.integration import runs
from tests.integration.realtime.live_server import OwnValkey, web_process


@pytest.fixture(scope="session")
def web(django_db_setup: None, django_db_blocker: object) -> Iterator[str]:
    """One web process for all tests, quick to notice that somebody says nothing or has lost their rights."""
    with web_process(SOCKET_AUTH_SECONDS="8", SOCKET_RECHECK_SECONDS="0.3") as address:
        yield address


@pytest.fixture
def user(transactional_db: None) -> User:
    return runs.person("admin")


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[OwnValkey]:
    """A Valkey that the test may kill."""
    server = OwnValkey(tmp_path)
    server.start()
    yield server
    server.kill()
