"""Shared by all tests: real PostgreSQL and Valkey, whose addresses come from the environment (`make test` sets them)."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """A password's hash is slow on purpose, and no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
