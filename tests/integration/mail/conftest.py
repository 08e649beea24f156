"""A mail server, and settings that lead to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from integrations.mail import line
from tests.fakes.smtp import PostOffice, post_office


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    with post_office() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.host, running.port
        settings.DEFAULT_FROM_EMAIL = "Naryad <naryad@example.org>"
        settings.EMAIL_TIMEOUT = 5.0
        yield running
        line._hang_up()
