from __future__ import annotations

import pytest

from tests.integration.executions import driving


@pytest.fixture
def anna(transactional_db):
    """An administrator. Transactions really commit here, since the engine's guarantees are about commits."""
    return driving.person()
