"""Servers on loopback whose state the tests change: a site, a mailbox, a table of Google."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from integrations import minting
from integrations.mail import line
from tests.fakes import google_sheets, imap_server
from tests.fakes.google_sheets import Google
from tests.fakes.imap_server import MailServer
from tests.fakes.smtp import PostOffice, post_office
from tests.integration.reacting.causes import two_bots
from tests.integration.reacting.causes.two_bots import Bots


@pytest.fixture(autouse=True)
def _clock(transactional_db: Any) -> Iterator[None]:
    yield
    clock.shift(connection, 0)


@pytest.fixture(scope="session")
def mail_server() -> Iterator[MailServer]:
    with imap_server.running() as server:
        yield server


@pytest.fixture
def mailbox(mail_server: MailServer, settings: Any) -> Iterator[MailServer]:
    """A folder of the test's own, that is empty."""
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{mail_server.port}"]
    with mail_server.line() as line:
        line.create("Work")
    yield MailServer(mail_server.port, "Work")
    with mail_server.line() as line:
        line.delete("Work")


@pytest.fixture
def google(settings: Any) -> Iterator[Google]:
    """Google with an empty table T1."""
    with google_sheets.running() as fake:
        fake.tables["T1"] = {"Orders": [["id", "at"]]}
        settings.SHEETS_API_BASE_URL = fake.url
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{fake.port}"]
        minting._tokens.clear()
        yield fake


@pytest.fixture
def bots(anna: Any, settings: Any) -> Iterator[Bots]:
    """An installation with two bots."""
    with two_bots.running(settings) as found:
        yield found


@pytest.fixture
def office(settings: Any) -> Iterator[PostOffice]:
    """A mail server that takes letters."""
    with post_office() as running:
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.host, running.port
        settings.EMAIL_TIMEOUT = 5.0
        yield running
        line._hang_up()
