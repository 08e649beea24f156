from __future__ import annotations

import pytest

from accounts.models import User
from tests.integration.executions import driving


@pytest.fixture
def anna(transactional_db: None) -> User:
    """An administrator. Transactions really commit here."""
    return driving.person()
