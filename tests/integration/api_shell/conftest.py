from __future__ import annotations

from typing import Any

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def api(settings: Any) -> APIClient:
    """A client that gets a 500 as the answer it is; the installation has the misbehaving addresses too."""
    settings.ROOT_URLCONF = "tests.integration.api_shell.urls"
    return APIClient(raise_request_exception=False)
