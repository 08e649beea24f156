from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from tests.fakes.ledger import Ledger, running
from tests.integration.executions import driving


@pytest.fixture(scope="session")
def server() -> Iterator[Ledger]:
    with running() as ledger:
        yield ledger


@pytest.fixture
def ledger(server: Ledger, settings: Any) -> Ledger:
    """An HTTP server that has seen nothing yet and that nodes may call."""
    settings.OUTBOUND_ALLOW = [server.endpoint]
    server.calls.clear()
    server.flaky.clear()
    return server


@pytest.fixture
def anna(transactional_db: None) -> User:
    """An administrator. Transactions really commit here."""
    return driving.person()
