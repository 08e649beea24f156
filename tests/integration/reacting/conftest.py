"""Who publishes the workflows of these tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration import runs


@pytest.fixture
def anna(transactional_db: Any) -> Any:
    """An administrator. Transactions really commit here."""
    return runs.person("admin", username="anna")
