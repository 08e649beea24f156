"""Shared by all tests: real PostgreSQL and Valkey, whose addresses `make test` puts into the environment."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """A password's hash is slow on purpose, and no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _no_search_for_static_files(settings: Any) -> None:
    """Every test client starts the middleware anew, and WhiteNoise would list all static files each time."""
    settings.WHITENOISE_AUTOREFRESH = True
