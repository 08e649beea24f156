"""Services on loopback that the tests of several nodes ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from integrations import minting
from tests.fakes.google_sheets import Google, running
from tests.fakes.scripted import Service
from tests.fakes.scripted import running as scripted_running
from tests.fakes.wildberries import steady_day


@pytest.fixture
def today() -> date:
    """Wildberries' day; a test that needs it asks for it first."""
    return steady_day()


@pytest.fixture
def google(settings: Any) -> Iterator[Google]:
    with running() as fake:
        fake.tables["T1"] = {"Ann's": [["id", "name", "", "sum"], [1, "Анна", "x", 1.5], [], [2, "Boris"]], "Empty": []}
        settings.SHEETS_API_BASE_URL = fake.url
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{fake.port}"]
        minting._tokens.clear()
        yield fake


@pytest.fixture
def service(settings: Any) -> Iterator[Service]:
    """A server of its own for each test: circuits and buckets are remembered by host and port."""
    with scripted_running() as running_service:
        settings.OUTBOUND_ALLOW = [running_service.endpoint]
        yield running_service
